import Foundation
import RunStorage
import Settings
import Synchronization

/// Writing to stdout and stderr without losing an error: a closed pipe is an answer, not a signal;
/// whatever else goes wrong ends the program with a line and an exit code.
enum StandardStreams {
  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// The system's error number of the first write to stdout that was not a closed pipe's.
  private static let outputError = Mutex<Int32?>(nil)

  /// A stream that the program was started without would be the number of the next file that is
  /// opened, and what is told would be written there. Writing to it fails instead.
  static func openMissing() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is the one that is missing.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes all of `text`, however long its reader takes; false if nobody reads it any more, or it
  /// cannot be written.
  @discardableResult
  static func output(_ text: String) -> Bool {
    guard let number = write(text, to: STDOUT_FILENO) else { return true }
    if !hasReaderLeft(number) { outputError.withLock { $0 = $0 ?? number } }
    return false
  }

  /// Says that a file is written, but not where stdout itself may be that file.
  static func tellWritten(_ path: String) {
    guard AtomicFile.descriptor(URL(fileURLWithPath: path)) == nil else { return }
    output("wrote \(path)\n")
  }

  /// Whether a write failed because a pipe or a terminal at the other end was closed.
  private static func hasReaderLeft(_ number: Int32) -> Bool {
    if number == EPIPE { return true }
    var status = stat()
    return number == EIO && fstat(STDOUT_FILENO, &status) == 0
      && status.st_mode & S_IFMT == S_IFCHR
  }

  @discardableResult
  static func error(_ text: String) -> Bool { write(text, to: STDERR_FILENO) == nil }

  /// One line on stderr, whatever names of files have put into the text.
  static func note(_ text: String) { error("iic-tui: \(text.onOneLine)\n") }

  /// Why something that was to go to stdout is not there; nil if all of it is, or its reader left.
  static var outputProblem: String? {
    outputError.withLock { $0 }.map { "stdout: cannot write: \(String(cString: strerror($0)))" }
  }

  /// Returns the system's error number; nil if all is written.
  private static func write(_ text: String, to descriptor: Int32) -> Int32? {
    var text = text
    let number = text.withUTF8 { writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
    return number == 0 ? nil : number
  }
}
