import Foundation

/// Writing to stdout and stderr without losing an error: a closed pipe is an answer, not a signal.
enum StandardStreams {
  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Writes all of `text`; false if nobody reads it any more.
  @discardableResult
  static func output(_ text: String) -> Bool { write(text, to: STDOUT_FILENO) }

  @discardableResult
  static func error(_ text: String) -> Bool { write(text, to: STDERR_FILENO) }

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress! + sent, bytes.count - sent)
        if count < 0 {
          if errno == EINTR { continue }
          return false
        }
        sent += count
      }
      return true
    }
  }
}
