import Foundation

/// What an entry of an archive says of the file behind it, where that file's header has no room for
/// it: the records of the pax format, or a long name as GNU's tar writes it.
struct TarAttributes: Equatable {
  private var path: String?
  private var size: Int?
  /// Seconds since 1970.
  private var modified: Int?

  /// What an entry of attributes may hold; a path is the longest of it.
  static let longest = 1 << 20

  /// The record `<length> <key>=<value>` and a line's end; the length is that of all of it.
  static func record(_ key: String, _ value: String) -> Data {
    let rest = " \(key)=\(value)\n"
    var length = rest.utf8.count
    while "\(length)\(rest)".utf8.count != length { length = "\(length)\(rest)".utf8.count }
    return Data("\(length)\(rest)".utf8)
  }

  /// Adds the records of `data`; keys that say nothing of a file's name, length or age are passed
  /// over.
  ///
  /// - Throws: if it is no row of records.
  mutating func add(records data: Data) throws(TarEntry.Problem) {
    var left = data[...]
    while !left.isEmpty {
      guard let blank = left.firstIndex(of: UInt8(ascii: " ")),
        let length = Int(String(decoding: left[..<blank], as: UTF8.self)),
        length > blank - left.startIndex + 1, length <= left.count,
        left[left.startIndex + length - 1] == UInt8(ascii: "\n"),
        let record = String(
          validating: left[(blank + 1)..<(left.startIndex + length - 1)], as: UTF8.self),
        let equals = record.firstIndex(of: "=")
      else { throw TarEntry.Problem(description: "an entry of attributes that is damaged") }
      try set(String(record[..<equals]), String(record[record.index(after: equals)...]))
      left = left.dropFirst(length)
    }
  }

  private mutating func set(_ key: String, _ value: String) throws(TarEntry.Problem) {
    switch key {
    case "path": path = value
    case "size":
      guard let number = Int(value), number >= 0 else {
        throw TarEntry.Problem(description: "the attribute size is '\(value.prefix(40))'")
      }
      size = number
    case "mtime": modified = Double(value).flatMap { Int(exactly: $0.rounded(.down)) }
    default: break
    }
  }

  /// Takes `data` up to a zero byte for the path.
  ///
  /// - Throws: if it is not UTF-8.
  mutating func add(longName data: Data) throws(TarEntry.Problem) {
    guard let name = String(validating: data.prefix { $0 != 0 }, as: UTF8.self) else {
      throw TarEntry.Problem(description: "a name that is not UTF-8")
    }
    path = name
  }

  /// The entry with all that is known of it.
  func applied(to entry: TarEntry) -> TarEntry {
    var entry = entry
    if let path { entry.path = TarEntry.path(path, kind: entry.kind) }
    if let size, entry.kind == .file { entry.size = size }
    if let modified { entry.modified = modified }
    return entry
  }
}
