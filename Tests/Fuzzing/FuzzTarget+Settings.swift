import Datasets
import Foundation
import Sessions
import Settings
import TestSupport
import Training

extension FuzzTarget {
  /// YAML that people write.
  static let settings: [FuzzTarget] = [
    FuzzTarget("settings", seeds: { try presets() }, errors: isOwn) { bytes, _ in
      let text = String(decoding: bytes, as: UTF8.self)
      let settings = try Configuration(recorded: text, source: "own.yaml")
      let again = try Configuration(recorded: settings.yaml, source: "written.yaml")
      guard again == settings else { throw FuzzFinding("settings change when they are written") }
      try settings.validate(source: "own.yaml")
    },
    FuzzTarget("experiment", seeds: { try experiments() }, errors: isOwn) { bytes, _ in
      let text = String(decoding: bytes, as: UTF8.self)
      _ = try Experiment(yaml: text, name: "own", source: "own.yaml")
    },
  ]

  private static let isOwn: @Sendable (any Error) -> Bool = { $0 is SettingsError }

  private static func presets() throws -> [[UInt8]] {
    try PresetCatalog.all().map { Array($0.configuration.yaml.utf8) }
  }

  private static func experiments() throws -> [[UInt8]] {
    try ExperimentCatalog.summaries().map {
      Array(try ExperimentCatalog.text(of: $0.name).text.utf8)
    }
  }
}
