import Yams

/// A YAML text as it stands, for files whose keys are not all known before.
package indirect enum YAMLTree: Sendable, Equatable {
  /// One value; empty where none stands.
  case word(String)
  case list([YAMLTree])
  /// In the order of the text.
  case group([Member])

  package struct Member: Sendable, Equatable {
    package var key: String
    package var value: YAMLTree
  }

  /// The keys and values of a text; none for one of comments alone.
  ///
  /// - Parameter source: the file's path, for messages.
  /// - Throws: `SettingsError` for text that is no YAML, no mapping, or has a key that is no word.
  package static func members(
    of yaml: String, source: String
  ) throws(SettingsError) -> [Member] {
    guard let mapping = try YAMLText.mapping(yaml, source: source) else { return [] }
    return try members(of: mapping, prefix: "", source: source)
  }

  private static func members(
    of mapping: Node.Mapping, prefix: String, source: String
  ) throws(SettingsError) -> [Member] {
    var members: [Member] = []
    for (name, node) in mapping {
      guard let word = name.scalar?.string, !word.isEmpty else {
        throw SettingsError(
          source: source, key: prefix.isEmpty ? nil : prefix, problem: "expected a word as key")
      }
      let key = prefix.isEmpty ? word : "\(prefix).\(word)"
      members.append(Member(key: word, value: try YAMLTree(node, key: key, source: source)))
    }
    return members
  }

  private init(_ node: Node, key: String, source: String) throws(SettingsError) {
    if let mapping = node.mapping {
      self = .group(try Self.members(of: mapping, prefix: key, source: source))
    } else if let sequence = node.sequence {
      var elements: [YAMLTree] = []
      for element in sequence {
        elements.append(try YAMLTree(element, key: key, source: source))
      }
      self = .list(elements)
    } else {
      self = .word(node.scalar?.string ?? "")
    }
  }

  /// The value, if it is one.
  package var word: String? {
    if case .word(let word) = self { word } else { nil }
  }

  /// The values of a list, or the one value; nil if any of them is none.
  package var words: [String]? {
    switch self {
    case .word(let word): return word.isEmpty ? [] : [word]
    case .list(let elements):
      let words = elements.compactMap(\.word)
      return words.count == elements.count ? words : nil
    case .group: return nil
    }
  }
}
