import Foundation
import RunStorage
import Training

/// A baseline's result on disk, with what it is the result of.
struct BaselineResult: Codable {
  var baseline: Experiment.Baseline
  /// As YAML.
  var configuration: String
  var scores: ExperimentScores

  /// nil if there is no such file.
  ///
  /// - Throws: an error of one line if it cannot be read.
  static func read(at url: URL) throws -> BaselineResult? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    do {
      return try JSONDecoder().decode(BaselineResult.self, from: Data(contentsOf: url))
    } catch is DecodingError {
      throw SessionError("\(url.path): is not a baseline's result; delete it")
    }
  }

  /// Writes it, whole or not at all.
  func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write(encoder.encode(self), to: url)
  }

  /// The scores, if they are those of the same baseline with the same data and settings.
  func scores(
    of baseline: Experiment.Baseline, _ configuration: Configuration, _ name: String
  ) throws -> ExperimentScores {
    guard self.baseline == baseline else {
      throw SessionError(
        "\(name) is a result of \(self.baseline.rawValue), expected \(baseline.rawValue); delete "
          + "\(name).json, or give --name")
    }
    try configuration.checkSame(
      as: Configuration(recorded: self.configuration, source: name), what: "\(name).json",
      relevant: baseline.relevantSettings(configuration.method))
    return scores
  }
}

extension Experiment.Baseline {
  /// The settings that its result depends on: keys, and groups of them with a dot at the end.
  fileprivate func relevantSettings(_ method: MethodKind) -> [String] {
    var data = [
      "dataset", "data", "pictures.", "training.seed", "heads.B.clusters", "heads.B.matching",
    ]
    // Of whole images all are measured.
    if method == .segmentation { data += ["evaluation.splits", "evaluation.final_images"] }
    switch self {
    case .kMeans, .kMeansPosition, .majority: return data
    case .randomNetwork: return data + ["network.", "transform."]
    }
  }
}
