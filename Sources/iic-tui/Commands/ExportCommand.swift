import ArgumentParser
import Foundation
import RunStorage

/// `iic-tui export`: a run for other programs.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a run's weights or history for other programs.")

  @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
  var runName: String
  @Option(help: "Write the latest weights here, as safetensors under PyTorch's names.")
  var weights: String?
  @Option(help: "Write losses, evaluations and joints as CSV files into this folder.")
  var csv: String?
  @OptionGroup var runs: RunsOption

  func validate() throws {
    guard weights != nil || csv != nil else {
      throw ValidationError("expected --weights or --csv, or both")
    }
  }

  func run() throws {
    let folder = try runs.folder.resolve(runName)
    if let weights {
      let stored = try folder.loadLatestWeights()
      try Safetensors.write(
        stored.tensors, metadata: ["format": "pt", "step": String(stored.step)],
        to: URL(fileURLWithPath: weights))
      StandardStreams.output("wrote \(weights)\n")
    }
    if let csv {
      let files = try HistoryExport.writeCSV(
        RunHistoryReader(folder).load(), to: URL(fileURLWithPath: csv, isDirectory: true))
      StandardStreams.output(files.map { "wrote \($0.path)\n" }.joined())
    }
  }
}
