/// The classes of the pixels of images. Cannot fail once it is opened, and may be read from any
/// thread.
package protocol LabelMapSource: Sendable {
  /// Lends the class numbers of an image's pixels, `[height, width]` of the image's own size, for
  /// the time of the call; `LabelMap.noLabel` where a pixel has no class or does not count.
  func withLabels<Result>(of image: Int, _ body: (UnsafePointer<UInt8>) -> Result) -> Result
}

/// What the values of label maps mean.
package enum LabelMap {
  /// No class, or one that does not count.
  package static let noLabel: UInt8 = 255
  /// Classes that a map can tell apart.
  package static let mostClasses = 255
}
