import Settings
import Training

/// A run's settings as they come together from preset, file and command line, with where each of
/// them stands.
package struct ComposedSettings: Sendable {
  package private(set) var configuration: Configuration
  /// What a key that nobody set is blamed on.
  private let base: String
  private var sources: [String: String] = [:]
  /// The data set that the preset is meant for; nil for a run that goes on.
  let presetDataset: String?

  /// The settings of a preset.
  ///
  /// - Throws: `SettingsError` if there is no such preset.
  package init(preset: String, source: String) throws {
    let preset = try PresetCatalog.load(preset, source: source)
    configuration = preset.configuration
    base = "preset \(preset.name)"
    presetDataset = preset.configuration.dataset
  }

  /// The settings that a run was recorded with.
  package init(recorded configuration: Configuration, run: String) {
    self.configuration = configuration
    base = run
    presetDataset = nil
  }

  /// The preset that a settings file starts from; nil if it does not say.
  package static func preset(
    ofFile text: String, source: String
  ) throws(SettingsError) -> String? {
    try YAMLText.word("preset", of: text, source: source).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Applies a settings file. A relative path in it starts at the file's folder.
  package mutating func apply(file text: String, path: String) throws(SettingsError) {
    let before = configuration.data
    let preset = configuration.preset
    let keys = try configuration.apply(yaml: text, source: path)
    configuration.preset = preset
    for key in keys { sources[key] = path }
    if keys.contains("data"), configuration.data != before, !configuration.data.isEmpty {
      configuration.data = UserPath.absolute(configuration.data, base: UserPath.folder(of: path))
    }
    if keys.contains("finetune.from") { findStart(base: UserPath.folder(of: path)) }
  }

  /// Applies one `key=value` of `--set`.
  package mutating func apply(assignment: String) throws(SettingsError) {
    let (key, value) = try SettingsAssignment.parse(assignment)
    try apply(key: key, value: value, source: "--set")
  }

  /// Applies one setting of the command line.
  ///
  /// - Parameter source: the flag.
  package mutating func apply(
    key: String, value: String, source: String
  ) throws(SettingsError) {
    try configuration.apply(key: key, value: value, source: source)
    sources[key] = source
    if key == "data", !configuration.data.isEmpty {
      configuration.data = UserPath.absolute(configuration.data)
    }
    if key == "finetune.from" { findStart(base: nil) }
  }

  /// - Parameter base: where a relative path starts; the working directory if nil.
  private mutating func findStart(base: String?) {
    let start = configuration.fineTuning.start
    if !start.isEmpty { configuration.fineTuning.start = UserPath.absolute(start, base: base) }
  }

  /// Sets what follows from the data.
  mutating func set(key: String, value: String) throws(SettingsError) {
    try configuration.apply(key: key, value: value, source: base)
  }

  /// Whether anybody but the preset has set the key.
  package func isSet(_ key: String) -> Bool { sources[key] != nil }

  /// Runs a check of the settings; an error is blamed on the file or flag that the key stands in.
  package func blaming<Result>(
    _ body: (Configuration) throws(SettingsError) -> Result
  ) throws(SettingsError) -> Result {
    do {
      return try body(configuration)
    } catch {
      throw SettingsError(
        source: error.key.flatMap { sources[$0] } ?? base, key: error.key, problem: error.problem)
    }
  }
}
