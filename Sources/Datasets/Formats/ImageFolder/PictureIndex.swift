/// Which pictures of a folder make a data set, in which classes and splits.
///
/// - Folders are classes, as torchvision's ImageFolder has it; a picture in a folder deeper down
///   belongs to the class at the top. Folders called `train`, `test` or `val` at the top are
///   splits, with classes in them.
/// - Pictures in the folder itself, and no folders: no labels.
/// - A file `labels.csv` in the folder, with lines of `file,label`, gives the labels instead.
/// - One class alone is no labels.
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
      let pictures = Set(folder.files.map(\.relativePath.text))
      self.init(folder, try LabelFile(text, path: csv.description, pictures: pictures))
    } else {
      self.init(foldersOf: folder)
    }
    notes += Self.filesPassedOver(folder)
  }

  /// Labels and splits from the names of folders.
  private init(foldersOf folder: PictureFolder) {
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
    if hasSplits, !entries.contains(where: { $0.split == .train }) {
      notes.append("all pictures are test pictures: there is no folder called train")
    }
    if !hasSplits { notes += Self.splitsNotTaken(parts: parts, asClasses: isLabelled) }
  }

  private init(_ folder: PictureFolder, _ labels: LabelFile) {
    classNames = labels.classNames
    entries = folder.files.compactMap { file in
      labels.labelOfFile[file.relativePath.text].map { Entry(file: file, label: $0, split: .train) }
    }
    let unnamed = folder.files.count - entries.count
    if unnamed > 0 {
      notes.append(
        unnamed == 1
          ? "1 picture is not in labels.csv and is left out"
          : "\(unnamed) pictures are not in labels.csv and are left out")
    }
    if let example = labels.unknownFiles.first.map({ PathBytes($0) }) {
      let count = labels.unknownFiles.count
      notes.append(
        count == 1
          ? "1 name in labels.csv is of no picture: '\(example)'"
          : "\(count) names in labels.csv are of no picture, '\(example)' for one")
    }
    forgetTheOnlyClass()
  }

  /// One class tells pictures apart from none.
  private mutating func forgetTheOnlyClass() {
    guard classNames.count == 1 else { return }
    notes.append("all pictures are of one class, \(PathBytes(classNames[0])): no labels")
    classNames = []
    for place in entries.indices { entries[place].label = -1 }
  }

  private mutating func sortBySplit() {
    entries = entries.filter { $0.split == .train } + entries.filter { $0.split == .test }
  }

  static func split(named name: ArraySlice<UInt8>) -> Split? {
    switch String(decoding: name, as: UTF8.self).lowercased() {
    case "train", "training": .train
    case "test", "val", "valid", "validation": .test
    default: nil
    }
  }

  /// Keeps these entries, by their places, and the classes that are left with any.
  mutating func keep(_ places: [Int]) {
    entries = places.map { entries[$0] }
    let used = Set(entries.map(\.label))
    let lost = classNames.indices.filter { !used.contains(Int32($0)) }
    guard !lost.isEmpty else { return }
    let names = lost.map { PathBytes(classNames[$0]).description }.joined(separator: ", ")
    notes.append(
      lost.count == 1
        ? "class \(names) has no picture that can be read and is left out"
        : "classes \(names) have no picture that can be read and are left out")
    let kept = classNames.indices.filter { used.contains(Int32($0)) }
    let numbers = Dictionary(
      uniqueKeysWithValues: kept.enumerated().map { (Int32($1), Int32($0)) })
    classNames = kept.map { classNames[$0] }
    for place in entries.indices { entries[place].label = numbers[entries[place].label] ?? -1 }
    forgetTheOnlyClass()
  }

  /// The range of each split that there is.
  var splits: [Split: Range<Int>] {
    let training = entries.count { $0.split == .train }
    var splits: [Split: Range<Int>] = [:]
    if training > 0 { splits[.train] = 0..<training }
    if training < entries.count { splits[.test] = training..<entries.count }
    return splits
  }
}
