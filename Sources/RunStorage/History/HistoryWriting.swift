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
    try execute(sql: "DELETE FROM step WHERE step > :step", arguments: ["step": kept])
    try execute(sql: "DELETE FROM evaluation WHERE step > :step", arguments: ["step": kept])
    // A restart stands before the step after its own: a checkpoint of its step is older.
    try execute(sql: "DELETE FROM restart WHERE step >= :step", arguments: ["step": kept])
  }

  /// Inserts the run, or updates it if it is there already: it keeps its start and counts one more
  /// generation.
  func start(_ run: RunDescription, samples: SampleImages, at time: Double) throws {
    let generation = Column("generation")
    _ = try RunRecord(run, at: time).upsertAndFetch(self, onConflict: ["id"]) { _ in
      [
        Column("startedAt").noOverwrite, Column("checkpointStep").noOverwrite,
        generation.set(to: generation + 1),
      ]
    }
    try SampleImagesRecord(samples).insert(self)
  }

  /// Takes over what may change about a run while it goes on.
  func update(_ run: RunDescription) throws {
    try execute(
      sql: "UPDATE run SET heads = :heads, parameterCount = :parameterCount",
      arguments: ["heads": JSONArray(run.heads), "parameterCount": run.parameterCount])
  }

  func insert(_ restart: RestartSnapshot) throws { try RestartRecord(restart).insert(self) }

  func insert(_ step: StepSnapshot) throws { try StepRecord(step).insert(self) }

  func insert(_ evaluation: EvaluationSnapshot) throws {
    try EvaluationRecord(
      id: nil, step: evaluation.step, epoch: evaluation.epoch,
      elapsed: Measurement(evaluation.elapsed), images: evaluation.images,
      warnings: JSONArray(evaluation.warnings)
    ).insert(self)
    let identifier = Int(lastInsertedRowID)
    var position = 0
    for head in evaluation.heads {
      for subHead in head.subHeads {
        try SubHeadRecord(
          subHead, of: head.head, suggestion: head.suggestion, evaluation: identifier,
          position: position
        ).insert(self)
        position += 1
      }
    }
  }

  func noteCheckpoint(step: Int) throws {
    try execute(sql: "UPDATE run SET checkpointStep = :step", arguments: ["step": step])
  }

  func setPaused(_ isPaused: Bool) throws {
    try execute(sql: "UPDATE run SET isPaused = :isPaused", arguments: ["isPaused": isPaused])
  }

  func end(_ status: EndStatus, message: String?) throws {
    try execute(
      sql: "UPDATE run SET status = :status, endMessage = :message, isPaused = 0",
      arguments: ["status": status.rawValue, "message": message])
  }
}
