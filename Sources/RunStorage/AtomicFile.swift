import Foundation

/// Writes whole files so that a reader, or a crash at any moment, meets the old file or the new
/// one, never a part.
package enum AtomicFile {
  /// Where `url` is written before it gets its name. A process that was killed may leave one
  /// behind.
  static func temporary(for url: URL) -> URL {
    url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).partial")
  }

  /// Writes the parts one after the other to a temporary file beside `url`, flushes it to the disk
  /// and renames it.
  ///
  /// A link stays, and what it leads to is replaced; a file that is replaced keeps its mode and,
  /// where the system allows it, its owner. What is no file, such as a pipe or `/dev/stdout`, is
  /// written as it is.
  package static func write(
    to url: URL, _ body: (Output) throws(StorageError) -> Void
  ) throws(StorageError) {
    let target = url.resolvingSymlinksInPath()
    var old = stat()
    let exists = stat(target.path, &old) == 0
    if url.isDevice || exists && ![S_IFREG, S_IFDIR].contains(old.st_mode & S_IFMT) {
      try writeInPlace(url, body)
      return
    }
    let temporary = temporary(for: target)
    let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw StorageError(url, "cannot write: \(systemReason())") }
    do throws(StorageError) {
      do throws(StorageError) {
        try body(Output(descriptor: descriptor, url: url))
        if exists {
          fchown(descriptor, old.st_uid, old.st_gid)
          fchmod(descriptor, old.st_mode & 0o7777)
        }
        guard fsync(descriptor) == 0 else {
          throw StorageError(url, "cannot flush to disk: \(systemReason())")
        }
      } catch {
        close(descriptor)
        throw error
      }
      guard close(descriptor) == 0, rename(temporary.path, target.path) == 0 else {
        throw StorageError(url, "cannot write: \(systemReason())")
      }
    } catch {
      unlink(temporary.path)
      throw error
    }
    flushFolder(target.deletingLastPathComponent())
  }

  private static func writeInPlace(
    _ url: URL, _ body: (Output) throws(StorageError) -> Void
  ) throws(StorageError) {
    let descriptor = open(url.path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError(url, "cannot write: \(systemReason())") }
    defer { close(descriptor) }
    try body(Output(descriptor: descriptor, url: url))
  }

  /// Writes `data` to `url`, whole or not at all.
  package static func write(_ data: Data, to url: URL) throws(StorageError) {
    try write(to: url) { output throws(StorageError) in
      try output.write(data)
    }
  }

  /// Makes renames and removals in `folder` durable. Not every file system can; then there is
  /// nothing to do.
  static func flushFolder(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// The temporary file while it is being filled.
  package struct Output {
    fileprivate let descriptor: Int32
    fileprivate let url: URL

    package func write(_ data: Data) throws(StorageError) { try check(data.withUnsafeBytes(fill)) }

    /// The values' bytes in the machine's own order.
    func write(_ values: [Float]) throws(StorageError) { try check(values.withUnsafeBytes(fill)) }

    private func check(_ errorNumber: Int32) throws(StorageError) {
      guard errorNumber == 0 else {
        throw StorageError(url, "cannot write: \(systemReason(errorNumber))")
      }
    }

    /// Returns 0, or the system's error number.
    private func fill(_ bytes: UnsafeRawBufferPointer) -> Int32 {
      var rest = bytes
      while !rest.isEmpty {
        let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return count < 0 ? errno : EIO }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      }
      return 0
    }
  }
}

extension URL {
  /// Whether it names what a process has open, or a device.
  fileprivate var isDevice: Bool { path.hasPrefix("/dev/") || path.hasPrefix("/proc/") }
}
