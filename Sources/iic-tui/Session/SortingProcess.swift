import Foundation
import RunStorage
import Sessions
import Snapshots
import TerminalUI

/// `iic-tui clusters RUN sort`, started from a screen, which goes on meanwhile: to judge all of a
/// folder's pictures takes a while.
final class SortingProcess {
  private let folder: RunFolder
  private var running: (process: Process, output: Pipe, errors: Pipe)?

  init(_ folder: RunFolder) { self.folder = folder }

  /// Starts to sort by a sub-head, counted from 0; what came of it, `poll` tells.
  func start(_ head: HeadID, subHead: Int, into target: String) -> [DashboardEvent] {
    guard running == nil else { return [.said("pictures are being sorted already")] }
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments = [
      "clusters", folder.url.path, "sort", UserPath.absolute(target), "--head", head.rawValue,
      "--sub-head", String(subHead + 1),
    ]
    let (output, errors) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    do {
      try process.run()
    } catch {
      return [.said("cannot sort: \(error.localizedDescription)")]
    }
    running = (process, output, errors)
    return []
  }

  /// Says what came of it, once it has ended: its first line, or why it failed.
  func poll() -> [DashboardEvent] {
    guard let (process, output, errors) = running, !process.isRunning else { return [] }
    running = nil
    let source = process.terminationStatus == 0 ? output : errors
    let text = String(decoding: source.fileHandleForReading.availableData, as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline)
    let line = (process.terminationStatus == 0 ? lines.first : lines.last).map(String.init)
    // On the screen it is plain whose message it is.
    let message = line?.replacing(#/^iic-tui: /#, with: "")
    return [.said(message ?? "the sorting ended with \(process.terminationStatus)")]
  }
}
