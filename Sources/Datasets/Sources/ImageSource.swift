/// The extent of every image of a source, in pixels.
package struct ImageSize: Sendable, Equatable, CustomStringConvertible {
  package var height: Int
  package var width: Int
  /// 1 grey; 3 red, green, blue; 4 those and infrared.
  package var channels: Int

  package init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  package var byteCount: Int { height * width * channels }
  /// The shorter side.
  package var side: Int { min(height, width) }

  package var description: String { "\(height)×\(width)×\(channels)" }
}

/// Images of one size, any number of them. Cannot fail once it is opened, and may be read from any
/// thread.
package protocol ImageSource: Sendable {
  var count: Int { get }
  var size: ImageSize { get }

  /// The extent of one image. Where images differ, `size` is the least height and the least width.
  func size(of image: Int) -> ImageSize

  /// Lends the pixels of an image, `[height, width, channels]`, 0…255, for the time of the call.
  func withPixels<Result>(of image: Int, _ body: (UnsafePointer<UInt8>) -> Result) -> Result
}

extension ImageSource {
  package func size(of image: Int) -> ImageSize { size }

  /// A copy of an image's pixels.
  package func pixels(of image: Int) -> [UInt8] {
    withPixels(of: image) {
      Array(UnsafeBufferPointer(start: $0, count: size(of: image).byteCount))
    }
  }
}

/// Images that lie in memory, one after the other.
package struct MemoryImages: ImageSource {
  package let count: Int
  package let size: ImageSize
  private let pixels: [UInt8]

  /// - Parameter pixels: `[count, height, width, channels]`.
  package init(size: ImageSize, pixels: [UInt8]) {
    precondition(
      size.byteCount >= 1 && pixels.count % size.byteCount == 0,
      "\(pixels.count) bytes for images of \(size)")
    self.size = size
    self.pixels = pixels
    count = pixels.count / size.byteCount
  }

  package func withPixels<Result>(
    of image: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) -> Result {
    precondition((0..<count).contains(image), "image \(image) of \(count)")
    return pixels.withUnsafeBufferPointer { pixels in
      pixels.baseAddress.map { body($0 + image * size.byteCount) }
        ?? withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { body($0.baseAddress!) }
    }
  }
}

/// Several sources of images of one size, one after the other.
package struct JoinedImages: ImageSource {
  package let size: ImageSize
  package let count: Int
  private let parts: [any ImageSource]
  /// The number of the first image of each part.
  private let starts: [Int]

  /// Requires at least one part, all of one size.
  package init(_ parts: [any ImageSource]) {
    precondition(
      !parts.isEmpty && parts.allSatisfy { $0.size == parts[0].size },
      "sources of \(parts.map(\.size))")
    self.parts = parts
    size = parts[0].size
    var starts: [Int] = []
    var count = 0
    for part in parts {
      starts.append(count)
      count += part.count
    }
    self.starts = starts
    self.count = count
  }

  package func withPixels<Result>(
    of image: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) -> Result {
    precondition((0..<count).contains(image), "image \(image) of \(count)")
    // The last part that starts at or before the image; few parts, so a scan does. Empty parts
    // start where the next one does.
    let part = starts.lastIndex { $0 <= image } ?? 0
    return parts[part].withPixels(of: image - starts[part], body)
  }
}
