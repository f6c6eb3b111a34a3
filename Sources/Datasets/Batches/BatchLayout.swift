import Kernels

/// Where the engine keeps a batch of activations: `[N/12, H, W, 12, C]`, blocks of 12 images that
/// lie side by side, the last block padded.
package struct BatchLayout: Equatable, Sendable {
  /// Images that lie side by side.
  package static let imagesPerBlock = imageBlock

  /// Number of images N.
  package let images: Int
  package let height: Int
  package let width: Int
  package let channels: Int

  /// Requires every size to be at least 1.
  package init(images: Int, height: Int, width: Int, channels: Int) {
    precondition(
      images >= 1 && height >= 1 && width >= 1 && channels >= 1,
      "a batch of [\(images), \(height), \(width), \(channels)]")
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Blocks of 12 images, the padded one included.
  package var blocks: Int { (images + Self.imagesPerBlock - 1) / Self.imagesPerBlock }
  /// Floats from one pixel to the next of the same image.
  package var pixelStride: Int { Self.imagesPerBlock * channels }
  /// Floats in the whole batch, padding included.
  package var floatCount: Int { blocks * height * width * pixelStride }

  /// Where in the batch channel 0 of the image's first pixel lies, in floats. `image` may be one of
  /// the padding's.
  package func offset(image: Int) -> Int {
    let (block, place) = image.quotientAndRemainder(dividingBy: Self.imagesPerBlock)
    return block * height * width * pixelStride + place * channels
  }

  /// Image `image` of the batch that starts at `base`.
  package func destination(
    image: Int, in base: UnsafeMutablePointer<Float>
  ) -> ImageDestination {
    precondition(
      image >= 0 && image < blocks * Self.imagesPerBlock, "image \(image) of \(images)")
    return ImageDestination(base: base + offset(image: image), pixelStride: pixelStride)
  }
}

/// Where one image's pixels go: pixel i (row by row), channel c, at `base[i * pixelStride + c]`.
package struct ImageDestination {
  package let base: UnsafeMutablePointer<Float>
  /// Floats from one pixel to the next.
  package let pixelStride: Int

  package init(base: UnsafeMutablePointer<Float>, pixelStride: Int) {
    self.base = base
    self.pixelStride = pixelStride
  }

  /// Writes `count` pixels, `[count, channels]`.
  func write(_ pixels: UnsafePointer<Float>, count: Int, channels: Int) {
    if channels == 1 {
      for index in 0..<count { base[index * pixelStride] = pixels[index] }
      return
    }
    for index in 0..<count {
      let target = base + index * pixelStride
      for channel in 0..<channels { target[channel] = pixels[index * channels + channel] }
    }
  }
}
