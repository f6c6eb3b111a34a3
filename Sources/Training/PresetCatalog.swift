import Datasets
import Foundation
import Settings

/// The settings that come with the program, `assets/presets/*.yaml`.
package enum PresetCatalog {
  package struct Preset: Sendable {
    package var name: String
    /// The first comment of the file.
    package var summary: String
    package var configuration: Configuration
  }

  /// The preset of this name.
  ///
  /// - Parameter source: the flag or file that names it, for messages.
  /// - Throws: `SettingsError` if there is no such preset or its settings are wrong, `DatasetError`
  ///   if the program's assets are missing, and Foundation's error if the file cannot be read.
  package static func load(_ name: String, source: String = "--preset") throws -> Preset {
    let folder = try AssetLocator.find("presets")
    let names = try presetNames(folder)
    guard names.contains(name) else {
      throw SettingsError(
        source: source, key: nil,
        problem: "unknown preset '\(name)', expected one of \(names.joined(separator: ", "))")
    }
    let path = "\(folder)/\(name).yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var configuration = Configuration()
    try configuration.apply(yaml: text, source: path)
    configuration.preset = name
    let summary = text.prefix { $0 != "\n" }.drop { $0 == "#" || $0 == " " }
    return Preset(name: name, summary: String(summary), configuration: configuration)
  }

  /// All presets, in order of name.
  package static func all() throws -> [Preset] {
    try presetNames(AssetLocator.find("presets")).map { try load($0) }
  }

  private static func presetNames(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".yaml") }
      .map { String($0.dropLast(5)) }
      .sorted()
  }
}
