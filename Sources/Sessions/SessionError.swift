import Settings

/// Why a run cannot start, go on or be used: one line for the user.
package struct SessionError: Error, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description.onOneLine }
}
