/// Images of one size in a file that is mapped into memory.
package final class MappedImages: ImageSource {
  package let count: Int
  package let size: ImageSize
  private let file: MappedFile
  private let offset: Int
  private let layout: Layout

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
    let file = try MappedFile(path: path, window: window)
    let length = file.length
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
    self.file = file
    self.offset = offset
    self.count = expected
    self.size = size
    self.layout = layout
  }

  package func withPixels<Result>(
    of image: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) -> Result {
    precondition((0..<count).contains(image), "image \(image) of \(count)")
    let source = file.bytes(at: offset + image * size.byteCount, count: size.byteCount)
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
