import Foundation

/// A file that is written beside its place, and gets there when it is whole.
final class PendingFile {
  /// The place, as it was asked for.
  let url: URL
  /// Where links lead from there.
  private let target: URL
  /// nil for what is no file, such as a pipe or a device: it is written as it is.
  private let temporary: URL?
  /// −1 once it is closed.
  private var descriptor: Int32
  /// Of the file that is replaced.
  private let old: stat?

  /// Opens the file beside `url`.
  ///
  /// - Throws: if nothing can be written there, or a folder has the name.
  init(_ url: URL) throws(StorageError) {
    self.url = url
    target = AtomicFile.target(of: url)
    var status = stat()
    let exists = stat(target.path, &status) == 0
    old = exists ? status : nil
    let kind = status.st_mode & S_IFMT
    if let number = AtomicFile.descriptor(url) {
      temporary = nil
      // Opened by its name a file would be written from its beginning, over what it has.
      descriptor = fcntl(number, F_DUPFD_CLOEXEC, 3)
    } else if exists && ![S_IFREG, S_IFDIR].contains(kind) {
      temporary = nil
      descriptor = open(url.path, O_WRONLY | O_CLOEXEC)
    } else {
      // A rename would say so, but only after others have been put in place.
      if exists && kind == S_IFDIR {
        throw StorageError(url, "cannot write: \(systemReason(EISDIR))")
      }
      let temporary = AtomicFile.temporary(for: target)
      self.temporary = temporary
      // What a process of the same number has left there is nobody's.
      unlink(temporary.path)
      descriptor = open(
        temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    }
    guard descriptor >= 0 else { throw StorageError(url, "cannot write: \(systemReason())") }
  }

  deinit { close() }

  /// Takes its bytes, until `finish`.
  var output: AtomicFile.Output { AtomicFile.Output(descriptor: descriptor, url: url) }

  /// Flushes what was written to the disk, under the mode and, where the system allows it, the
  /// owner of the file that is replaced. The second time it does nothing.
  func finish() throws(StorageError) {
    guard descriptor >= 0 else { return }
    guard temporary != nil else {
      close()
      return
    }
    if let old {
      fchown(descriptor, old.st_uid, old.st_gid)
      fchmod(descriptor, old.st_mode & 0o7777)
    }
    guard fsync(descriptor) == 0 else {
      throw StorageError(url, "cannot flush to disk: \(systemReason())")
    }
    guard close() == 0 else { throw StorageError(url, "cannot write: \(systemReason())") }
  }

  /// Gives it its name. Requires `finish`.
  func putInPlace() throws(StorageError) {
    guard let temporary else { return }
    guard rename(temporary.path, target.path) == 0 else {
      throw StorageError(url, "cannot write: \(systemReason())")
    }
    AtomicFile.flushFolder(target.deletingLastPathComponent())
  }

  /// Takes away what has been written. Requires that it is not in its place.
  func discard() {
    close()
    if let temporary { unlink(temporary.path) }
  }

  @discardableResult
  private func close() -> Int32 {
    defer { descriptor = -1 }
    return descriptor < 0 ? 0 : Foundation.close(descriptor)
  }
}
