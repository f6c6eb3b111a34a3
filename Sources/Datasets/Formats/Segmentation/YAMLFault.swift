import Yams

/// What keeps a text from being YAML, in words for who wrote it: the parser speaks of tokens and
/// scalars.
struct YAMLFault: Equatable {
  /// Where: "line 3".
  let field: String
  let found: String
  let expected: String

  init(_ error: any Error) {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, let yaml),
      .parser(let context, let problem, let mark, let yaml),
      .composer(let context, let problem, let mark, let yaml):
      // What lacks its end is noticed behind the last line.
      let lines = yaml.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      let last = (lines.lastIndex { !$0.isEmpty } ?? 0) + 1
      let line = min(mark.line, last)
      (found, expected) = Self.words(problem, from: context?.mark.line, to: line)
      field = "line \(line)"
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "'\(PathBytes($0))'" }.joined(separator: ", ")
      field = "line \(context.mark.line)"
      found = "the key \(names), which stands there twice"
      expected = "each key once"
    case .reader(_, let offset, _, let yaml):
      let line = 1 + yaml.prefix(offset ?? 0).count { $0.isNewline }
      field = "line \(line)"
      found = "a character that no text has"
      expected = "printable characters"
    default:
      field = "content"
      found = "no YAML"
      expected = "keys and values, such as 'classes: [sky, ground]'"
    }
  }

  /// - Parameters:
  ///   - problem: the parser's word for it.
  ///   - first: the line on which begins what has the fault.
  ///   - last: the line on which it was noticed.
  private static func words(
    _ problem: String, from first: Int?, to last: Int
  ) -> (found: String, expected: String) {
    let begin = first.map { $0 == last ? "" : " from line \($0)" } ?? ""
    for (part, found, expected) in table where problem.contains(part) {
      return (found.replacing("%", with: begin), expected)
    }
    return ("no YAML", "a key and its value, such as 'classes: [sky, ground]'")
  }

  /// A part of the parser's word, and ours; where a thing begins, if on another line, stands for %.
  private static let table = [
    ("',' or ']'", "inside of a list% that is not closed there", "',' or ']'"),
    ("',' or '}'", "inside of a group% that is not closed there", "',' or '}'"),
    ("end of stream", "inside of a quote% that is not closed", "the quote's other end"),
    ("document indicator", "inside of a quote% that is not closed", "the quote's other end"),
    ("expected ':'", "a word% without ':'", "a key, ':' and its value"),
    ("unexpected ':'", "a ':' that follows no key", "a key, ':' and its value, or quotes"),
    (
      "mapping values are not allowed", "a ':' where none may stand",
      "one key and value on a line, the value in quotes where it has a ':'"
    ),
    ("mapping keys are not allowed", "a key where none may stand", "each key on its own line"),
    ("sequence entries", "a '-' where none may stand", "elements of a list on lines of their own"),
    ("'-' indicator", "no element of the list%", "'-' in front of each element"),
    ("expected key", "no key as those%", "each key as far to the right as the first"),
    ("tab", "a tab at the line's beginning", "blanks"),
    ("cannot start any token", "a character that no value begins with", "quotes around the value"),
    ("escape", "a '\\' in a quote that means nothing", "'\\\\', or single quotes"),
    ("alias", "a '*' with no anchor of its name", "quotes around a value with a '*'"),
    ("anchor", "a '&' with no name after it", "quotes around a value with a '&'"),
    ("tag", "a '!' that begins no tag", "quotes around a value with a '!'"),
    ("nesting", "lists in lists too deep", "keys and values"),
  ]
}
