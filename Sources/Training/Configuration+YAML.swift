import Foundation
import Yams

extension Configuration {
  /// The settings that a recorded run was made with, from the text that `yaml` wrote.
  ///
  /// - Throws: `ConfigurationError` as `apply(yaml:source:)`.
  package init(recorded yaml: String, source: String) throws(ConfigurationError) {
    self.init()
    try apply(yaml: yaml, source: source)
  }

  /// Applies the settings of a YAML text; keys that it does not mention keep their values.
  ///
  /// - Parameter source: the file's path, for messages.
  /// - Throws: `ConfigurationError` for text that is no YAML, an unknown key, or a value out of its range.
  package mutating func apply(yaml: String, source: String) throws(ConfigurationError) {
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch {
      let text = "\(error)".split(separator: "\n").first.map(String.init) ?? "\(error)"
      throw ConfigurationError(source: source, key: nil, problem: "not YAML: \(text)")
    }
    // A text of comments alone, or an empty document.
    guard let root, root.scalar?.string.isEmpty != true else { return }
    guard let mapping = root.mapping else {
      throw ConfigurationError(
        source: source, key: nil, problem: "expected keys and values, such as 'dataset: digits'")
    }
    try apply(mapping, prefix: "", source: source)
  }

  /// Applies one `key=value` of `--set`, the key dotted, a list's elements separated by commas.
  package mutating func apply(assignment: String) throws(ConfigurationError) {
    guard let equals = assignment.firstIndex(of: "=") else {
      throw ConfigurationError(
        source: "--set", key: nil, problem: "'\(assignment)', expected key=value")
    }
    try apply(
      key: String(assignment[..<equals]),
      value: String(assignment[assignment.index(after: equals)...]), source: "--set")
  }

  /// Applies one setting, the key dotted, a list's elements separated by commas.
  ///
  /// - Parameter source: the command line's flag, for messages.
  package mutating func apply(
    key: String, value: String, source: String
  ) throws(ConfigurationError) {
    let scalars: [String] =
      switch Configuration.fields.first(where: { $0.key == key })?.shape {
      case .list:
        value.trimmingCharacters(in: ["[", "]"])
          .split(separator: ",", omittingEmptySubsequences: false)
          .map { $0.trimmingCharacters(in: .whitespaces) }
      case .text: [value]
      case .word, nil: [value.trimmingCharacters(in: .whitespaces)]
      }
    try apply(key: key, scalars, shown: value, source: source)
  }

  /// The whole configuration; reading it back gives the same one.
  package var yaml: String {
    var text = ""
    var open: [String] = []
    for field in Configuration.fields {
      let path = field.key.split(separator: ".").map(String.init)
      let shared = zip(open, path.dropLast()).prefix { $0 == $1 }.count
      for (depth, name) in path.dropLast().enumerated() where depth >= shared {
        text += String(repeating: "  ", count: depth) + name + ":\n"
      }
      open = path.dropLast()
      let indentation = String(repeating: "  ", count: path.count - 1)
      text += "\(indentation)\(path[path.count - 1]): \(field.write(self))\n"
    }
    return text
  }

  /// Every setting: its dotted key and its value as the YAML has it, in the order of the YAML.
  package var settings: [(key: String, value: String)] {
    Configuration.fields.map { ($0.key, $0.write(self)) }
  }

  /// The whole configuration as one JSON object, nested as the YAML is.
  package var json: String { json(prefix: "") }

  private func json(prefix: String) -> String {
    var members: [String] = []
    var groups: Set<String> = []
    for field in Configuration.fields where field.key.hasPrefix(prefix) {
      let rest = field.key.dropFirst(prefix.count)
      let name = String(rest.prefix { $0 != "." })
      if name.count == rest.count {
        members.append("\"\(name)\":\(field.write(self))")
      } else if groups.insert(name).inserted {
        members.append("\"\(name)\":\(json(prefix: prefix + name + "."))")
      }
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private mutating func apply(
    _ mapping: Node.Mapping, prefix: String, source: String
  ) throws(ConfigurationError) {
    for (nameNode, node) in mapping {
      guard let name = nameNode.string else {
        throw ConfigurationError(
          source: source, key: prefix.isEmpty ? nil : prefix, problem: "expected a word as key")
      }
      let key = prefix.isEmpty ? name : "\(prefix).\(name)"
      let members = Configuration.members(of: key)
      if !members.isEmpty {
        guard let inner = node.mapping else {
          throw ConfigurationError(
            source: source, key: key,
            problem: "expected keys below it: \(members.joined(separator: ", "))")
        }
        try apply(inner, prefix: key, source: source)
      } else if node.mapping != nil {
        try apply(key: key, [], shown: "keys and values", source: source)
      } else if let sequence = node.sequence {
        // An element that is no scalar must not vanish: no list at all is what no field takes.
        let scalars = sequence.compactMap(\.scalar?.string)
        try apply(
          key: key, scalars.count == sequence.count ? scalars : [], shown: "a list", source: source)
      } else {
        let text = node.scalar?.string ?? ""
        try apply(key: key, [text], shown: text, source: source)
      }
    }
  }

  private mutating func apply(
    key: String, _ scalars: [String], shown: String, source: String
  ) throws(ConfigurationError) {
    guard let field = Configuration.fields.first(where: { $0.key == key }) else {
      throw Configuration.unknown(key, source)
    }
    guard field.read(&self, scalars) else {
      throw ConfigurationError(
        source: source, key: key, problem: "is '\(shown)', expected \(field.expectation)")
    }
  }

  private static func unknown(_ key: String, _ source: String) -> ConfigurationError {
    let group = key.split(separator: ".").dropLast().joined(separator: ".")
    var names = members(of: group)
    if names.isEmpty { names = fields.map(\.key) }
    return ConfigurationError(
      source: source, key: key,
      problem: "unknown key, expected one of \(names.joined(separator: ", "))")
  }
  /// The keys one level below `group`, in their order; none if it is no group.
  private static func members(of group: String) -> [String] {
    let prefix = group.isEmpty ? "" : group + "."
    var names: [String] = []
    for field in fields where field.key.hasPrefix(prefix) {
      let name = prefix + field.key.dropFirst(prefix.count).prefix { $0 != "." }
      if !names.contains(name) { names.append(name) }
    }
    return names
  }
}
