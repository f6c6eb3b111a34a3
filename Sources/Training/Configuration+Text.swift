import Settings

extension Configuration {
  /// The settings that a recorded run was made with, from the text that `yaml` wrote.
  ///
  /// - Throws: `SettingsError` as `apply(yaml:source:)`.
  package init(recorded yaml: String, source: String) throws(SettingsError) {
    self.init()
    try apply(yaml: yaml, source: source)
  }

  /// Applies the settings of a YAML text; keys that it does not mention keep their values.
  ///
  /// - Parameter source: the file's path, for messages.
  /// - Returns: the keys that the text mentions.
  /// - Throws: `SettingsError` for text that is no YAML, an unknown key, or a value out of its
  ///   range.
  @discardableResult
  package mutating func apply(yaml: String, source: String) throws(SettingsError) -> Set<String> {
    // The method first: it says which keys there are.
    if let name = try YAMLText.word("method", of: yaml, source: source) {
      try schema.apply(key: "method", value: name, to: &self, source: source)
    }
    return try schema.apply(yaml: yaml, to: &self, source: source)
  }

  /// Applies one `key=value` of `--set`, the key dotted, a list's elements separated by commas.
  package mutating func apply(assignment: String) throws(SettingsError) {
    try schema.apply(assignment: assignment, to: &self)
  }

  /// Applies one setting, the key dotted, a list's elements separated by commas.
  ///
  /// - Parameter source: the command line's flag, for messages.
  package mutating func apply(
    key: String, value: String, source: String
  ) throws(SettingsError) {
    try schema.apply(key: key, value: value, to: &self, source: source)
  }

  /// The whole configuration; reading it back gives the same one.
  package var yaml: String { schema.yaml(self) }

  /// The whole configuration, nested as the YAML is.
  package var tree: SettingsTree { schema.tree(self) }

  /// Each key with its value.
  package var settings: [(key: String, value: SettingsValue)] { schema.values(self) }
}
