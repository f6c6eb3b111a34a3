import Foundation
import Snapshots

/// Follows a run that another process is writing: one poll, one look at the disk.
package struct RunFollower: Sendable {
  package let folder: RunFolder
  private var cursor: Cursor?
  /// Of the files that were read last.
  private var stamp: HistoryStamp?

  /// What has been read so far.
  struct Cursor: Equatable {
    var step: Int
    /// Number of the last evaluation.
    var evaluation: Int
    /// How many restarts.
    var restarts: Int
    var state: HistoryQueries.State
  }

  /// What happened since the last poll.
  package enum Change: Sendable, Equatable {
    /// The first poll; or the run was resumed since, from an earlier step, or has other heads.
    /// Replaces all that came before.
    case history(RunHistory)
    /// In order; empty if nothing happened.
    case events([TrainingEvent])
  }

  package init(_ folder: RunFolder) { self.folder = folder }

  /// Reads what is new. Events come as the trainer sent them, checkpoints left out: steps,
  /// evaluations after the step they belong to, then pauses and the end.
  ///
  /// - Throws: as `RunHistoryReader.outline`; the next call tries again from the same place.
  package mutating func poll() throws(StorageError) -> Change {
    // Before the reading: what is written meanwhile is read the next time.
    let stamp = HistoryStamp(folder)
    if cursor != nil, stamp == self.stamp { return .events([]) }
    let cursor = cursor
    let (change, next) = try RunHistoryReader(folder).read { queries -> (Change, Cursor) in
      let state = try queries.state()
      guard let cursor, cursor.state.generation == state.generation,
        cursor.state.heads == state.heads
      else {
        let (history, next) = try queries.outline()
        return (.history(history), next)
      }
      let steps = try queries.steps(after: cursor.step)
      let (evaluations, last) = try queries.evaluations(after: cursor.evaluation)
      let lastStep = steps.last?.step ?? cursor.step
      let restarts = try queries.restarts(upTo: .max).dropFirst(cursor.restarts)
      var events = Self.merge(steps, evaluations, restarts)
      if state.isPaused != cursor.state.isPaused { events.append(.paused(state.isPaused)) }
      if let end = state.end, cursor.state.end == nil {
        let step = max(lastStep, 0)
        events.append(.ended(end, step: step, message: state.endMessage))
      }
      return (
        .events(events),
        Cursor(
          step: lastStep, evaluation: last, restarts: cursor.restarts + restarts.count,
          state: state)
      )
    }
    self.cursor = next
    self.stamp = stamp
    return change
  }

  /// Whether a process is still writing the run.
  package var isRunning: Bool { folder.isRunning }

  private static func merge(
    _ steps: [StepSnapshot], _ evaluations: [EvaluationSnapshot],
    _ restarts: ArraySlice<RestartSnapshot>
  ) -> [TrainingEvent] {
    var events: [TrainingEvent] = []
    var (evaluations, restarts) = (evaluations[...], restarts)
    func appendWhatComes(before step: Int) {
      while let evaluation = evaluations.first, evaluation.step < step {
        events.append(.evaluation(evaluation))
        evaluations = evaluations.dropFirst()
      }
      while let restart = restarts.first, restart.step < step {
        events.append(.restart(restart))
        restarts = restarts.dropFirst()
      }
    }
    for step in steps {
      appendWhatComes(before: step.step)
      events.append(.step(step))
    }
    appendWhatComes(before: .max)
    return events
  }
}
