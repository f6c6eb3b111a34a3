import ArgumentParser
import RunStorage
import Sessions

/// What a RUN argument may be.
let runHelp: String = "The run: a name, the beginning of one, a path, or 'last'."

/// Where runs live; every command that knows runs takes it.
struct RunsOption: ParsableArguments {
  @Option(help: "The folder that runs live in.")
  var runs: String?

  func validate() throws {
    if runs == "" { throw ValidationError("--runs is empty, expected a folder") }
  }

  var folder: RunsFolder { RunsFolder(path: runs.map { UserPath.absolute($0) }) }
}
