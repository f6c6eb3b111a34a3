import Foundation

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

  /// Files larger than this are not read, in bytes: a million lines and more.
  static let largestFile = 64 << 20

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
      bytes += chunk[..<count]
      guard bytes.count <= largestFile else {
        throw .malformed(
          path: path.description, field: "size", found: "more than \(largestFile) bytes",
          expected: "lines of file,label")
      }
      if count < chunk.count { break }
    }
    guard ferror(file) == 0 else {
      throw .unreadable(path: path.description, reason: String(cString: strerror(errno)))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(
        path: path.description, field: "text", found: "bytes that are no UTF-8",
        expected: "lines of file,label")
    }
    return text
  }
}
