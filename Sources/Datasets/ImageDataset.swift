/// Images and their class labels, in memory and never changed.
///
/// Labels are for evaluation alone; training does not look at them.
package struct ImageDataset: Sendable {
  /// Name as the user gives it, such as "mnist".
  package let name: String
  /// Pixels across.
  package let width: Int
  /// Pixels down.
  package let height: Int
  /// 1 for grey.
  package let channels: Int
  /// The name of each class, in the order of label values.
  package let classNames: [String]
  /// `[count, height, width, channels]`, 0…255.
  package let pixels: [UInt8]
  /// One label an image, in 0..<classNames.count.
  package let labels: [UInt8]

  /// Number of images.
  package var count: Int { labels.count }
  /// Number of classes.
  package var classes: Int { classNames.count }
  /// Bytes of one image.
  package var imageSize: Int { width * height * channels }

  /// Requires sizes of at least 1, `pixels` of exactly as many images as `labels`, and every label
  /// below the number of class names.
  package init(
    name: String, width: Int, height: Int, channels: Int, classNames: [String], pixels: [UInt8],
    labels: [UInt8]
  ) {
    precondition(
      width >= 1 && height >= 1 && channels >= 1, "images of [\(height), \(width), \(channels)]")
    precondition(
      pixels.count == labels.count * width * height * channels,
      "\(pixels.count) bytes, expected [\(labels.count), \(height), \(width), \(channels)]")
    precondition(
      labels.allSatisfy { $0 < classNames.count },
      "label \(labels.max() ?? 0), \(classNames.count) classes")
    self.name = name
    self.width = width
    self.height = height
    self.channels = channels
    self.classNames = classNames
    self.pixels = pixels
    self.labels = labels
  }
}
