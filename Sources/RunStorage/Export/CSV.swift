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

  /// The text so far, which is then forgotten.
  fileprivate mutating func take() -> Data {
    defer { text = "" }
    return Data(text.utf8)
  }

  static func quoted(_ field: String) -> String {
    guard field.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else {
      return field
    }
    return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}

/// A table that may be larger than memory, on its way into a file.
final class CSVFile {
  private var pending: CSV
  private let output: AtomicFile.Output

  /// A table with this first line.
  init(_ columns: [String], to output: AtomicFile.Output) {
    pending = CSV(columns)
    self.output = output
  }

  func append(_ fields: [String]) throws(StorageError) {
    pending.append(fields)
    if pending.text.utf8.count > 1 << 16 { try output.write(pending.take()) }
  }

  /// Writes what is left.
  func finish() throws(StorageError) { try output.write(pending.take()) }
}
