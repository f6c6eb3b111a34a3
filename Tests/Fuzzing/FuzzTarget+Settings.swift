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

  /// Whole presets, and those of their sections that stand below a name alone: what is damaged in
  /// a few lines is more often read to its end, and many times as fast.
  private static func presets() throws -> [[UInt8]] {
    let presets = try PresetCatalog.all().map(\.configuration.yaml)
    let sections = Set(presets.flatMap(sections).map { "preset: own\n" + $0 }).filter { section in
      (try? Configuration(recorded: section, source: "own.yaml").validate(source: "own.yaml"))
        != nil
    }
    return (presets + sections.sorted()).map { Array($0.utf8) }
  }

  /// A line that is not indented, with those below it that are.
  private static func sections(_ yaml: String) -> [String] {
    yaml.split(separator: "\n").reduce(into: []) { sections, line in
      if line.hasPrefix(" "), let last = sections.popLast() {
        sections.append("\(last)\(line)\n")
      } else {
        sections.append("\(line)\n")
      }
    }
  }

  private static func experiments() throws -> [[UInt8]] {
    try ExperimentCatalog.summaries().map {
      Array(try ExperimentCatalog.text(of: $0.name).text.utf8)
    }
  }
}
