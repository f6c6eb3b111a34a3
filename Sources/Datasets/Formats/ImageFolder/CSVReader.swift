import Foundation

/// Reads a CSV file line by line, as RFC 4180 has it: fields between commas, in quotes where they
/// hold commas, line ends or quotes; a quote in such a field is written twice. A mark of UTF-8 in
/// front is passed over, and so are blanks around fields and empty lines.
struct CSVReader {
  struct Line: Equatable {
    /// From 1 on; of a field in quotes over several lines the first.
    var number: Int
    var fields: [String]
    /// As it stands in the file, for messages: what would break the line is escaped.
    var text: String
  }

  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private var number = 1

  /// - Parameter path: for messages.
  init(_ text: String, path: String) {
    bytes = Array(text.utf8)
    self.path = path
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
  }

  /// The next line that is not empty; nil at the end. Throws `DatasetError.malformed` for a quote
  /// that is not closed, or is closed before the field ends.
  mutating func next() throws(DatasetError) -> Line? {
    while position < bytes.count {
      let (start, first) = (position, number)
      var fields = [try field()]
      while here == Self.comma {
        position += 1
        fields.append(try field())
      }
      let text = PathBytes(Array(bytes[start..<position])).description
      endLine()
      if fields != [""] { return Line(number: first, fields: fields, text: text) }
    }
    return nil
  }

  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let lineFeed = UInt8(ascii: "\n")

  private var here: UInt8? { position < bytes.count ? bytes[position] : nil }

  private var isAtFieldEnd: Bool {
    here.map { [Self.comma, Self.carriageReturn, Self.lineFeed].contains($0) } ?? true
  }

  /// Up to the comma or the line end after it.
  private mutating func field() throws(DatasetError) -> String {
    skipBlanks()
    if here == Self.quote { return try quotedField() }
    let start = position
    while !isAtFieldEnd { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
      .trimmingCharacters(in: .whitespaces)
  }

  private mutating func quotedField() throws(DatasetError) -> String {
    let first = number
    var content: [UInt8] = []
    position += 1
    while let byte = here {
      if byte == Self.carriageReturn || byte == Self.lineFeed {
        let start = position
        endLine()
        content += bytes[start..<position]
        continue
      }
      position += 1
      if byte == Self.quote {
        guard here == Self.quote else {
          skipBlanks()
          guard isAtFieldEnd else {
            throw .malformed(
              path: path, field: "the quote on line \(first)", found: "closed within its field",
              expected: "a comma or the line's end after it")
          }
          return String(decoding: content, as: UTF8.self)
        }
        position += 1
      }
      content.append(byte)
    }
    throw .malformed(
      path: path, field: "the quote on line \(first)", found: "not closed",
      expected: "another at the end of its field")
  }

  private mutating func skipBlanks() {
    while here == UInt8(ascii: " ") || here == UInt8(ascii: "\t") { position += 1 }
  }

  /// Passes over a line end of one or two characters, if one is here.
  private mutating func endLine() {
    guard here != nil else { return }
    if here == Self.carriageReturn {
      position += 1
      if here == Self.lineFeed { position += 1 }
    } else {
      position += 1
    }
    number += 1
  }
}
