import Foundation

/// Which pictures of a folder make a data set, in which classes and splits.
///
/// - Folders are classes, as torchvision's ImageFolder has it; a picture in a folder deeper down belongs to the class
///   at the top. Folders called `train`, `test` or `val` at the top are splits, with classes in them.
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
        split: splits[index].flatMap { hasSplits ? $0 : nil } ?? .train)
    }
    sortBySplit()
    if !isLabelled, !classes.isEmpty {
      notes.append(
        classes.count == 1
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

/// A CSV file of `file,label` lines, with or without a heading of those words.
struct LabelFile: Equatable {
  /// By path from the CSV's folder on.
  private(set) var labelOfFile: [String: Int32] = [:]
  private(set) var classNames: [String] = []

  /// - Throws: `DatasetError.malformed` for a line of another form, or a file with two labels.
  init(_ text: String, path: String) throws(DatasetError) {
    var pairs: [(file: String, label: String)] = []
    for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard fields.count == 2, !fields[0].isEmpty, !fields[1].isEmpty else {
        throw .malformed(
          path: path, field: "line \(number + 1)", found: "'\(line.prefix(60))'",
          expected: "file,label")
      }
      if number == 0, ["file", "filename", "path", "image"].contains(fields[0].lowercased()) {
        continue
      }
      pairs.append((fields[0], fields[1]))
    }
    let names = Set(pairs.map(\.label))
    // Numbers in their order, other names in that of letters.
    classNames =
      names.allSatisfy { Int($0) != nil }
      ? names.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) } : names.sorted()
    let numbers = Dictionary(
      uniqueKeysWithValues: classNames.enumerated().map { ($1, Int32($0)) })
    for (file, label) in pairs {
      if let other = labelOfFile.updateValue(numbers[label] ?? -1, forKey: file),
        other != numbers[label]
      {
        throw .malformed(
          path: path, field: "'\(file)'", found: "two labels", expected: "one label a file")
      }
    }
  }

  /// The file's text; nil if it is not there.
  static func read(_ path: PathBytes) throws(DatasetError) -> String? {
    guard let file = path.withCString({ fopen($0, "rb") }) else {
      if errno == ENOENT { return nil }
      throw .unreadable(path: path.description, reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(
        path: path.description, field: "text", found: "bytes that are no UTF-8",
        expected: "lines of file,label")
    }
    return text
  }
}
