import ArgumentParser
import Foundation
import RunStorage
import Sessions

/// `iic-tui import`: a run that `export --to` wrote, on this machine or another.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Put a run that export --to wrote into the runs folder.",
    discussion: """
      Nothing is replaced: a name that is taken is refused. To train on, or to evaluate, the run needs its \
      data where they were, or --data.
      """)

  @Argument(help: ArgumentHelp("The archive.", valueName: "run.tar"))
  var file: String
  @Option(help: "What the run is called here; its own name if not given.")
  var name: String?
  @OptionGroup var runs: RunsOption

  func validate() throws {
    if file.isEmpty { throw ValidationError("the archive's path is empty, expected a file") }
    if name == "" { throw ValidationError("--name is empty, expected a run's name") }
  }

  func run() throws {
    let archive = URL(fileURLWithPath: UserPath.absolute(file))
    let run = try runs.folder.importRun(from: archive, name: name)
    StandardStreams.output("imported \(run.name) into \(run.url.path)\n")
  }
}
