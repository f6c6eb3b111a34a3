/// CIFAR-10 and CIFAR-100 in their binary releases: colour photographs of 32×32 pixels.
package enum CIFARFormat {
  package enum Kind: Sendable, CaseIterable {
    case cifar10
    case cifar100
  }

  /// Which of CIFAR-100's two labels of an image is used.
  package enum Labels: Sendable, CaseIterable {
    /// 100 classes.
    case fine
    /// 20 superclasses of five classes each.
    case coarse
  }

  /// Where to get the files, in one line.
  package static let source = "https://www.cs.toronto.edu/~kriz/cifar.html (binary version)"

  /// CIFAR-10's classes, in the order of label values.
  package static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// CIFAR-100's superclasses, in the order of label values and as the release spells them.
  package static let superclassNames = [
    "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
    "household_electrical_devices", "household_furniture", "insects", "large_carnivores",
    "large_man-made_outdoor_things", "large_natural_outdoor_scenes",
    "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates", "people",
    "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
  ]

  private static let batches = (1...5).map { "data_batch_\($0).bin" }
  private static let folder10 = "cifar-10-batches-bin"
  private static let folder100 = "cifar-100-binary"

  /// Which of the two the folder, or `cifar-10-batches-bin` or `cifar-100-binary` in it, holds, by
  /// the names of its files alone: none, one or both.
  ///
  /// One of CIFAR-10's files is enough. CIFAR-100's train.bin and test.bin are names that others
  /// use too, so both have to be there.
  package static func recognizes(folder: String) -> [Kind] {
    var kinds: [Kind] = []
    if FormatFolder.find(batches + ["test_batch.bin"], in: folder, below: [folder10]) != nil {
      kinds.append(.cifar10)
    }
    if FormatFolder.find(["train.bin"], in: folder, below: [folder100])
      .flatMap({ FormatFolder.find(["test.bin"], in: $0, below: [folder100]) }) != nil
    {
      kinds.append(.cifar100)
    }
    return kinds
  }

  /// Reads CIFAR-10: the training images of the batches that are there, then the test images.
  ///
  /// A batch that is missing is a note. batches.meta.txt overrides the built-in class names. Throws
  /// `DatasetError` where there is no batch or no test_batch.bin, a file is not a number of whole
  /// records, or a label is out of range.
  package static func loadCIFAR10(folder: String) throws(DatasetError) -> ImageDataset {
    let folder = try FormatFolder(
      dataset: "cifar10", source: source, names: batches + ["test_batch.bin"], in: folder,
      below: [folder10])
    let present = batches.filter(folder.has)
    if present.isEmpty { try folder.require(batches) }
    var dataset = try load(
      "cifar10", folder, train: present, test: "test_batch.bin",
      layout: [CIFARRecords.LabelByte(name: "label", classes: 10)], used: 0,
      classNames: folder.classNames("batches.meta.txt", classes: 10) ?? Self.classNames)
    if present.count < batches.count {
      let missing = batches.filter { !present.contains($0) }.joined(separator: ", ")
      dataset.notes.append(
        "\(folder.path) has \(present.count) of 5 training files; missing: \(missing)")
    }
    return dataset
  }

  /// Reads CIFAR-100 with one of its two labels, called "cifar100" or "cifar100-20": the training
  /// images, then the test images.
  ///
  /// The classes' names are those in fine_label_names.txt, or else the numbers from 0 on;
  /// coarse_label_names.txt overrides the built-in names of the superclasses. Throws as
  /// `loadCIFAR10` does, also for the label that is not used.
  package static func loadCIFAR100(
    folder: String, labels: Labels
  ) throws(DatasetError) -> ImageDataset {
    let name = labels == .fine ? "cifar100" : "cifar100-20"
    let folder = try FormatFolder(
      dataset: name, source: source, names: ["train.bin", "test.bin"], in: folder,
      below: [folder100])
    let classNames =
      switch labels {
      case .fine:
        try folder.classNames("fine_label_names.txt", classes: 100) ?? (0..<100).map(String.init)
      case .coarse:
        try folder.classNames("coarse_label_names.txt", classes: 20) ?? superclassNames
      }
    return try load(
      name, folder, train: ["train.bin"], test: "test.bin",
      layout: [
        CIFARRecords.LabelByte(name: "coarse label", classes: 20),
        CIFARRecords.LabelByte(name: "fine label", classes: 100),
      ], used: labels == .fine ? 1 : 0, classNames: classNames)
  }

  private static func load(
    _ name: String, _ folder: FormatFolder, train: [String], test: String,
    layout: [CIFARRecords.LabelByte], used: Int, classNames: [String]
  ) throws(DatasetError) -> ImageDataset {
    try folder.require(train + [test])
    var records = CIFARRecords()
    for file in train {
      try records.append(path: folder.path(of: file), layout: layout, used: used)
    }
    let trainCount = records.count
    try records.append(path: folder.path(of: test), layout: layout, used: used)
    return ImageDataset(
      name: name, source: MemoryImages(size: CIFARRecords.size, pixels: records.pixels),
      labels: records.labels, classNames: classNames,
      splits: [.train: 0..<trainCount, .test: trainCount..<records.count])
  }
}
