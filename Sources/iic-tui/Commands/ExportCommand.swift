import Sessions
import ArgumentParser
import Foundation
import RunStorage
import Snapshots
import TerminalUI

/// `iic-tui export`: a run for other programs.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a run's weights, history or screen for other programs.")

  @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
  var runName: String
  @Option(help: "Write the latest weights here, as safetensors under PyTorch's names.")
  var weights: String?
  @Option(help: "Write losses, evaluations and joints as CSV files into this folder.")
  var csv: String?
  @Option(help: "Write the screen here: text if the name ends in .txt, a picture if in .svg.")
  var frame: String?
  @Option(help: "The step that --frame shows; the last one if not given.")
  var step: Int?
  @Option(
    help: ArgumentHelp(
      "Columns and rows of --frame, 40x12 to 1000x1000; 140x45 if not given.",
      valueName: "size"))
  var size: FrameSize?
  @OptionGroup var runs: RunsOption

  func validate() throws {
    guard weights != nil || csv != nil || frame != nil else {
      throw ValidationError("expected --weights, --csv or --frame")
    }
    for (flag, path) in [("--weights", weights), ("--csv", csv)] where path?.isEmpty == true {
      throw ValidationError("\(flag) is empty, expected a path")
    }
    guard frame != nil || (step == nil && size == nil) else {
      throw ValidationError("--step and --size go with --frame")
    }
    if let frame, FrameFormat(path: frame) == nil {
      throw ValidationError("--frame is '\(frame)', expected a name that ends in .txt or .svg")
    }
  }

  func run() throws {
    let folder = try runs.runToRead(runName)
    if let weights {
      let stored = try folder.loadLatestWeights()
      try Safetensors.write(
        stored.tensors, metadata: ["format": "pt", "step": String(stored.step)],
        to: URL(fileURLWithPath: weights))
      StandardStreams.output("wrote \(weights)\n")
    }
    if let csv {
      let files = try HistoryExport.writeCSV(
        RunHistoryReader(folder), to: URL(fileURLWithPath: csv, isDirectory: true))
      StandardStreams.output(files.map { "wrote \($0.path)\n" }.joined())
    }
    if let frame, let format = FrameFormat(path: frame) {
      let text = try frameText(RunHistoryReader(folder), format)
      try AtomicFile.write(Data(text.utf8), to: URL(fileURLWithPath: frame))
      StandardStreams.output("wrote \(frame)\n")
    }
  }

  /// The dashboard as `watch` would show it at the step asked for.
  func frameText(_ reader: RunHistoryReader, _ format: FrameFormat) throws -> String {
    let history = try reader.outline()
    let size = size ?? FrameSize(width: 140, height: 45)
    var state = DashboardState(
      history: history, mode: .watch, width: size.width, height: size.height)
    state.names = try reader.folder.clusterNames()
    let lastStep = history.newest.step
    if let step {
      guard (0...lastStep).contains(step) else {
        throw SessionError("\(reader.folder.name): --step is \(step), expected 0…\(lastStep)")
      }
      if step < lastStep {
        state.position = step
        state.recall(try reader.moment(at: step), at: step)
      }
    }
    let buffer = Dashboard.frame(state)
    return format == .svg ? buffer.svg : buffer.text + "\n"
  }
}

/// What `export --frame` writes, told by the end of the file's name.
enum FrameFormat {
  case text
  case svg

  /// nil for any other name.
  init?(path: String) {
    switch URL(fileURLWithPath: path).pathExtension.lowercased() {
    case "txt": self = .text
    case "svg": self = .svg
    default: return nil
    }
  }
}

/// Columns and rows of a frame, written `140x45`.
struct FrameSize: ExpressibleByArgument, Equatable {
  var width: Int
  var height: Int

  init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

  /// nil unless the dashboard fits, and for more than 1000 either way.
  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1],
      (DashboardLayout.smallestWidth...1000).contains(width),
      (DashboardLayout.smallestHeight...1000).contains(height)
    else { return nil }
    self.init(width: width, height: height)
  }
}
