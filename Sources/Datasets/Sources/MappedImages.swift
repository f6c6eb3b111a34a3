import Foundation
import Synchronization

/// Images in a file that is mapped into memory: the system reads what is used, and is told now and
/// then to forget it again, so that a file larger than memory does.
package final class MappedImages: ImageSource, @unchecked Sendable {
  // Unchecked: the mapped memory is only read, and unmapped when nobody is left.
  package let count: Int
  package let size: ImageSize
  private let base: UnsafeRawPointer
  private let length: Int
  private let offset: Int
  private let layout: Layout
  /// Bytes of images that were asked for.
  private let used = Atomic<Int>(0)

  private let window: Int

  /// How the bytes of an image lie in the file.
  package enum Layout: Sendable {
    /// `[height, width, channels]`.
    case interleaved
    /// `[channels, width, height]`: a plane a channel, column by column, as STL-10 has them.
    case columnMajorPlanes
  }

  /// - Parameters:
  ///   - offset: of the first image in the file, in bytes.
  ///   - count: images; all that the file holds if nil.
  ///   - allowsTail: whether the file may go on behind its images.
  ///   - window: of the file at most so much counts as the program's memory, in bytes, and what
  ///     threads read at that moment. What the system keeps of it besides is free for others.
  /// - Throws: `DatasetError` if the file cannot be opened or mapped, or holds fewer images or a
  ///   part of one.
  package init(
    path: String, size: ImageSize, layout: Layout = .interleaved, offset: Int = 0,
    count: Int? = nil, allowsTail: Bool = false, window: Int = 256 << 20
  ) throws(DatasetError) {
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
    let length = Int(status.st_size)
    let found = (length - offset) / size.byteCount
    let expected = count ?? max(found, 1)
    let end = offset + expected * size.byteCount
    guard allowsTail ? length >= end : length == end else {
      throw .malformed(
        path: path, field: "size", found: "\(length) bytes",
        expected: count == nil
          ? "a multiple of \(size.byteCount), one image of \(size)"
          : "\(end), \(expected) images of \(size)")
    }
    guard let base = mmap(nil, length, PROT_READ, MAP_SHARED, descriptor, 0), base != MAP_FAILED
    else { throw unreadable() }
    self.base = UnsafeRawPointer(base)
    self.length = length
    self.offset = offset
    self.count = expected
    self.size = size
    self.layout = layout
    self.window = window
  }

  /// Lets go of the file's pages each time a window's worth of images was used. Who reads one at
  /// that moment gets it again from the file.
  private func countUse() {
    let after = used.add(size.byteCount, ordering: .relaxed).newValue
    if after / window != (after - size.byteCount) / window {
      madvise(UnsafeMutableRawPointer(mutating: base), length, MADV_DONTNEED)
    }
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: base), length) }

  package func withPixels<Result>(
    of image: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) -> Result {
    precondition((0..<count).contains(image), "image \(image) of \(count)")
    countUse()
    let source = (base + offset + image * size.byteCount).assumingMemoryBound(to: UInt8.self)
    switch layout {
    case .interleaved: return body(source)
    case .columnMajorPlanes:
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size.byteCount) { pixels in
        for channel in 0..<size.channels {
          for x in 0..<size.width {
            let column = source + (channel * size.width + x) * size.height
            for y in 0..<size.height {
              pixels[(y * size.width + x) * size.channels + channel] = column[y]
            }
          }
        }
        return body(UnsafePointer(pixels.baseAddress!))
      }
    }
  }
}
