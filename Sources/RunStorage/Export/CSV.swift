import Foundation

/// A table of comma-separated values (RFC 4180, lines end in a line feed). A text with a comma, a quote or a line
/// break is quoted. Numbers are the shortest that read back exactly; not-a-number is `nan`.
package struct CSV {
  package private(set) var text = ""

  /// A table with this first line.
  package init(_ columns: [String]) { append(columns) }

  mutating func append(_ fields: [String]) {
    text += fields.map(Self.quoted).joined(separator: ",") + "\n"
  }

  static func quoted(_ field: String) -> String {
    guard field.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else {
      return field
    }
    return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
