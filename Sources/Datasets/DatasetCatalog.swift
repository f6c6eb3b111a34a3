import Foundation

/// The data sets that the program knows by name.
package enum DatasetCatalog {
  package struct Entry: Equatable, Sendable {
    /// Name as the user gives it.
    package let name: String
    /// What it is, in one line.
    package let summary: String
    /// Where to get it, in one line.
    package let source: String
    /// False where the data comes with the program.
    package let needsFolder: Bool
    /// The name of each class, in the order of label values.
    package let classNames: [String]
  }

  package static let entries = [
    Entry(
      name: "digits", summary: "5,000 of MNIST's handwritten digits, 10 classes, grey 28×28",
      source: "comes with the program", needsFolder: false, classNames: (0...9).map(String.init)),
    Entry(
      name: "mnist",
      summary: "70,000 handwritten digits (train and test), 10 classes, grey 28×28",
      source: "https://ossci-datasets.s3.amazonaws.com/mnist/ (four .gz files)",
      needsFolder: true, classNames: (0...9).map(String.init)),
    Entry(
      name: "fashion-mnist",
      summary: "70,000 pictures of clothing (train and test), 10 classes, grey 28×28",
      source: "https://github.com/zalandoresearch/fashion-mnist (four .gz files)",
      needsFolder: true,
      classNames: [
        "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle boot",
      ]),
  ]

  /// The entry of that name. Throws `DatasetError.unknownDataset` with the names there are.
  package static func entry(named name: String) throws(DatasetError) -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw DatasetError.unknownDataset(name: name, known: entries.map(\.name))
    }
    return entry
  }

  /// Reads the data set of that name; `folder` holds its files, plain or gzip, where it needs any.
  ///
  /// `mnist` and `fashion-mnist` are the training images followed by the test images, because the
  /// paper trains and evaluates on both. Throws `DatasetError` in one line for the user.
  package static func load(
    _ name: String, folder: String? = nil
  ) throws(DatasetError) -> ImageDataset {
    let entry = try entry(named: name)
    guard entry.needsFolder else {
      let assets = try AssetLocator.find("digits")
      return try load(
        entry,
        parts: [(assets + "/digits-images-idx3-ubyte.gz", assets + "/digits-labels-idx1-ubyte.gz")])
    }
    guard let folder else {
      throw DatasetError.folderNeeded(dataset: name, source: entry.source)
    }
    var parts: [(images: String, labels: String)] = []
    for prefix in ["train", "t10k"] {
      parts.append(
        (
          try locate("\(prefix)-images", "idx3", folder: folder, entry: entry),
          try locate("\(prefix)-labels", "idx1", folder: folder, entry: entry)
        ))
    }
    return try load(entry, parts: parts)
  }

  /// The first of the file's customary spellings that is in the folder.
  private static func locate(
    _ stem: String, _ kind: String, folder: String, entry: Entry
  ) throws(DatasetError) -> String {
    let names = ["-", "."].flatMap { separator in
      ["", ".gz"].map { "\(stem)-\(kind)\(separator)ubyte\($0)" }
    }
    for name in names where FileManager.default.fileExists(atPath: folder + "/" + name) {
      return folder + "/" + name
    }
    throw DatasetError.fileNotFound(
      dataset: entry.name, folder: folder, names: names, source: entry.source)
  }

  /// Reads pairs of image and label files and puts them one after the other.
  static func load(
    _ entry: Entry, parts: [(images: String, labels: String)]
  ) throws(DatasetError) -> ImageDataset {
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    var size: (height: Int, width: Int)?
    for part in parts {
      let images = try IDXReader.readImages(path: part.images)
      let partLabels = try IDXReader.readLabels(path: part.labels, classes: entry.classNames.count)
      guard images.count == partLabels.count else {
        throw DatasetError.countMismatch(
          imagesPath: part.images, images: images.count, labelsPath: part.labels,
          labels: partLabels.count)
      }
      let expected = size ?? (images.height, images.width)
      guard images.height == expected.height && images.width == expected.width else {
        throw DatasetError.sizeMismatch(
          path: part.images, found: "\(images.height)×\(images.width)",
          expected: "\(expected.height)×\(expected.width)")
      }
      size = expected
      pixels += images.pixels
      labels += partLabels
    }
    let (height, width) = size ?? (1, 1)
    return ImageDataset(
      name: entry.name, width: width, height: height, channels: 1, classNames: entry.classNames,
      pixels: pixels, labels: labels)
  }
}
