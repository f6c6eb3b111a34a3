import Kernels

/// A random way to look at an image. What is drawn is a function of the random numbers alone.
package protocol Augmentation: Sendable {
  /// Side of the square that the network sees, in pixels.
  var outputSize: Int { get }
  /// How many views an image has, at least 1.
  var views: Int { get }

  /// Throws `DatasetError.invalidTransform`, in one line with the value's name, where a value is
  /// out of its range or a crop does not fit images of this size in pixels.
  func check(imageWidth: Int, imageHeight: Int) throws(DatasetError)

  /// Draws view `view`, in 0..<`views`, of an image. Requires that the image's size was checked.
  func draw(view: Int, of size: ImageSize, from random: inout RandomStream) -> DrawnView

  /// What evaluation sees of an image: nothing drawn.
  func evaluationView(of size: ImageSize) -> DrawnView
}

extension Augmentation {
  /// Requires a view that there is.
  func checkIndex(view: Int) {
    precondition((0..<views).contains(view), "view \(view) of \(views)")
  }

  /// Throws of the first value that is not in its range.
  func check(
    _ values: [(name: String, value: Float, range: ClosedRange<Float>)], imageWidth: Int,
    imageHeight: Int
  ) throws(DatasetError) {
    for (name, value, range) in values where !range.contains(value) {
      throw DatasetError.invalidTransform(
        field: name, found: "\(value)",
        expected:
          "\(range.lowerBound)…\(range.upperBound) for images of \(imageHeight)×\(imageWidth)")
    }
  }
}

extension DrawnView {
  /// The square in the middle of an image.
  static func centreCrop(_ cropSize: Int, of size: ImageSize) -> DrawnView {
    DrawnView(
      left: (size.width - cropSize) / 2, top: (size.height - cropSize) / 2, size: cropSize)
  }

  /// A square anywhere within an image, each place as likely as the others.
  static func randomCrop(
    _ cropSize: Int, of size: ImageSize, from random: inout RandomStream
  ) -> DrawnView {
    DrawnView(
      left: random.integer(below: size.width - cropSize + 1),
      top: random.integer(below: size.height - cropSize + 1), size: cropSize)
  }
}
