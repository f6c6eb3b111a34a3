import CNcurses
import CProcessGuard
import TerminalUI

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Bytes are read and decoded here, not by ncurses: it presses keys for the pieces of sequences
/// that come late, for pastes and for keys with Alt.
extension NcursesTerminal {
  /// The next key, or nil after `timeoutMilliseconds` without one (0 does not wait).
  /// A resized terminal is a key too.
  package func readKey(timeoutMilliseconds: Int) -> Key? {
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(max(0, min(timeoutMilliseconds, 60_000)))
    while true {
      if process_guard_take_suspension() != 0 { suspend(wholeJob: false) }
      if let key = resizeKey() { return key }
      if !pendingKeys.isEmpty {
        let key = pendingKeys.removeFirst()
        guard key == .suspend else { return key }
        suspend(wholeJob: true)
        continue
      }
      let now = clock.now
      var wait = max(.zero, end - now)
      if let patience = decoder.patience {
        let rest = lastByte + .milliseconds(patience) - now
        if rest <= .zero {
          pendingKeys += decoder.giveUp()
          continue
        }
        wait = min(wait, rest)
      }
      let isReady = waitForInput(wait)
      if isReady { read() } else if clock.now >= end, pendingKeys.isEmpty { return nil }
    }
  }

  /// Whether there is something to read; false after `wait`, or early if a signal came.
  private func waitForInput(_ wait: Duration) -> Bool {
    let (seconds, attoseconds) = wait.components
    let milliseconds = Int32(
      seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    guard !isGone else {
      usleep(UInt32(milliseconds) * 1000)
      return false
    }
    var polled = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, milliseconds) > 0 else { return false }
    if polled.revents & Int16(POLLIN) == 0 { isGone = true }
    return polled.revents & Int16(POLLIN) != 0
  }

  private func read() {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Self.readBytes(&bytes)
    if count == 0 || count < 0 && errno != EINTR && errno != EAGAIN {
      // Input that has ended answers at once, again and again.
      isGone = true
    }
    guard count > 0 else { return }
    lastByte = .now
    pendingKeys += decoder.feed(Array(bytes.prefix(count)))
  }

  private static func readBytes(_ bytes: inout [UInt8]) -> Int {
    #if canImport(Darwin)
      Darwin.read(STDIN_FILENO, &bytes, bytes.count)
    #else
      Glibc.read(STDIN_FILENO, &bytes, bytes.count)
    #endif
  }

  /// A size that is not the one drawn for, or a window that was dragged and is now as it was: what
  /// it shows may have been cut meanwhile.
  private func resizeKey() -> Key? {
    let wasResized = process_guard_take_resize() != 0
    guard let now = Self.askSize(), wasResized || now != size else { return nil }
    resize(to: now)
    return .resize(width: now.width, height: now.height)
  }

  /// Leaves the screen as it was, stops, and comes back when the shell says so.
  private func suspend(wholeJob: Bool) {
    guard process_guard_catches_suspensions() != 0 else { return }
    leaveScreen()
    process_guard_suspend(wholeJob ? 1 : 0)
    enterScreen()
  }
}
