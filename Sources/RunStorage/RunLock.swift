import Foundation

/// Says that a process is writing a run. The system lets go of it when the process ends, however it
/// ends, so a run that says "running" with a free lock was interrupted.
final class RunLock: Sendable {
  private let url: URL
  private let descriptor: Int32

  /// Takes the lock and writes the process's number into its file.
  ///
  /// - Throws: if another recorder, in this process or another, holds it, or the file cannot be
  ///   made.
  init(_ url: URL) throws(StorageError) {
    self.url = url
    let run = url.deletingLastPathComponent()
    // A look at the lock holds it for an instant, so one refusal says little; a writer holds it for
    // good.
    for attempt in 0..<10 {
      if attempt > 0 { usleep(20_000) }
      let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else {
        throw StorageError(run, "cannot write \(url.lastPathComponent): \(systemReason())")
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        let number = errno
        close(descriptor)
        if number == EWOULDBLOCK || number == EINTR { continue }
        throw StorageError(run, "cannot lock \(url.lastPathComponent): \(systemReason(number))")
      }
      // Its last holder may have removed the file between our opening and locking it.
      guard Self.isSameFile(descriptor, url) else {
        close(descriptor)
        continue
      }
      self.descriptor = descriptor
      let text = "\(getpid())\n"
      ftruncate(descriptor, 0)
      _ = text.withCString { write(descriptor, $0, strlen($0)) }
      return
    }
    throw Self.isHeldError(url)
  }

  /// That somebody else holds the lock, by the number in its file.
  static func isHeldError(_ url: URL) -> StorageError {
    let holder = (try? String(contentsOf: url, encoding: .utf8)).flatMap {
      Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return StorageError(
      url.deletingLastPathComponent(),
      "the run is being written by \(holder.map { "process \($0)" } ?? "another process")")
  }

  /// Lets go and removes the file, unless the run was moved away and another now has its name.
  deinit {
    if Self.isSameFile(descriptor, url) { unlink(url.path) }
    close(descriptor)
  }

  /// Whether somebody holds the lock now; changes nothing.
  static func isHeld(_ url: URL) -> Bool {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  private static func isSameFile(_ descriptor: Int32, _ url: URL) -> Bool {
    var opened = stat()
    var named = stat()
    return fstat(descriptor, &opened) == 0 && stat(url.path, &named) == 0
      && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }
}
