import Snapshots
import Synchronization

/// The way to stop an experiment: from any thread, at any moment.
package final class ExperimentControl: Sendable {
  private struct State {
    var isStopping = false
    var runs: [ObjectIdentifier: TrainingControl] = [:]
  }
  private let state = Mutex(State())
  private let stopsWhen: @Sendable () -> Bool

  /// - Parameter stopsWhen: asked wherever a request to stop is looked for; true is one.
  package init(stopsWhen: @escaping @Sendable () -> Bool = { false }) {
    self.stopsWhen = stopsWhen
  }

  /// Whether it is to stop after the step in hand.
  package var isStopping: Bool { stopsWhen() || state.withLock { $0.isStopping } }

  /// Stops the runs that are being trained, with checkpoints, and starts no other.
  package func stop() {
    let runs = state.withLock { state in
      state.isStopping = true
      return Array(state.runs.values)
    }
    for run in runs { run.stop() }
  }

  /// Calls `body` with the control of a run, which stops with the experiment.
  func withRun<Result>(_ body: (TrainingControl) throws -> Result) rethrows -> Result {
    let control = TrainingControl(stopsWhen: stopsWhen)
    let isStopping = state.withLock { state in
      state.runs[ObjectIdentifier(control)] = control
      return state.isStopping
    }
    if isStopping { control.stop() }
    defer { state.withLock { _ = $0.runs.removeValue(forKey: ObjectIdentifier(control)) } }
    return try body(control)
  }
}
