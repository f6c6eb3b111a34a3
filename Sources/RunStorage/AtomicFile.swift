import Foundation
import Synchronization

/// Writes whole files so that a reader, or a crash at any moment, meets the old file or the new
/// one, never a part.
package enum AtomicFile {
  /// Where `url` is written before it gets its name: another place each time, since two may write
  /// it at once. A process that was killed may leave one behind.
  static func temporary(for url: URL) -> URL {
    let number = count.add(1, ordering: .relaxed).newValue
    return url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent).\(getpid())-\(number).partial")
  }

  private static let count = Atomic(0)

  /// What the file was to be called that a process which was killed has left half-written; nil for
  /// the name of any other.
  static func finalName(ofPartial name: String) -> String? {
    guard name.hasPrefix("."), name.hasSuffix(".partial") else { return nil }
    let inner = name.dropFirst().dropLast(".partial".count)
    // An older program wrote no number.
    guard let dot = inner.lastIndex(of: "."),
      inner[dot...].dropFirst().allSatisfy({ $0 == "-" || $0.isASCII && $0.isNumber })
    else { return String(inner) }
    return String(inner[..<dot])
  }

  /// Where links lead from `url`, whether or not there is something yet.
  static func target(of url: URL) -> URL {
    var path = url.path
    // More links than that the system does not follow either.
    for _ in 0..<40 {
      guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
        break
      }
      let folder = (path as NSString).deletingLastPathComponent
      path = next.hasPrefix("/") ? next : folder + "/" + next
    }
    return URL(fileURLWithPath: path)
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

  /// The number of what this process has open under the name; nil for a name that is none of that
  /// kind. Other places below `/dev` may be folders like any, as `/dev/shm` is.
  package static func descriptor(_ url: URL) -> Int32? {
    switch url.path {
    case "/dev/stdout": return STDOUT_FILENO
    case "/dev/stderr": return STDERR_FILENO
    case let path:
      let folders = ["/dev/fd/", "/proc/self/fd/"]
      guard let folder = folders.first(where: path.hasPrefix) else { return nil }
      return Int32(path.dropFirst(folder.count))
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

    private func fill(_ bytes: UnsafeRawBufferPointer) -> Int32 { writeAll(bytes, to: descriptor) }
  }
}
