import Foundation

/// A table of comma-separated values (RFC 4180, lines end in a line feed). A text with a comma, a
/// quote or a line break is quoted. Numbers are the shortest that read back exactly; not-a-number
/// is `nan`.
package struct CSV {
  package private(set) var text = ""

  /// A table with this first line.
  package init(_ columns: [String]) { append(columns) }

  package mutating func append(_ fields: [String]) {
    text += fields.map(Self.quoted).joined(separator: ",") + "\n"
  }

  /// Writes a table that may be larger than memory, whole or not at all: `body` is given what
  /// appends a row.
  ///
  /// - Throws: if it cannot be written, and what `body` throws.
  static func write(
    _ columns: [String], to url: URL,
    _ body: (_ append: ([String]) throws -> Void) throws -> Void
  ) throws(StorageError) {
    try AtomicFile.write(to: url) { output throws(StorageError) in
      var pending = CSV(columns)
      try storing(url, "write") {
        try body { row in
          pending.append(row)
          if pending.text.utf8.count > 1 << 16 {
            try output.write(Data(pending.text.utf8))
            pending.text = ""
          }
        }
      }
      try output.write(Data(pending.text.utf8))
    }
  }

  static func quoted(_ field: String) -> String {
    guard field.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else {
      return field
    }
    return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
