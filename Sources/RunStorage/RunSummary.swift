import Foundation
import Snapshots

/// Where a run stands.
package enum RunStatus: String, Sendable, Codable {
  /// A process is writing it now.
  case running
  case completed
  case stopped
  case failed
  /// Its process ended without saying so; it can be resumed from its last checkpoint.
  case interrupted
  /// Its history cannot be read; `RunSummary.error` says why.
  case broken
}

/// A run as one line of a list.
package struct RunSummary: Sendable, Equatable {
  package var name: String
  /// The run's folder.
  package var path: String
  package var status: RunStatus
  /// Empty if broken, as is `dataset`.
  package var preset = ""
  package var dataset = ""
  package var seed: UInt64 = 0
  /// Steps taken, and the epoch of the last one.
  package var steps = 0
  package var epoch = 0
  package var plannedSteps = 0
  package var epochs = 0
  /// Accuracy of the main head's reported sub-head at the last evaluation, 0...1; nil before the
  /// first and without labels.
  package var accuracy: Double?
  /// Accuracy of the main head's reported sub-head at the evaluation where its loss was lowest,
  /// chosen without labels.
  package var bestAccuracy: Double?
  /// Seconds of training so far.
  package var elapsed = 0.0
  /// Seconds since 1970.
  package var startedAt = 0.0
  /// When a process last started or resumed it; the newest is `last`. Seconds since 1970.
  package var resumedAt = 0.0
  /// How many times a process started or resumed it; 0 if broken.
  package var generation = 0
  /// Of the run's files.
  package var bytes = 0
  /// When a file of the run was last written. Seconds since 1970.
  package var writtenAt = 0.0
  /// The line that a failed run ended with.
  package var endMessage: String?
  package var error: StorageError?
}

extension RunFolder {
  /// Reads what a list shows of the run; a run that cannot be read is `.broken`.
  package func summary() -> RunSummary {
    var summary = RunSummary(name: name, path: url.path, status: .broken)
    (summary.bytes, summary.writtenAt) = measure
    do {
      // Asked first: a run that ends in between then counts as what its history says.
      let isRunning = isRunning
      let bestStep = bestStep
      return try RunHistoryReader(self).read { queries in
        try queries.complete(summary, isRunning: isRunning, bestStep: bestStep)
      }
    } catch {
      summary.error = error
      return summary
    }
  }
}

extension HistoryQueries {
  fileprivate func complete(
    _ measured: RunSummary, isRunning: Bool, bestStep: Int?
  ) throws -> RunSummary {
    let run = try description()
    let state = try state()
    let status: RunStatus =
      switch state.end {
      case .completed: .completed
      case .stopped: .stopped
      case .failed: .failed
      case nil: isRunning ? .running : .interrupted
      }
    var summary = measured
    summary.status = status
    summary.preset = run.preset
    summary.dataset = run.dataset
    summary.seed = run.seed
    if let step = try lastStep() {
      summary.steps = step.step
      summary.epoch = step.epoch
      summary.elapsed = step.elapsed
    }
    summary.plannedSteps = run.plannedSteps
    summary.epochs = run.epochs
    let scores = try run.mainHead.map { try reportedScores(of: $0.name) } ?? []
    summary.accuracy = scores.last?.accuracy
    let measured = scores.filter { $0.step > 0 && !$0.loss.isNaN }
    let best = bestStep.flatMap { step in scores.last { $0.step == step } }
    summary.bestAccuracy =
      (best ?? measured.indexOfLowestLoss(\.loss).map { measured[$0] })?.accuracy
    summary.startedAt = run.startedAt
    summary.resumedAt = state.resumedAt
    summary.generation = state.generation
    summary.endMessage = state.endMessage
    return summary
  }
}
