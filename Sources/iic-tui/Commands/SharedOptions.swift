import ArgumentParser
import RunStorage

/// What a RUN argument may be.
let runHelp: String = "The run: a name, the beginning of one, a path, or 'last'."

/// Where runs live; every command that knows runs takes it.
struct RunsOption: ParsableArguments {
  @Option(help: "The folder that runs live in.")
  var runs: String?

  var folder: RunsFolder { RunsFolder(path: runs) }
}
