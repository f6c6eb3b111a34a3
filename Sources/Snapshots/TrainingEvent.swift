/// How a run ended.
package enum EndStatus: String, Sendable, Codable {
  /// Every planned step was taken.
  case completed
  /// Somebody asked it to stop; it can be resumed.
  case stopped
  /// It met an error; `TrainingEvent.ended` carries the line that says which.
  case failed
}

/// All that leaves the trainer, in order.
package enum TrainingEvent: Sendable, Equatable {
  case started(RunDescription, SampleImages)
  /// The run has other heads than before, as its description now says; steps taken so far.
  case changedHeads(RunDescription, step: Int)
  case step(StepSnapshot)
  case evaluation(EvaluationSnapshot)
  case checkpoint(CheckpointSnapshot)
  case restart(RestartSnapshot)
  /// The trainer waits (true) or goes on (false), as asked.
  case paused(Bool)
  /// What keeps the run from being recorded, nil once it is recorded again. The trainer waits
  /// meanwhile; this is said by who records, and is in no history.
  case storageProblem(String?)
  case ended(EndStatus, step: Int, message: String?)
}
