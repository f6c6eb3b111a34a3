import Foundation

/// A terminal that a test holds the other end of: what a program draws can be read here, and keys
/// typed.
package final class PseudoTerminal {
  package struct Failure: Error {
    package let call: String
    package let number: Int32
  }

  /// The end that the test reads and writes.
  package let controller: Int32
  /// The path of the end that a program takes for its terminal.
  package let path: String
  /// Keeps the program's end in being when the program has left, so that its modes can still be
  /// asked for.
  private let device: Int32

  package init(columns: Int = 80, rows: Int = 24) throws {
    (controller, path) = try Self.openController()
    _ = fcntl(controller, F_SETFD, FD_CLOEXEC)
    device = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard device >= 0 else { throw Failure(call: "open \(path)", number: errno) }
    resize(columns: columns, rows: rows)
  }

  deinit { hangUp() }

  /// Changes the size; the system tells the program with SIGWINCH.
  package func resize(columns: Int, rows: Int) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
  }

  /// All of the terminal's modes, as bytes to compare.
  package var modes: [UInt8] {
    var modes = termios()
    guard tcgetattr(device, &modes) == 0 else { return [] }
    return withUnsafeBytes(of: &modes) { Array($0) }
  }

  /// Sends keys, as a keyboard would.
  package func type(_ text: String) { type(Array(text.utf8)) }

  /// Sends what no keyboard would.
  package func type(_ bytes: [UInt8]) { _ = write(controller, bytes, bytes.count) }

  /// Takes what the program has written and nobody has read.
  package func takeUnread() -> String {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var polled = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
    while poll(&polled, 1, 0) > 0 {
      let count = read(controller, &buffer, buffer.count)
      guard count > 0 else { break }
      text += buffer.prefix(count)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private var isOpen = true

  /// Closes the terminal window.
  package func hangUp() {
    guard isOpen else { return }
    isOpen = false
    close(controller)
    close(device)
  }

  #if canImport(Darwin)
    private static func openController() throws -> (Int32, String) {
      let controller = posix_openpt(O_RDWR | O_NOCTTY)
      guard controller >= 0, grantpt(controller) == 0, unlockpt(controller) == 0,
        let name = ptsname(controller)
      else { throw Failure(call: "posix_openpt", number: errno) }
      return (controller, String(cString: name))
    }
  #else
    /// What posix_openpt, unlockpt and ptsname do; Swift's Glibc module does not show those.
    private static func openController() throws -> (Int32, String) {
      let setLock: UInt = 0x4004_5431  // TIOCSPTLCK
      let getNumber: UInt = 0x8004_5430  // TIOCGPTN
      let controller = open("/dev/ptmx", O_RDWR | O_NOCTTY)
      var isLocked: Int32 = 0
      var number: Int32 = 0
      guard controller >= 0, ioctl(controller, setLock, &isLocked) == 0,
        ioctl(controller, getNumber, &number) == 0
      else { throw Failure(call: "/dev/ptmx", number: errno) }
      return (controller, "/dev/pts/\(number)")
    }
  #endif
}
