/// One picture of any size.
package struct Picture: Sendable, Equatable {
  /// Pixels across.
  package let width: Int
  /// Pixels down.
  package let height: Int
  /// 1 for grey, 2 for grey and alpha, 3 for red, green, blue, 4 for these and alpha.
  package let channels: Int
  /// `[height, width, channels]`, 0…255. Alpha is 0 where nothing covers the ground; colours are
  /// not multiplied with it.
  package let pixels: [UInt8]

  /// Requires sizes of at least 1, 1 to 4 channels and one byte a sample.
  package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      width >= 1 && height >= 1 && (1...4).contains(channels)
        && pixels.count == width * height * channels,
      "\(pixels.count) bytes for [\(height), \(width), \(channels)]")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// Whether the last channel is alpha.
  package var hasAlpha: Bool { channels == 2 || channels == 4 }
}
