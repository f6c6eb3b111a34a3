extension String {
  /// The text on one line, whatever a file or a name has put into it: breaks become blanks, and
  /// other controls "·".
  package var onOneLine: String {
    guard unicodeScalars.contains(where: Self.isControl) else { return self }
    return unicodeScalars.map { scalar in
      Self.isControl(scalar) ? (scalar.properties.isWhitespace ? " " : "·") : String(scalar)
    }.joined()
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
