import Foundation
import Synchronization

/// A file that is mapped into memory: the system reads what is used, and is told now and then to
/// forget it again, so that a file larger than memory does.
final class MappedFile: @unchecked Sendable {
  // Unchecked: the mapped memory is only read, and unmapped when nobody is left.
  /// In bytes.
  let length: Int
  private let base: UnsafeRawPointer
  private let window: Int
  /// Bytes that were asked for.
  private let used = Atomic<Int>(0)

  /// - Parameter window: of the file at most so much counts as the program's memory, in bytes, and
  ///   what threads read at that moment. What the system keeps of it besides is free for others.
  /// - Throws: `DatasetError` if the file cannot be opened or mapped.
  init(path: String, window: Int = 256 << 20) throws(DatasetError) {
    func unreadable() -> DatasetError {
      .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable() }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is a folder or a device, expected a file")
    }
    length = Int(status.st_size)
    // No memory has no bytes: an empty file is mapped as one byte that nobody asks for.
    guard let base = mmap(nil, max(1, length), PROT_READ, MAP_SHARED, descriptor, 0),
      base != MAP_FAILED
    else { throw unreadable() }
    self.base = UnsafeRawPointer(base)
    self.window = window
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: base), max(1, length)) }

  /// `count` bytes from `offset` on, there as long as the file is.
  func bytes(at offset: Int, count: Int) -> UnsafePointer<UInt8> {
    precondition(
      offset >= 0 && count >= 0 && offset + count <= length,
      "bytes \(offset)..<\(offset + count) of \(length)")
    countUse(of: count)
    return (base + offset).assumingMemoryBound(to: UInt8.self)
  }

  /// Lets go of the file's pages each time a window's worth of bytes was used. Who reads one at
  /// that moment gets it again from the file.
  private func countUse(of count: Int) {
    let after = used.add(count, ordering: .relaxed).newValue
    if after / window != (after - count) / window {
      madvise(UnsafeMutableRawPointer(mutating: base), max(1, length), MADV_DONTNEED)
    }
  }
}
