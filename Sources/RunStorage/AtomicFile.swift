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
    let file = try PendingFile(url)
    do throws(StorageError) {
      try body(file.output)
      try file.finish()
      try file.putInPlace()
    } catch {
      file.discard()
      throw error
    }
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
    let descriptor: Int32
    let url: URL

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
