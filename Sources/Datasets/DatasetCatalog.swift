import Foundation

/// The data sets that the program knows by name.
package enum DatasetCatalog {
  package struct Entry: Sendable {
    /// Name as the user gives it.
    package let name: String
    /// What it is, in one line.
    package let summary: String
    /// Where to get it, in one line.
    package let source: String
    /// False where the data comes with the program.
    package let needsFolder: Bool
    /// The preset that suits it, for who names none.
    package let preset: String
    /// Whether its pictures have a fourth channel.
    package var hasInfrared: Bool { name.hasPrefix("potsdam") }
  }

  private static let digitNames = (0...9).map(String.init)
  private static let clothingNames = [
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle boot",
  ]

  package static let entries = imageEntries + segmentationEntries

  private static let imageEntries = [
    Entry(
      name: "digits", summary: "5,000 of MNIST's handwritten digits, 10 classes, grey 28×28",
      source: "comes with the program", needsFolder: false, preset: "digits"),
    Entry(
      name: "mnist",
      summary: "70,000 handwritten digits (train and test), 10 classes, grey 28×28",
      source: "https://ossci-datasets.s3.amazonaws.com/mnist/ (four .gz files)",
      needsFolder: true, preset: "mnist-small"),
    Entry(
      name: "fashion-mnist",
      summary: "70,000 pictures of clothing (train and test), 10 classes, grey 28×28",
      source: "https://github.com/zalandoresearch/fashion-mnist (four .gz files)",
      needsFolder: true, preset: "mnist-small"),
    Entry(
      name: "idx",
      summary: "grey images of any size and up to 256 classes in MNIST's file format, EMNIST too",
      source: "your own", needsFolder: true, preset: "mnist-small"),
    Entry(
      name: "cifar10", summary: "60,000 photos (train and test), 10 classes, RGB 32×32",
      source: CIFARFormat.source, needsFolder: true, preset: "cifar10-small"),
    Entry(
      name: "cifar100", summary: "60,000 photos (train and test), 100 classes, RGB 32×32",
      source: CIFARFormat.source, needsFolder: true, preset: "cifar10-small"),
    Entry(
      name: "cifar100-20", summary: "CIFAR-100 with its 20 superclasses",
      source: CIFARFormat.source, needsFolder: true, preset: "cifar10-small"),
    Entry(
      name: "stl10",
      summary: "13,000 photos (train and test), 10 classes, and 100,000 unlabelled, RGB 96×96",
      source: STL10Format.source, needsFolder: true, preset: "stl10-small"),
    Entry(
      name: ImageFolderFormat.name,
      summary: "your own pictures (PNG, JPEG, WebP); folders are classes, or no labels at all",
      source: "your own", needsFolder: true, preset: "folder"),
  ]

  /// The entry of that name. Throws `DatasetError.unknownDataset` with the names there are.
  package static func entry(named name: String) throws(DatasetError) -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw DatasetError.unknownDataset(name: name, known: entries.map(\.name))
    }
    return entry
  }

  /// Reads the data set of that name; `folder` holds its files where it needs any.
  ///
  /// - Parameters:
  ///   - pictures: what an image folder's pictures are turned into.
  ///   - segmentation: the same for pictures whose pixels have classes; its class map, where it has
  ///     one, goes before the data set's.
  /// - Throws: `DatasetError` in one line for the user.
  package static func load(
    _ name: String, folder: String? = nil,
    pictures: ImageFolderFormat.Options = ImageFolderFormat.Options(
      shape: PictureShape(side: 64, channels: 3), threads: 1),
    segmentation: SegmentationFolderFormat.Options = SegmentationFolderFormat.Options(threads: 1)
  ) throws(DatasetError) -> ImageDataset {
    let entry = try entry(named: name)
    guard entry.needsFolder else {
      if let folder { throw .folderNotNeeded(dataset: name, folder: folder) }
      let assets = try AssetLocator.find("digits")
      return try IDXFormat.load(
        [
          IDXFormat.Part(
            split: .train, images: assets + "/digits-images-idx3-ubyte.gz",
            labels: assets + "/digits-labels-idx1-ubyte.gz")
        ], name: name, classNames: digitNames)
    }
    guard let folder else {
      throw DatasetError.folderNeeded(dataset: name, source: entry.source)
    }
    switch name {
    case ImageFolderFormat.name:
      return try ImageFolderFormat.load(folder: folder, pictures)
    case "cifar10": return try CIFARFormat.loadCIFAR10(folder: folder)
    case "cifar100": return try CIFARFormat.loadCIFAR100(folder: folder, labels: .fine)
    case "cifar100-20": return try CIFARFormat.loadCIFAR100(folder: folder, labels: .coarse)
    case "stl10": return try STL10Format.load(folder: folder)
    case SegmentationFolderFormat.name:
      return try SegmentationFolderFormat.load(folder: folder, segmentation)
    case _ where ClassMap.builtIn[name] != nil:
      var options = segmentation
      options.classMap = options.classMap ?? ClassMap.builtIn[name]
      return try SegmentationFolderFormat.load(folder: folder, options, name: name)
    default:
      let names = name == "mnist" ? digitNames : name == "fashion-mnist" ? clothingNames : nil
      return try IDXFormat.load(
        folder, name: name, source: names == nil ? nil : entry.source, classNames: names)
    }
  }

  /// What a folder is taken for by the names of its files.
  ///
  /// - Throws: `DatasetError` if it cannot be read, holds nothing that is known, or more than one
  ///   kind.
  package static func recognize(_ folder: String) throws(DatasetError) -> Entry {
    var status = stat()
    guard stat(folder, &status) == 0 else {
      throw .unreadable(path: folder, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .unreadable(path: folder, reason: "it is a file, expected a folder")
    }
    guard access(folder, R_OK | X_OK) == 0 else {
      throw .unreadable(path: folder, reason: "permission denied")
    }
    var found: [String] = []
    if let place = try IDXFormat.place(folder) {
      let isFashion = !place.prefix.hasPrefix("emnist") && place.folder.contains("FashionMNIST")
      found.append(isFashion ? "fashion-mnist" : "idx")
    }
    for kind in CIFARFormat.recognizes(folder: folder) {
      found.append(kind == .cifar10 ? "cifar10" : "cifar100-20")
    }
    if STL10Format.recognizes(folder: folder) { found.append("stl10") }
    let pictures = try PictureFolder(PathBytes(folder))
    // Folders whose names are those of a data set with labels count even when they are empty.
    let segmentation = SegmentationFolderFormat.recognize(pictures)
    let pictureKind = segmentation ?? ImageFolderFormat.name
    if !pictures.files.isEmpty || (found.isEmpty && segmentation != nil) {
      found.append(pictureKind)
    }
    guard !found.isEmpty else {
      throw .unreadable(
        path: folder,
        reason: "it is no data set that is known here: \(pictures.emptiness); "
          + "'iic-tui datasets' lists what is")
    }
    guard found.count == 1 else {
      // The first of the pictures says where they are.
      let names = found.map { name in
        name == pictureKind
          ? pictures.files.first.map { "\(name) (\($0.relativePath))" } ?? name : name
      }
      throw .unreadable(
        path: folder,
        reason: "it holds \(names.joined(separator: " and ")); --dataset says which is meant, "
          + "or give each a folder of its own")
    }
    return try entry(named: found[0])
  }
}
