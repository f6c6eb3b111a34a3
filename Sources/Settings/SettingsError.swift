/// A setting that cannot be: where it stands, which one it is, and what was expected.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
  /// The file, or `--set`.
  package var source: String
  /// The key, dotted; nil if the whole source is at fault.
  package var key: String?
  package var problem: String

  package init(source: String, key: String?, problem: String) {
    self.source = source
    self.key = key
    self.problem = problem
  }

  package var description: String {
    Self.line(key.map { "\(source): \($0): \(problem)" } ?? "\(source): \(problem)")
  }

  /// On one line, whatever a file has put into it.
  private static func line(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return text.unicodeScalars.map { scalar in
      isControl(scalar) ? (scalar.properties.isWhitespace ? " " : "·") : String(scalar)
    }.joined()
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
