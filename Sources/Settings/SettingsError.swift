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
    (key.map { "\(source): \($0): \(problem)" } ?? "\(source): \(problem)").onOneLine
  }
}
