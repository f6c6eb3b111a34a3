import Sessions
import ArgumentParser
import Foundation
import RunStorage
import Snapshots
import TensorBoard
import TerminalUI

/// `iic-tui export`: a run for other programs.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a run's weights, history or screen for other programs.")

  @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
  var runName: String
  @Option(help: "Write the latest weights here, as safetensors under PyTorch's names.")
  var weights: String?
  @Option(help: "Write every series of the history and the last joints as CSV into this folder.")
  var csv: String?
  @Option(help: "Write the history and figures into this folder, as TensorBoard reads them.")
  var tensorboard: String?
  @Option(help: "Write the screen here: text if the name ends in .txt, a picture if in .svg.")
  var frame: String?
  @Option(
    help: ArgumentHelp(
      "Write the whole run into this folder as one file, <run>.tar, for 'iic-tui import'; or into "
        + "the file of this name, if it ends in .tar.", valueName: "path"))
  var to: String?
  @Option(help: "The step that --frame shows; the last one if not given.")
  var step: Int?
  @Option(
    help: ArgumentHelp(
      "Columns and rows of --frame, 40x12 to 1000x1000; 140x45 if not given.",
      valueName: "size"))
  var size: FrameSize?
  @OptionGroup var runs: RunsOption

  func validate() throws {
    guard weights != nil || csv != nil || tensorboard != nil || frame != nil || to != nil
    else {
      throw ValidationError("expected --weights, --csv, --tensorboard, --frame or --to")
    }
    for (flag, path) in [
      ("--weights", weights), ("--csv", csv), ("--tensorboard", tensorboard), ("--to", to),
    ] where path?.isEmpty == true {
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
        to: URL(fileURLWithPath: UserPath.absolute(weights)))
      StandardStreams.tellWritten(weights)
    }
    if let csv {
      let files = try HistoryExport.writeCSV(
        RunHistoryReader(folder),
        to: URL(fileURLWithPath: UserPath.absolute(csv), isDirectory: true))
      StandardStreams.output(files.map { "wrote \($0.path)\n" }.joined())
    }
    if let tensorboard {
      let file = try TensorBoardExport.write(
        RunHistoryReader(folder),
        to: URL(fileURLWithPath: UserPath.absolute(tensorboard), isDirectory: true))
      StandardStreams.output("wrote \(file.path)\n")
    }
    if let frame, let format = FrameFormat(path: frame) {
      let text = try frameText(RunHistoryReader(folder), format)
      try AtomicFile.write(Data(text.utf8), to: URL(fileURLWithPath: UserPath.absolute(frame)))
      StandardStreams.tellWritten(frame)
    }
    if let to { try writeArchive(folder, to: UserPath.absolute(to)) }
  }

  /// Writes the run as one file: into a folder, which is made if it is missing, or under the name
  /// itself.
  private func writeArchive(_ run: RunFolder, to path: String) throws {
    var status = stat()
    let exists = stat(path, &status) == 0
    let isFolder = exists && status.st_mode & S_IFMT == S_IFDIR
    let url = URL(fileURLWithPath: path)
    let isPipe =
      exists && !isFolder && status.st_mode & S_IFMT != S_IFREG
      || AtomicFile.descriptor(url) != nil
    if isPipe || !isFolder && path.hasSuffix(".tar") {
      try RunArchive.write(run, to: url)
      // Who reads the pipe may be reading this, too.
      if !isPipe { StandardStreams.output("wrote \(path)\n") }
      return
    }
    guard isFolder || !exists else {
      throw SessionError("\(path): is a file, expected a folder or a name that ends in .tar")
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw SessionError("\(path): no folder can be made there")
    }
    let file = URL(fileURLWithPath: path).appendingPathComponent("\(run.name).tar")
    try RunArchive.write(run, to: file)
    StandardStreams.output("wrote \(file.path)\n")
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
