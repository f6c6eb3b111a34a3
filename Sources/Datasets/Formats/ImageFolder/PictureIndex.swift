/// Which pictures of a folder make a data set, in which classes and splits.
///
/// - Folders are classes, as torchvision's ImageFolder has it; a picture in a folder deeper down
///   belongs to the class at the top. Folders called `train`, `test` or `val` at the top are
///   splits, with classes in them.
/// - Pictures in the folder itself, and no folders: no labels.
/// - A file `labels.csv` in the folder, with lines of `file,label`, gives the labels instead.
struct PictureIndex: Equatable {
  struct Entry: Equatable {
    var file: PictureFolder.File
    /// −1 without one.
    var label: Int32
    var split: Split
  }

  /// Training pictures, then test pictures; in order of path within a split.
  private(set) var entries: [Entry]
  /// In the order of label values; empty without labels.
  private(set) var classNames: [String]
  private(set) var notes: [String] = []

  /// - Throws: `DatasetError` if there is no picture, or the CSV is not as it should be.
  init(_ folder: PictureFolder) throws(DatasetError) {
    guard !folder.files.isEmpty else {
      throw .unreadable(path: folder.root.description, reason: "it has \(folder.emptiness)")
    }
    let csv = folder.root.appending(PathBytes("labels.csv"))
    if let text = try LabelFile.read(csv) {
      let labels = try LabelFile(text, path: csv.description)
      self = try PictureIndex(folder, labels)
      return
    }
    let parts = folder.files.map { $0.relativePath.bytes.split(separator: UInt8(ascii: "/")) }
    let splits = parts.map { $0.count > 1 ? Self.split(named: $0[0]) : nil }
    let hasSplits = splits.allSatisfy { $0 != nil }
    // The folder whose name is the class, counted from the top.
    let depth = hasSplits ? 1 : 0
    let names = parts.map { $0.count > depth + 1 ? PathBytes(Array($0[depth])) : nil }
    let classes = Set(names.compactMap(\.self)).sorted()
    let isLabelled = names.allSatisfy { $0 != nil } && classes.count > 1
    let numbers = Dictionary(
      uniqueKeysWithValues: classes.enumerated().map { ($1, Int32($0)) })
    classNames = isLabelled ? classes.map(\.text) : []
    entries = folder.files.enumerated().map { index, file in
      Entry(
        file: file,
        label: isLabelled ? names[index].flatMap { numbers[$0] } ?? -1 : -1,
        split: hasSplits ? splits[index] ?? .train : .train)
    }
    sortBySplit()
    if !isLabelled, !classes.isEmpty {
      notes.append(
        names.allSatisfy { $0 != nil }
          ? "all pictures are in one folder, \(classes[0]): no labels"
          : "some pictures are in no class folder: no labels")
    }
  }

  private init(_ folder: PictureFolder, _ labels: LabelFile) throws(DatasetError) {
    classNames = labels.classNames
    var rest = labels.labelOfFile
    entries = []
    for file in folder.files {
      guard let label = rest.removeValue(forKey: file.relativePath.text) else { continue }
      entries.append(Entry(file: file, label: label, split: .train))
    }
    guard !entries.isEmpty else {
      throw .malformed(
        path: folder.root.description, field: "labels.csv", found: "no picture's name",
        expected: "paths of pictures, from this folder on")
    }
    let unnamed = folder.files.count - entries.count
    if unnamed > 0 { notes.append("\(unnamed) pictures are not in labels.csv and are left out") }
    if !rest.isEmpty {
      notes.append(
        "\(rest.count) names in labels.csv are of no picture, '\(rest.keys.min() ?? "")' for one")
    }
  }

  private mutating func sortBySplit() {
    entries = entries.filter { $0.split == .train } + entries.filter { $0.split == .test }
  }

  private static func split(named name: ArraySlice<UInt8>) -> Split? {
    switch String(decoding: name, as: UTF8.self).lowercased() {
    case "train", "training": .train
    case "test", "val", "valid", "validation": .test
    default: nil
    }
  }

  /// Keeps these entries, by their places.
  mutating func keep(_ places: [Int]) { entries = places.map { entries[$0] } }

  /// The range of each split that there is.
  var splits: [Split: Range<Int>] {
    let training = entries.count { $0.split == .train }
    var splits: [Split: Range<Int>] = [:]
    if training > 0 { splits[.train] = 0..<training }
    if training < entries.count { splits[.test] = training..<entries.count }
    return splits
  }
}
