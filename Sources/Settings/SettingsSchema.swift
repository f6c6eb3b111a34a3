import Foundation
import Yams

/// Every key that settings of one kind have, in the order in which they are written.
///
/// Keys are dotted (`heads.A.clusters`). A file nests them; `--set` writes them out.
package struct SettingsSchema<Root>: Sendable {
  package let fields: [SettingsField<Root>]

  /// Keys of one group are brought together, at the place of its first one, so that parts may share
  /// a group.
  package init(_ fields: [SettingsField<Root>]) {
    var groups: [String] = []
    var members: [String: [SettingsField<Root>]] = [:]
    for field in fields {
      let group = String(field.key.prefix { $0 != "." })
      if members[group] == nil { groups.append(group) }
      members[group, default: []].append(field)
    }
    self.fields = groups.flatMap { members[$0] ?? [] }
  }

  /// Applies the settings of a YAML text; keys that it does not mention keep their values.
  ///
  /// - Parameter source: the file's path, for messages.
  /// - Returns: the keys that the text mentions.
  /// - Throws: `SettingsError` for text that is no YAML, an unknown key, or a value out of its
  ///   range.
  @discardableResult
  package func apply(
    yaml: String, to root: inout Root, source: String
  ) throws(SettingsError) -> Set<String> {
    var keys: Set<String> = []
    guard let mapping = try YAMLText.mapping(yaml, source: source) else { return keys }
    for (name, node) in mapping {
      keys.formUnion(try apply(name, node, prefix: "", to: &root, source: source))
    }
    return keys
  }

  /// Applies one `key=value` of `--set`, the key dotted, a list's elements separated by commas.
  package func apply(assignment: String, to root: inout Root) throws(SettingsError) {
    let (key, value) = try SettingsAssignment.parse(assignment)
    try apply(key: key, value: value, to: &root, source: "--set")
  }

  /// Applies one setting, the key dotted, a list's elements separated by commas.
  ///
  /// - Parameter source: the command line's flag, for messages.
  package func apply(
    key: String, value: String, to root: inout Root, source: String
  ) throws(SettingsError) {
    let scalars: [String] =
      switch fields.first(where: { $0.key == key })?.shape {
      case .list: elements(of: value)
      case .text: [value]
      case .word, nil: [value.trimmingCharacters(in: .whitespaces)]
      }
    try apply(key: key, scalars, shown: value, to: &root, source: source)
  }

  /// The elements of a list as an assignment has it, in brackets and quotes or not.
  private func elements(of text: String) -> [String] {
    let inner = text.trimmingCharacters(in: ["[", "]", " "])
    if inner.isEmpty { return [] }
    return inner.split(separator: ",", omittingEmptySubsequences: false)
      .map { element in
        let element = element.trimmingCharacters(in: .whitespaces)
        let isQuoted = ["\"", "'"].contains {
          element.count >= 2 && element.hasPrefix($0) && element.hasSuffix($0)
        }
        return isQuoted ? String(element.dropFirst().dropLast()) : element
      }
  }

  /// All settings as YAML; reading it back gives the same ones.
  package func yaml(_ root: Root) -> String {
    var text = ""
    var open: [String] = []
    for field in fields {
      let path = field.key.split(separator: ".").map(String.init)
      let shared = zip(open, path.dropLast()).prefix { $0 == $1 }.count
      for (depth, name) in path.dropLast().enumerated() where depth >= shared {
        text += String(repeating: "  ", count: depth) + name + ":\n"
      }
      open = path.dropLast()
      let indentation = String(repeating: "  ", count: path.count - 1)
      text += "\(indentation)\(path[path.count - 1]): \(field.value(root).yaml)\n"
    }
    return text
  }

  /// All settings, nested as the YAML is.
  package func tree(_ root: Root) -> SettingsTree { tree(root, prefix: "") }

  /// Each key with its value.
  package func values(_ root: Root) -> [(key: String, value: SettingsValue)] {
    fields.map { ($0.key, $0.value(root)) }
  }

  private func tree(_ root: Root, prefix: String) -> SettingsTree {
    var members: [String: SettingsTree] = [:]
    for field in fields where field.key.hasPrefix(prefix) {
      let rest = field.key.dropFirst(prefix.count)
      let name = String(rest.prefix { $0 != "." })
      if name.count == rest.count {
        members[name] = .value(field.value(root))
      } else if members[name] == nil {
        members[name] = tree(root, prefix: prefix + name + ".")
      }
    }
    return .group(members)
  }

  private func apply(
    _ nameNode: Node, _ node: Node, prefix: String, to root: inout Root, source: String
  ) throws(SettingsError) -> Set<String> {
    guard let name = nameNode.string else {
      throw SettingsError(
        source: source, key: prefix.isEmpty ? nil : prefix, problem: "expected a word as key")
    }
    let key = prefix.isEmpty ? name : "\(prefix).\(name)"
    let members = members(of: key)
    if !members.isEmpty {
      guard let inner = node.mapping else {
        throw SettingsError(
          source: source, key: key,
          problem: "expected keys below it: \(members.joined(separator: ", "))")
      }
      var keys: Set<String> = []
      for (innerName, innerNode) in inner {
        keys.formUnion(try apply(innerName, innerNode, prefix: key, to: &root, source: source))
      }
      return keys
    }
    if node.mapping != nil {
      try apply(key: key, nil, shown: "keys and values", to: &root, source: source)
    } else if let sequence = node.sequence {
      // An element that is no scalar must not vanish.
      let scalars = sequence.compactMap(\.scalar?.string)
      try apply(
        key: key, scalars.count == sequence.count ? scalars : nil, shown: "a list", to: &root,
        source: source)
    } else {
      let text = node.scalar?.string ?? ""
      try apply(key: key, [text], shown: text, to: &root, source: source)
    }
    return [key]
  }

  /// - Parameter scalars: nil for what no field takes.
  private func apply(
    key: String, _ scalars: [String]?, shown: String, to root: inout Root, source: String
  ) throws(SettingsError) {
    guard let field = fields.first(where: { $0.key == key }) else { throw unknown(key, source) }
    guard let scalars, field.read(&root, scalars) else {
      throw SettingsError(
        source: source, key: key, problem: "is '\(shown)', expected \(field.expectation)")
    }
  }

  private func unknown(_ key: String, _ source: String) -> SettingsError {
    let group = key.split(separator: ".").dropLast().joined(separator: ".")
    var names = members(of: group)
    if names.isEmpty { names = fields.map(\.key) }
    return SettingsError(
      source: source, key: key,
      problem: "unknown key, expected one of \(names.joined(separator: ", "))")
  }

  /// Throws `SettingsError` if there is no such key.
  package func check(key: String, source: String) throws(SettingsError) {
    if !fields.contains(where: { $0.key == key }) { throw unknown(key, source) }
  }

  /// The keys one level below `group`, in their order; none if it is no group.
  private func members(of group: String) -> [String] {
    let prefix = group.isEmpty ? "" : group + "."
    var names: [String] = []
    for field in fields where field.key.hasPrefix(prefix) {
      let name = prefix + field.key.dropFirst(prefix.count).prefix { $0 != "." }
      if !names.contains(name) { names.append(name) }
    }
    return names
  }
}

