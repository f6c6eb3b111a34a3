import Foundation
import Synchronization

/// A bar on the terminal's stderr while an image folder's pictures are read; nothing elsewhere.
enum PictureProgress {
  private static let lastWrite = Mutex<ContinuousClock.Instant?>(nil)

  /// Tells how far it is, a few times a second; from any thread.
  static let report: @Sendable (_ done: Int, _ total: Int) -> Void = { done, total in
    guard isatty(STDERR_FILENO) == 1 else { return }
    lastWrite.withLock { last in
      if let last, last.duration(to: .now) < .milliseconds(200), done < total { return }
      last = .now
      let bar = Format.bar(filled: 20 * done / max(1, total))
      StandardStreams.error("\r\u{1B}[2Kreading pictures \(bar) \(done)/\(total)")
    }
  }

  /// Takes the bar away when `body` ends, however it does.
  static func showing<Result>(_ body: () throws -> Result) rethrows -> Result {
    defer { finish() }
    return try body()
  }

  private static func finish() {
    lastWrite.withLock { last in
      if last != nil { StandardStreams.error("\r\u{1B}[2K") }
      last = nil
    }
  }
}
