import Foundation
import GRDB
import Snapshots

/// Snapshots into rows. Each function runs inside the caller's transaction.
extension Database {
  /// Whether a run was ever started in this database.
  func hasRun() throws -> Bool {
    try Bool.fetchOne(self, sql: "SELECT EXISTS (SELECT 1 FROM run)") ?? false
  }

  /// Forgets the steps and evaluations after `step`; all of them if `step` is 0.
  func truncateHistory(after step: Int) throws {
    let kept = step == 0 ? -1 : step
    try execute(sql: "DELETE FROM step WHERE step > ?", arguments: [kept])
    try execute(sql: "DELETE FROM evaluation WHERE step > ?", arguments: [kept])
  }

  /// Inserts the run, or updates it if it is there already: it keeps its start and counts one more generation.
  func start(_ run: RunDescription, samples: SampleImages, at time: Double) throws {
    try execute(
      sql: """
        INSERT INTO run (id, name, preset, dataset, classNames, configuration, seed, heads, epochs,
          stepsPerEpoch, plannedSteps, imagesPerStep, evaluationImages, parameterCount,
          startedAt, resumedAt, generation, status, endMessage, isPaused)
        VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 'running', NULL, 0)
        ON CONFLICT (id) DO UPDATE SET
          name = excluded.name, preset = excluded.preset, dataset = excluded.dataset,
          classNames = excluded.classNames, configuration = excluded.configuration,
          seed = excluded.seed, heads = excluded.heads, epochs = excluded.epochs,
          stepsPerEpoch = excluded.stepsPerEpoch, plannedSteps = excluded.plannedSteps,
          imagesPerStep = excluded.imagesPerStep, evaluationImages = excluded.evaluationImages,
          parameterCount = excluded.parameterCount, resumedAt = excluded.resumedAt,
          generation = generation + 1, status = 'running', endMessage = NULL, isPaused = 0
        """,
      arguments: [
        run.name, run.preset, run.dataset, try json(run.classNames), run.configuration,
        String(run.seed), try json(run.heads), run.epochs, run.stepsPerEpoch, run.plannedSteps,
        run.imagesPerStep, run.evaluationImages, run.parameterCount, run.startedAt, time,
      ])
    try execute(
      sql: "INSERT OR REPLACE INTO sampleImages VALUES (1, ?, ?, ?, ?, ?)",
      arguments: [
        samples.width, samples.height, samples.channels, Data(samples.pixels),
        LittleEndian.data(int32: samples.labels),
      ])
  }

  func insert(_ step: StepSnapshot) throws {
    try cachedStatement(sql: "INSERT OR REPLACE INTO step VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .execute(arguments: [
        step.step, step.epoch, step.head.rawValue, step.loss,
        LittleEndian.data(step.subHeadLosses), step.mutualInformation, step.learningRate,
        step.imagesPerSecond, step.elapsed,
      ])
  }

  func insert(_ evaluation: EvaluationSnapshot) throws {
    try execute(
      sql: "INSERT INTO evaluation (step, epoch, elapsed) VALUES (?, ?, ?)",
      arguments: [evaluation.step, evaluation.epoch, evaluation.elapsed])
    let identifier = lastInsertedRowID
    let statement = try cachedStatement(
      sql: """
        INSERT INTO subHeadEvaluation
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    var position = 0
    for head in evaluation.heads {
      for subHead in head.subHeads {
        try statement.execute(arguments: [
          identifier, position, head.head.rawValue, subHead.index, subHead.loss,
          subHead.mutualInformation, subHead.entropy, subHead.conditionalEntropy,
          subHead.accuracy, subHead.nmi, subHead.ari, LittleEndian.data(subHead.joint),
          LittleEndian.data(subHead.clusterShares),
          subHead.scores.map { LittleEndian.data(int32: $0.classOfCluster) },
          subHead.scores.map { LittleEndian.data(int32: $0.contingency) },
          LittleEndian.data(subHead.sampleProbabilities),
        ])
        position += 1
      }
    }
  }

  func setPaused(_ isPaused: Bool) throws {
    try execute(sql: "UPDATE run SET isPaused = ?", arguments: [isPaused])
  }

  func end(_ status: EndStatus, message: String?) throws {
    try execute(
      sql: "UPDATE run SET status = ?, endMessage = ?, isPaused = 0",
      arguments: [status.rawValue, message])
  }

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
