import Foundation

/// What a look at every image of a data set finds.
package struct DatasetCensus: Sendable, Equatable {
  /// The splits that there are, in the order of `Split`.
  package let splits: [Split]
  /// Images of each split.
  package private(set) var images: [Int]
  /// Images by class, then by split.
  package private(set) var classes: [[Int]]
  /// Images of each split that have no label.
  package private(set) var withoutLabel: [Int]
  /// Where pixels have classes: the pixels of each class by split, and behind the last class those
  /// that have none or do not count. nil where they have not.
  package private(set) var pixels: [[Int]]?
  /// Images that have one colour all over.
  package private(set) var blank = 0
  /// Of the images with the fewest and the most pixels; nil without images.
  package private(set) var smallest: ImageSize?
  package private(set) var largest: ImageSize?

  /// - Parameter progress: told how many of how many images have been looked at.
  package init(
    _ dataset: ImageDataset, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) {
    splits = Split.allCases.filter { dataset.splits[$0] != nil }
    let none = Array(repeating: 0, count: splits.count)
    (images, withoutLabel) = (none, none)
    classes = Array(repeating: none, count: dataset.classes)
    for (place, split) in splits.enumerated() {
      for image in dataset.splits[split] ?? 0..<0 {
        images[place] += 1
        let label = Int(dataset.labels[image])
        if label >= 0 { classes[label][place] += 1 } else { withoutLabel[place] += 1 }
      }
    }
    if let labelMaps = dataset.labelMaps {
      var pixels = Array(repeating: none, count: dataset.classes + 1)
      for (place, split) in splits.enumerated() {
        for image in dataset.splits[split] ?? 0..<0 {
          let size = dataset.source.size(of: image)
          labelMaps.withLabels(of: image) { labels in
            for pixel in 0..<size.height * size.width {
              pixels[min(Int(labels[pixel]), dataset.classes)][place] += 1
            }
          }
        }
      }
      self.pixels = pixels
    }
    let pixel = dataset.channels
    for image in 0..<dataset.count {
      let size = dataset.source.size(of: image)
      let bytes = size.byteCount
      if bytes < smallest?.byteCount ?? .max { smallest = size }
      if bytes > largest?.byteCount ?? 0 { largest = size }
      // Each pixel is the next one.
      let isBlank = dataset.source.withPixels(of: image) {
        memcmp($0, $0 + pixel, bytes - pixel) == 0
      }
      if isBlank { blank += 1 }
      if image % 256 == 255 || image == dataset.count - 1 { progress(image + 1, dataset.count) }
    }
  }
}
