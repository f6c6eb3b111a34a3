import Snapshots

/// Training events as lines of a run's log; steps and evaluations are in its history.
package enum LogLines {
  static func lines(_ event: TrainingEvent) -> [String] {
    if case .evaluation(let evaluation) = event {
      return evaluation.warnings.map { "step \(evaluation.step): warning: \($0.text)" }
    }
    return line(event).map { [$0] } ?? []
  }

  private static func line(_ event: TrainingEvent) -> String? {
    switch event {
    case .started, .step, .evaluation, .checkpoint: nil
    case .changedHeads(let description, let step): "step \(step): \(description.newMainHeadText)"
    case .restart(let restart): "step \(restart.step), epoch \(restart.epoch): \(restart.text)"
    case .paused(let isPaused): isPaused ? "paused" : "training goes on"
    case .storageProblem(let problem): text(ofStorageProblem: problem)
    case .ended(let status, let step, let message):
      "\(status.rawValue) at step \(step)" + (message.map { ": \($0)" } ?? "")
    }
  }

  /// - Parameter problem: why a disk refuses; nil if it does so no more.
  package static func text(ofStorageProblem problem: String?) -> String {
    problem.map { "waiting for the disk: \($0)" } ?? "the run is recorded again"
  }
}
