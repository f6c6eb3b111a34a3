import Settings
import Yams

/// Class maps as a person writes them.
///
///     classes: [sky, ground]
///     map: {0: sky, 3: ground, "128,64,128": ground}
///     masked: [11, "0,0,0"]
///     others: masked
extension ClassMap {
  /// The file in a folder of pictures that holds its class map.
  package static let fileName = "classes.yaml"

  /// The class map in a file; nil if the file is not there.
  ///
  /// - Throws: `DatasetError` if it cannot be read or is not as it should be.
  package static func read(_ path: PathBytes) throws(DatasetError) -> ClassMap? {
    let text = try TextFile.read(path, expected: "a class map in YAML")
    guard let text else { return nil }
    return try ClassMap(yaml: text, source: path.description)
  }

  /// - Parameter source: the file's path, for messages.
  /// - Throws: `DatasetError.malformed`, with the line, for text that is no YAML, unknown keys,
  ///   names or labels that stand there twice, names of no class, and more than 255 classes.
  package init(yaml: String, source: String) throws(DatasetError) {
    let reader = ClassMapReader(source: source)
    let members = try reader.members(of: yaml)
    let names = try reader.classNames(members["classes"])
    let map = try reader.map(members["map"])
    let masked = try reader.masked(members["masked"])
    var (values, colors): ([UInt16: UInt8], [RGB: UInt8]) = ([:], [:])
    func add(
      _ label: ClassMapReader.Label, _ number: UInt8, _ field: String
    ) throws(DatasetError) {
      let other =
        switch label.kind {
        case .value(let value): values.updateValue(number, forKey: value)
        case .color(let color): colors.updateValue(number, forKey: color)
        }
      if other != nil { throw label.malformed(field, "there twice", "each label once") }
    }
    for (label, name) in map {
      guard let number = names.firstIndex(of: name) else {
        throw label.malformed(
          "map.\(label)", "'\(PathBytes(name))'", "one of \(names.joined(separator: ", "))")
      }
      try add(label, UInt8(number), "map.\(label)")
    }
    for label in masked { try add(label, LabelMap.noLabel, "masked label \(label)") }
    self.init(
      source: source, classNames: names, values: values, colors: colors,
      masksOthers: try reader.masksOthers(members["others"]))
  }
}

/// Takes the YAML of a class map apart.
private struct ClassMapReader {
  let source: String

  /// A value or colour of label pictures, and where in the text it stands.
  struct Label: CustomStringConvertible {
    enum Kind {
      case value(UInt16)
      case color(ClassMap.RGB)
    }

    let kind: Kind
    fileprivate let reader: ClassMapReader
    fileprivate let node: Node

    var description: String {
      switch kind {
      case .value(let value): "\(value)"
      case .color(let color): "\(color)"
      }
    }

    /// A fault where the label stands.
    func malformed(_ field: String, _ found: String, _ expected: String) -> DatasetError {
      reader.malformed(field, found, expected, at: node)
    }
  }

  private static let keys = ["classes", "map", "masked", "others"]

  /// - Parameter node: what the fault is in, so that its line is told.
  func malformed(
    _ field: String, _ found: String, _ expected: String, at node: Node? = nil
  ) -> DatasetError {
    let line = node?.mark.map { "line \($0.line): " } ?? ""
    return .malformed(path: source, field: line + field, found: found, expected: expected)
  }

  /// The values of the top-level keys.
  func members(of yaml: String) throws(DatasetError) -> [String: Node] {
    let aliases = YAMLAliases.count(in: yaml)
    guard aliases <= YAMLAliases.most else {
      throw malformed(
        "the number of references to anchors", "\(aliases)", "at most \(YAMLAliases.most)")
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch {
      let fault = YAMLFault(error)
      throw malformed(fault.field, fault.found, fault.expected)
    }
    guard let mapping = root?.mapping else {
      throw malformed("content", "no keys and values", "the keys classes and map")
    }
    var members: [String: Node] = [:]
    for (key, value) in mapping {
      let name = key.scalar?.string ?? ""
      guard Self.keys.contains(name) else {
        throw malformed(
          "a key", "'\(PathBytes(name))'", "one of \(Self.keys.joined(separator: ", "))",
          at: key)
      }
      members[name] = value
    }
    return members
  }

  func classNames(_ node: Node?) throws(DatasetError) -> [String] {
    let names = try words(node, field: "classes", expected: "names in brackets")
    guard let names, !names.isEmpty else {
      throw malformed("classes", "missing or empty", "names in brackets", at: node)
    }
    guard names.count <= LabelMap.mostClasses else {
      throw malformed(
        "classes", "\(names.count) names", "at most \(LabelMap.mostClasses)", at: node)
    }
    var seen: Set<String> = []
    for name in names {
      if name.isEmpty {
        throw malformed("classes", "a list with an empty name", "names", at: node)
      }
      guard seen.insert(name).inserted else {
        throw malformed("classes", "'\(name)' twice", "each name once", at: node)
      }
    }
    return names
  }

  func map(_ node: Node?) throws(DatasetError) -> [(Label, name: String)] {
    let expected = "labels with the names of their classes, such as {0: sky}"
    guard let mapping = node?.mapping else {
      throw malformed("map", node == nil ? "missing" : "no group", expected, at: node)
    }
    var result: [(Label, name: String)] = []
    for (key, value) in mapping {
      let label = try label(key, field: "a key of map")
      guard let name = value.scalar?.string else {
        throw label.malformed("map.\(label)", "no word", "the name of a class")
      }
      result.append((label, PathBytes(name).description))
    }
    return result
  }

  func masked(_ node: Node?) throws(DatasetError) -> [Label] {
    guard let node else { return [] }
    guard let sequence = node.sequence else {
      throw malformed(
        "masked", "no list", "labels in brackets, such as [11, \"0,0,0\"]", at: node)
    }
    var labels: [Label] = []
    for element in sequence { labels.append(try label(element, field: "an element of masked")) }
    return labels
  }

  func masksOthers(_ node: Node?) throws(DatasetError) -> Bool {
    guard let node else { return false }
    let word = node.scalar?.string ?? ""
    guard word == "masked" else {
      throw malformed("others", "'\(PathBytes(word))'", "masked, or no such key", at: node)
    }
    return true
  }

  /// One line each; nil without a node.
  private func words(
    _ node: Node?, field: String, expected: String
  ) throws(DatasetError) -> [String]? {
    guard let node else { return nil }
    let words = node.sequence?.map { $0.scalar?.string }
    guard let words, !words.contains(nil) else {
      throw malformed(field, "no list", expected, at: node)
    }
    return words.map { PathBytes($0 ?? "").description }
  }

  private func label(_ node: Node, field: String) throws(DatasetError) -> Label {
    let text = node.scalar?.string ?? ""
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.drop { $0 == " " } }
    if numbers.count == 1, let value = UInt16(numbers[0]) {
      return Label(kind: .value(value), reader: self, node: node)
    }
    let parts = numbers.compactMap { UInt8($0) }
    if numbers.count == 3, parts.count == 3 {
      return Label(
        kind: .color(ClassMap.RGB(parts[0], parts[1], parts[2])), reader: self, node: node)
    }
    throw malformed(
      field, "'\(PathBytes(text))'", "a value of 0…65535 or a colour as \"128,64,128\"",
      at: node)
  }
}
