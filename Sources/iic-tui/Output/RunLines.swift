import Foundation
import RunStorage

/// A run of a list, as JSON; what is not known yet is null.
struct RunLine: Encodable {
  private let summary: RunSummary
  private let details: RunDetails?

  /// - Parameter details: what `show` adds; nothing for a line of a list.
  init(_ summary: RunSummary, details: RunDetails? = nil) {
    self.summary = summary
    self.details = details
  }

  private struct Checkpoint: Encodable {
    var file: String
    var step: Int?
    var bytes: Int

    enum CodingKeys: String, CodingKey {
      case file, step
      case bytes = "size_bytes"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case run, path, status, preset, dataset, seed, step, steps, epoch, epochs, elapsed, accuracy
    case message, generation, data, checkpoints
    case startedAt = "started_at"
    case bestAccuracy = "best_accuracy"
    case bytes = "size_bytes"
    case writtenAt = "written_at"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(summary.name, forKey: .run)
    try container.encode(summary.path, forKey: .path)
    try container.encode(summary.status.rawValue, forKey: .status)
    try container.encode(summary.preset, forKey: .preset)
    try container.encode(summary.dataset, forKey: .dataset)
    try container.encode(summary.seed, forKey: .seed)
    try container.encode(summary.steps, forKey: .step)
    try container.encode(summary.plannedSteps, forKey: .steps)
    try container.encode(summary.epoch, forKey: .epoch)
    try container.encode(summary.epochs, forKey: .epochs)
    try container.encode(JSONNumber(summary.elapsed), forKey: .elapsed)
    try container.encode(JSONNumber(summary.startedAt), forKey: .startedAt)
    // `encode` writes a nil as null.
    try container.encode(summary.accuracy.map { JSONNumber($0) }, forKey: .accuracy)
    try container.encode(summary.bestAccuracy.map { JSONNumber($0) }, forKey: .bestAccuracy)
    try container.encode(summary.bytes, forKey: .bytes)
    try container.encode(JSONNumber(summary.writtenAt), forKey: .writtenAt)
    try container.encode(summary.generation, forKey: .generation)
    try container.encode(summary.error?.description ?? summary.endMessage, forKey: .message)
    if let details {
      try container.encode(details.data, forKey: .data)
      try container.encode(
        details.checkpoints.map { Checkpoint(file: $0.name, step: $0.step, bytes: $0.bytes) },
        forKey: .checkpoints)
    }
  }
}

extension RunSummary {
  /// Runs line by line; what is wrong with those that cannot be read follows below them.
  static func table(_ summaries: [RunSummary], now: Double = Date().timeIntervalSince1970) -> String
  {
    var table = TextTable(
      [
        "run", "status", "dataset", "seed", "epoch", "step", "trained", "accuracy", "best", "size",
        "age",
      ],
      alignRight: [false, false, false, true, true, true, true, true, true, true, true])
    for run in summaries {
      let known =
        run.error == nil
        ? [
          run.dataset, String(run.seed), "\(run.epoch)/\(run.epochs)",
          "\(run.steps)/\(run.plannedSteps)", Format.duration(run.elapsed),
          Format.percent(run.accuracy), Format.percent(run.bestAccuracy),
        ] : Array(repeating: "–", count: 7)
      table.add(
        [run.name, run.status.rawValue] + known + [Format.bytes(run.bytes), run.age(now: now)])
    }
    let problems = summaries.compactMap { run in run.error.map { "\($0)\n" } }
    return table.text + (problems.isEmpty ? "" : "\n" + problems.joined())
  }

  /// Since it was last written.
  func age(now: Double = Date().timeIntervalSince1970) -> String {
    writtenAt > 0 ? Format.age(now - writtenAt) : "–"
  }
}