/// A settings file before its keys are looked at.
package enum YAMLText {
  /// The value of a top-level key that is one word; nil if the text has no such key.
  ///
  /// - Throws: `SettingsError` for text that is no YAML or no mapping.
  package static func word(
    _ key: String, of yaml: String, source: String
  ) throws(SettingsError) -> String? {
    try mapping(yaml, source: source)?[key]?.scalar?.string
  }

  /// The keys and values of a text; nil for one of comments alone.
  static func mapping(
    _ yaml: String, source: String
  ) throws(SettingsError) -> Node.Mapping? {
    let aliases = YAMLAliases.count(in: yaml)
    guard aliases <= YAMLAliases.most else {
      throw SettingsError(
        source: source, key: nil,
        problem: "refers to anchors \(aliases) times, expected at most \(YAMLAliases.most)")
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch {
      throw SettingsError(source: source, key: nil, problem: "not YAML: \(reason(error))")
    }
    guard let root, root.scalar?.string.isEmpty != true else { return nil }
    guard let mapping = root.mapping else {
      throw SettingsError(
        source: source, key: nil, problem: "expected keys and values, such as 'dataset: digits'")
    }
    return mapping
  }

  /// Where and what, in one line; Yams tells it in several, with the text in between.
  private static func reason(_ error: any Error) -> String {
    guard let error = error as? YamlError else { return "\(error)" }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return "line \(mark.line), column \(mark.column): \(problem)"
    case .reader(let problem, let offset, _, _):
      return "\(problem)" + (offset.map { " at byte \($0)" } ?? "")
    case .duplicatedKeysInMapping(let keys, _):
      return "the key \(keys.map { "'\($0)'" }.joined(separator: ", ")) stands there twice"
    default: return "\(error)".split(separator: "\n").joined(separator: " ")
    }
  }
}

/// `key=value`, as `--set` takes it.
package enum SettingsAssignment {
  /// - Throws: `SettingsError` without `=`, or with nothing in front of it.
  package static func parse(
    _ text: String
  ) throws(SettingsError) -> (key: String, value: String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw SettingsError(source: "--set", key: nil, problem: "'\(text)', expected key=value")
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}
