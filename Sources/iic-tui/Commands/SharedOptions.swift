import ArgumentParser
import RunStorage

/// Where runs live; every command that knows runs takes it.
struct RunsOption: ParsableArguments {
  @Option(help: "The folder that runs live in.")
  var runs: String?

  var folder: RunsFolder { RunsFolder(path: runs) }
}
