/// The classes of the pixels of images, for evaluation and to leave pixels out.
package protocol LabelMapSource: Sendable {
  /// Lends the classes of an image's pixels, `[height, width]` of the image's own size, for the
  /// time of the call; `noLabel` where a pixel has none or does not count.
  func withLabels<Result>(of image: Int, _ body: (UnsafePointer<UInt8>) -> Result) -> Result
}

/// Stands for a pixel without a class.
package let noLabel = UInt8.max
