import Foundation

/// A CSV file of `file,label` lines, with or without a heading.
package struct LabelFile: Equatable {
  /// By path from the CSV's folder on; pictures that are there alone.
  package private(set) var labelOfFile: [String: Int32] = [:]
  /// Of the pictures that are there, in the order of label values.
  package private(set) var classNames: [String] = []
  /// Names of no picture, each once, in order.
  private(set) var unknownFiles: [String] = []

  /// The first line is a heading if its first field names no picture and is not called like one.
  ///
  /// - Parameters:
  ///   - path: the CSV's, for messages.
  ///   - pictures: paths of the pictures that are there, from the CSV's folder on.
  /// - Throws: `DatasetError.malformed` for a line of another form, a file with two labels, and
  ///   where no line names a picture.
  package init(_ text: String, path: String, pictures: Set<String>) throws(DatasetError) {
    var reader = CSVReader(text, path: path)
    var lines: [(number: Int, file: String, label: String)] = []
    var heading: String?
    while let line = try reader.next() {
      guard line.fields.count == 2, !line.fields.contains("") else {
        throw .malformed(
          path: path, field: "line \(line.number)", found: "'\(line.text.prefix(60))'",
          expected: "file,label")
      }
      let file = Self.pathFromFolder(line.fields[0])
      let isCalledAPicture = PictureFile.nameEndings.contains(where: PathBytes(file).hasEnding)
      if lines.isEmpty, heading == nil, !pictures.contains(file), !isCalledAPicture {
        heading = line.text
      } else {
        lines.append((line.number, file, PathBytes(line.fields[1]).description))
      }
    }
    guard let first = lines.first else {
      throw .malformed(
        path: path, field: "content",
        found: heading.map { "a heading alone, '\($0.prefix(60))'" } ?? "nothing",
        expected: "lines of file,label")
    }
    let named = lines.filter { pictures.contains($0.file) }
    unknownFiles = Set(lines.map(\.file)).subtracting(pictures).sorted()
    guard !named.isEmpty else {
      let isAbsolute = first.file.hasPrefix("/")
      throw .malformed(
        path: path, field: "the file on line \(first.number)",
        found: "'\(PathBytes(first.file))', and no line names a picture that is there",
        expected: "a path that starts at the folder\(isAbsolute ? " and not with '/'" : ""), "
          + "such as '\(PathBytes(pictures.min() ?? ""))'")
    }
    classNames = Self.inOrder(Set(named.map(\.label)))
    let numbers = Dictionary(
      uniqueKeysWithValues: classNames.enumerated().map { ($1, Int32($0)) })
    var labels: [String: String] = [:]
    for (_, file, label) in lines {
      if let other = labels.updateValue(label, forKey: file), other != label {
        throw .malformed(
          path: path, field: "'\(PathBytes(file))'", found: "two labels",
          expected: "one label a file")
      }
      if pictures.contains(file) { labelOfFile[file] = numbers[label] }
    }
  }

  /// Numbers in their order, other names in that of letters; so are spellings of one number.
  private static func inOrder(_ names: Set<String>) -> [String] {
    guard names.allSatisfy({ Int($0) != nil }) else { return names.sorted() }
    return names.sorted { (Int($0) ?? 0, $0) < (Int($1) ?? 0, $1) }
  }

  /// Without "./" in front, which is the folder itself.
  private static func pathFromFolder(_ path: String) -> String {
    var rest = path[...]
    while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
    return String(rest)
  }

  /// The file's text; nil if it is not there.
  static func read(_ path: PathBytes) throws(DatasetError) -> String? {
    try TextFile.read(path, expected: "lines of file,label")
  }
}
