import Foundation

/// A list of the pictures that count, one name a line, with its ending or without.
struct Curation: Equatable {
  let names: Set<PathBytes>

  /// The names in a file; nil if the file is not there.
  ///
  /// - Throws: `DatasetError` if it cannot be read, or names nothing.
  static func read(_ path: PathBytes) throws(DatasetError) -> Curation? {
    let expected = "the names of pictures, one a line"
    guard let text = try TextFile.read(path, expected: expected) else { return nil }
    let lines = text.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let names = Set(lines.filter { !$0.isEmpty }.map { PathBytes($0) })
    guard !names.isEmpty else {
      throw .malformed(
        path: path.description, field: "content", found: "nothing", expected: expected)
    }
    return Curation(names: names)
  }

  /// Those whose file has one of the names, and what a person should know of the others.
  ///
  /// - Throws: `DatasetError` if none has.
  func keep<Item>(
    _ items: [Item], path: PathBytes, _ file: (Item) -> PathBytes
  ) throws(DatasetError) -> (kept: [Item], notes: [String]) {
    let files = items.map { Self.name(of: file($0)) }
    let stems = files.map(\.withoutEnding)
    let kept = items.indices.filter { names.contains(stems[$0]) || names.contains(files[$0]) }
    guard !kept.isEmpty else {
      throw .malformed(
        path: path.description, field: "the first name",
        found: "'\(names.min() ?? PathBytes(""))', and none is a picture's",
        expected: "one such as '\(stems.min() ?? PathBytes(""))'")
    }
    var notes = ["\(kept.count) of \(items.count) pictures are in curated.txt"]
    let unknown = names.subtracting(stems).subtracting(files)
    if let example = unknown.min() {
      notes.append(
        unknown.count == 1
          ? "1 name in curated.txt is of no picture: '\(example)'"
          : "\(unknown.count) names in curated.txt are of no picture, '\(example)' for one")
    }
    return (kept.map { items[$0] }, notes)
  }

  private static func name(of path: PathBytes) -> PathBytes {
    PathBytes(path.bytes.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? [])
  }
}
