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

/// Images of one size or, where pictures keep their own, of many; any number of them. Cannot fail
/// once it is opened, and may be read from any thread.
package protocol ImageSource: Sendable {
  var count: Int { get }
  /// Of every image; where sizes differ the smallest height and the smallest width among them.
  var size: ImageSize { get }
  /// Of this image; all have the same channels.
  func size(of image: Int) -> ImageSize

  /// Lends the pixels of an image, `[height, width, channels]`, 0…255, for the time of the call.
  func withPixels<Result>(of image: Int, _ body: (UnsafePointer<UInt8>) -> Result) -> Result
}

extension ImageSource {
  package func size(of image: Int) -> ImageSize { size }

  /// A copy of an image's pixels.
  package func pixels(of image: Int) -> [UInt8] {
    let count = size(of: image).byteCount
    return withPixels(of: image) { Array(UnsafeBufferPointer(start: $0, count: count)) }
  }
}

extension ImageSize {
  /// The smallest height and width among sizes of the same channels; nil if there are none.
  static func smallest(_ sizes: some Sequence<ImageSize>) -> ImageSize? {
    var result: ImageSize?
    for size in sizes {
      result = ImageSize(
        height: min(result?.height ?? size.height, size.height),
        width: min(result?.width ?? size.width, size.width), channels: size.channels)
    }
    return result
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

/// Several sources whose images have the same (smallest) size, one after the other.
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
    let (part, inner) = place(of: image)
    return parts[part].withPixels(of: inner, body)
  }

  package func size(of image: Int) -> ImageSize {
    let (part, inner) = place(of: image)
    return parts[part].size(of: inner)
  }

  /// The part that an image is in, and its number there.
  private func place(of image: Int) -> (part: Int, image: Int) {
    precondition((0..<count).contains(image), "image \(image) of \(count)")
    // The last part that starts at or before the image; few parts, so a scan does. Empty parts
    // start where the next one does.
    let part = starts.lastIndex { $0 <= image } ?? 0
    return (part, image - starts[part])
  }
}
