import Foundation

extension RunFolder {
  /// What was said of the run, in words, beside its history.
  package var logURL: URL { url.appendingPathComponent("run.log") }
}

/// The end of a run's log. Lines are kept in order whoever writes them; a disk that refuses loses
/// them, for the history has all that counts.
package final class RunLog: Sendable {
  /// Open for reading too, so that what was added can be shown later. −1 if there is none.
  package let descriptor: Int32

  package init(_ folder: RunFolder) {
    descriptor = open(folder.logURL.path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Adds a line, with the time before it.
  package func add(_ text: String) {
    guard descriptor >= 0 else { return }
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    let date = String(
      format: "%04d-%02d-%02d %02d:%02d:%02dZ", Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1,
      Int(parts.tm_mday), Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
    let line = date + "  " + text + "\n"
    _ = line.withCString { write(descriptor, $0, strlen($0)) }
  }
}
