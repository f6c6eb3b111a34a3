/// Images, the labels of those that have one, and how they are divided.
///
/// Labels are for evaluation alone; clustering does not look at them.
package struct ImageDataset: Sendable {
  /// Name as the user gives it, such as "mnist".
  package let name: String
  package let source: any ImageSource
  /// One for each image, in 0..<classNames.count; −1 where it has none.
  package let labels: [Int32]
  /// The name of each class, in the order of label values, or of the values in `labelMaps` where
  /// pixels are labelled; empty without labels.
  package let classNames: [String]
  /// Which images belong to which split; a split that there is not is left out.
  package let splits: [Split: Range<Int>]
  /// What a person should know of how the files were read, one line each.
  package var notes: [String] = []
  /// Where each image comes from; nil unless each has a file of its own.
  package var files: ImageFiles?
  /// The classes of pixels, for segmentation; then no image has a label of its own. Nil otherwise.
  package var labelMaps: (any LabelMapSource)? {
    didSet { knownChecksum = KnownChecksum() }
  }
  private(set) var knownChecksum = KnownChecksum()

  package var count: Int { source.count }
  package var size: ImageSize { source.size }
  /// Pixels across.
  package var width: Int { source.size.width }
  /// Pixels down.
  package var height: Int { source.size.height }
  package var channels: Int { source.size.channels }
  /// Number of classes; 0 without labels.
  package var classes: Int { classNames.count }

  /// The images with labels, or all where there are none: what the main head trains on, and what is
  /// evaluated, unless somebody says otherwise.
  package var relevantImages: Range<Int> { 0..<(splits[.unlabelled]?.lowerBound ?? count) }

  /// - Parameters:
  ///   - splits: all images are training images if nil; an unlabelled split is the last one.
  package init(
    name: String, source: any ImageSource, labels: [Int32]?, classNames: [String],
    splits: [Split: Range<Int>]? = nil
  ) {
    let labels = labels ?? Array(repeating: -1, count: source.count)
    precondition(
      labels.count == source.count, "\(labels.count) labels for \(source.count) images")
    precondition(
      labels.allSatisfy { $0 < classNames.count },
      "label \(labels.max() ?? 0), \(classNames.count) classes")
    self.name = name
    self.source = source
    self.labels = labels
    self.classNames = classNames
    self.splits = splits ?? [.train: 0..<source.count]
  }

  /// Labelled images in memory: `pixels` is `[count, height, width, channels]`.
  package init(
    name: String, width: Int, height: Int, channels: Int, classNames: [String], pixels: [UInt8],
    labels: [UInt8], splits: [Split: Range<Int>]? = nil
  ) {
    self.init(
      name: name,
      source: MemoryImages(
        size: ImageSize(height: height, width: width, channels: channels), pixels: pixels),
      labels: labels.map(Int32.init), classNames: classNames, splits: splits)
  }
}
