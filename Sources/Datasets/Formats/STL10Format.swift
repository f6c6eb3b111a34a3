/// STL-10 in its binary release: colour photographs of 96×96 pixels, 5,000 and 8,000 with labels
/// and 100,000 without. They stay in their files, which are mapped into memory.
package enum STL10Format {
  /// Where to get the files, in one line.
  package static let source = "https://cs.stanford.edu/~acoates/stl10/ (stl10_binary.tar.gz)"

  /// The classes, in the order of label values.
  package static let classNames = [
    "airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck",
  ]

  private static let size = ImageSize(height: 96, width: 96, channels: 3)
  private static let unlabelled = "unlabeled_X.bin"
  private static let labelledFiles = ["train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin"]
  private static let folderBelow = "stl10_binary"

  /// Whether the folder, or `stl10_binary` in it, holds STL-10, by the names of its files alone:
  /// one of them is enough.
  package static func recognizes(folder: String) -> Bool {
    FormatFolder.find(labelledFiles + [unlabelled], in: folder, below: [folderBelow]) != nil
  }

  /// Opens STL-10: the training images, then the test images, then those without labels if
  /// unlabeled_X.bin is there.
  ///
  /// The file's labels 1…10 become 0…9, and −1 where there is none. class_names.txt overrides the
  /// built-in class names. Throws `DatasetError` where one of the other files is missing, an image
  /// file is not a number of whole images, there are not as many labels as images, or a label is
  /// out of range.
  package static func load(folder: String) throws(DatasetError) -> ImageDataset {
    let folder = try FormatFolder(
      dataset: "stl10", source: source, names: labelledFiles + [unlabelled], in: folder,
      below: [folderBelow])
    try folder.require(labelledFiles)
    let classNames = try folder.classNames("class_names.txt", classes: 10) ?? Self.classNames

    let train = try images(folder.path(of: "train_X.bin"))
    let test = try images(folder.path(of: "test_X.bin"))
    var labels = try readLabels(
      folder.path(of: "train_y.bin"), images: train.count,
      imagesPath: folder.path(of: "train_X.bin"))
    labels += try readLabels(
      folder.path(of: "test_y.bin"), images: test.count,
      imagesPath: folder.path(of: "test_X.bin"))

    var parts = [train, test]
    var splits: [Split: Range<Int>] = [
      .train: 0..<train.count, .test: train.count..<labels.count,
    ]
    if folder.has(unlabelled) {
      let rest = try images(folder.path(of: unlabelled))
      parts.append(rest)
      splits[.unlabelled] = labels.count..<labels.count + rest.count
      labels += Array(repeating: -1, count: rest.count)
    }
    return ImageDataset(
      name: "stl10", source: JoinedImages(parts), labels: labels, classNames: classNames,
      splits: splits)
  }

  private static func images(_ path: String) throws(DatasetError) -> MappedImages {
    try MappedImages(path: path, size: size, layout: .columnMajorPlanes)
  }

  /// The labels of a file, from 0 on.
  private static func readLabels(
    _ path: String, images: Int, imagesPath: String
  ) throws(DatasetError) -> [Int32] {
    var file = try CompressedFile(path: path)
    let labels = try file.read(upTo: images)
    var count = labels.count
    while true {
      let surplus = try file.read(upTo: 1 << 20).count
      if surplus == 0 { break }
      count += surplus
    }
    guard count == images else {
      throw .countMismatch(
        imagesPath: imagesPath, images: images, labelsPath: path, labels: count)
    }
    if let index = labels.firstIndex(where: { !(1...10).contains($0) }) {
      throw .malformed(
        path: path, field: "label \(index)", found: "\(labels[index])", expected: "1…10")
    }
    return labels.map { Int32($0) - 1 }
  }
}
