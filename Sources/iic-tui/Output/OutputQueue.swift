import Foundation
import Kernels
import Synchronization

/// Text on its way to stdout or stderr, written by a thread of its own: who trains and records never
/// waits for who reads.
///
/// What a reader leaves lying is kept up to a limit; beyond it lines are dropped and counted.
final class OutputQueue: @unchecked Sendable {
  // Unchecked: every access to the variables below holds `condition`.
  private let condition = NSCondition()
  private var pending: [String] = []
  private var pendingBytes = 0
  /// Lines dropped since the last one that was kept.
  private var dropped = 0
  private var isWriting = false
  private var hasReader = true
  private let limit: Int
  private let write: @Sendable (String) -> Bool
  private let droppedText: @Sendable (_ lines: Int) -> String

  /// - Parameters:
  ///   - limit: bytes that may wait.
  ///   - write: what writes a text, however long its reader takes; false if nobody reads it.
  ///   - droppedText: what stands in the place of so many lines that were dropped.
  /// - Throws: `SystemThread.Refusal`.
  init(
    limit: Int = 4 << 20, write: @escaping @Sendable (String) -> Bool,
    droppedText: @escaping @Sendable (_ lines: Int) -> String
  ) throws(SystemThread.Refusal) {
    self.limit = limit
    self.write = write
    self.droppedText = droppedText
    try SystemThread.start(name: "output", stackSize: 1 << 20) { [self] in writeAll() }
  }

  /// Adds lines behind those that wait; does not wait itself.
  func add(_ text: String) {
    condition.withLock {
      guard hasReader, !text.isEmpty else { return }
      guard pendingBytes + text.utf8.count <= limit else {
        dropped += text.utf8.count { $0 == UInt8(ascii: "\n") }
        return
      }
      append(noteOfDropped() + text)
    }
  }

  /// Waits until all is written, or `isGivenUp` says that nobody reads it.
  func finish(isGivenUp: () -> Bool) {
    condition.withLock {
      if dropped > 0 { append(noteOfDropped()) }
      while hasReader, isWriting || !pending.isEmpty, !isGivenUp() {
        _ = condition.wait(until: Date(timeIntervalSinceNow: 0.05))
      }
    }
  }

  private func noteOfDropped() -> String {
    defer { dropped = 0 }
    return dropped > 0 ? droppedText(dropped) : ""
  }

  private func append(_ text: String) {
    pending.append(text)
    pendingBytes += text.utf8.count
    condition.broadcast()
  }

  /// The thread, for as long as the program runs.
  private func writeAll() {
    while true {
      let texts = condition.withLock {
        isWriting = false
        condition.broadcast()
        while pending.isEmpty { condition.wait() }
        isWriting = true
        defer { pending = [] }
        return pending
      }
      for text in texts {
        let isWritten = write(text)
        condition.withLock {
          pendingBytes -= text.utf8.count
          hasReader = isWritten
        }
        guard isWritten else { return }
      }
    }
  }
}
