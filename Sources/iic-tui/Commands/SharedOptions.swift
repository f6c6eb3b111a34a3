import ArgumentParser
import Datasets
import Foundation
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

  /// A run that is only read: `demo` is the one that comes with the program, unless somebody has a
  /// run of that name.
  func runToRead(_ name: String) throws -> RunFolder {
    guard name == "demo", try !folder.has(name) else { return try folder.resolve(name) }
    return RunFolder(URL(fileURLWithPath: try AssetLocator.find("demo-run"), isDirectory: true))
  }
}
