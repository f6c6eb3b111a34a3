import RunStorage

/// A run of a list, as JSON; what is not known yet is null.
struct RunLine: Encodable {
  private let summary: RunSummary

  init(_ summary: RunSummary) { self.summary = summary }

  private enum CodingKeys: String, CodingKey {
    case run, path, status, preset, dataset, seed, step, steps, epoch, epochs, elapsed, accuracy
    case message
    case startedAt = "started_at"
    case bestAccuracy = "best_accuracy"
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
    try container.encode(summary.error?.description ?? summary.endMessage, forKey: .message)
  }
}

extension RunSummary {
  static func table(_ summaries: [RunSummary]) -> String {
    var table = TextTable(
      [
        "run", "status", "dataset", "seed", "epoch", "step", "trained", "accuracy", "best",
        "started",
      ],
      alignRight: [false, false, false, true, true, true, true, true, true, false])
    for run in summaries {
      if let error = run.error {
        table.add([run.name, run.status.rawValue, "\(error)", "", "", "", "", "", "", ""])
        continue
      }
      table.add([
        run.name, run.status.rawValue, run.dataset, String(run.seed),
        "\(run.epoch)/\(run.epochs)", "\(run.steps)/\(run.plannedSteps)",
        Format.duration(run.elapsed), Format.percent(run.accuracy),
        Format.percent(run.bestAccuracy), Format.date(run.startedAt),
      ])
    }
    return table.text
  }
}
