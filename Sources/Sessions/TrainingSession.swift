import Dispatch
import Foundation
import Kernels
import RunStorage
import Snapshots
import Synchronization
import Training

/// One training from start to end: the trainer on a thread of its own, the recorder on another, and
/// the calling thread free for the screen.
package final class TrainingSession: Sendable {
  /// What the recorder's thread tells after it has written: the events, and the checkpoints among
  /// them. Whoever listens must not wait for anybody.
  package typealias Listener = @Sendable ([TrainingEvent], [RecordedCheckpoint]) -> Void

  package let control: TrainingControl
  /// nil without a screen: a lane that nobody empties would grow with the run.
  package let screenLane: SnapshotLane?
  private let recorderLane = SnapshotLane.lossless()
  private let outcome = Mutex(Outcome())
  private let finished = DispatchSemaphore(value: 0)

  package struct Outcome: Sendable {
    package var status: EndStatus?
    /// The last one that is recorded.
    package var step = 0
    /// The step that a run which was stopped goes on from, if that is an earlier one.
    package var resumesFrom: Int?
    /// The line that a failed training, or a disk that refused, ended with.
    package var message: String?
    package var description: RunDescription?
    package var lastEvaluation: EvaluationSnapshot?
    /// Of training, in all processes that trained the run.
    package var elapsed = 0.0
  }

  package init(control: TrainingControl, hasScreen: Bool) {
    self.control = control
    screenLane = hasScreen ? .newest() : nil
  }

  /// Starts the threads and returns. What happens goes into the run's log, and from then on others
  /// can steer the training.
  ///
  /// - Parameters:
  ///   - prepared: the run; its recorder is closed at the end.
  ///   - log: the run's.
  ///   - makeTrainer: called here, with the channel that the trainer is to send through.
  ///   - listener: called on the recorder's thread.
  ///   - whenRecorded: called on it once everything is on disk and the run is closed.
  /// - Throws: what `makeTrainer` does, or that there are no threads; then nothing has started.
  package func start(
    _ prepared: PreparedRun, log: RunLog, listener: @escaping Listener,
    whenRecorded: @escaping @Sendable () -> Void = {},
    makeTrainer: (SnapshotChannel) throws -> Trainer
  ) throws {
    let recorder = prepared.recorder
    log.add(prepared.checkpoint.map { "resumed from step \($0.step)" } ?? "started")
    do {
      try recorder.folder.startSteering(control)
    } catch {
      log.add("cannot be steered by others: \(error)")
    }
    do {
      try startThreads(
        recorder,
        listener: { events, checkpoints in
          for event in events { LogLines.lines(event).forEach(log.add) }
          listener(events, checkpoints)
        }, whenRecorded, makeTrainer)
    } catch {
      recorder.folder.stopSteering()
      throw error
    }
  }

  private func startThreads(
    _ recorder: RunRecorder, listener: @escaping Listener,
    _ whenRecorded: @escaping @Sendable () -> Void,
    _ makeTrainer: (SnapshotChannel) throws -> Trainer
  ) throws {
    let channel = SnapshotChannel(lanes: [recorderLane] + (screenLane.map { [$0] } ?? []))
    let handover = Handover()
    try SystemThread.start(name: "recorder", stackSize: 8 << 20) { [self] in
      record(with: recorder, listener)
      recorder.folder.stopSteering()
      whenRecorded()
      finished.signal()
    }
    do {
      // Both threads before the trainer is made, which takes as many more as it can have.
      try SystemThread.start(name: "trainer", stackSize: 8 << 20) {
        handover.wait()?.run()
        channel.close()
      }
      do {
        handover.give(try makeTrainer(channel))
      } catch {
        // Nothing was trained, so nothing is said of an end.
        outcome.withLock { $0.status = .failed }
        handover.give(nil)
        throw error
      }
    } catch {
      outcome.withLock { $0.status = .failed }
      channel.close()
      _ = wait()
      throw error
    }
  }

  /// Waits until everything is on disk.
  ///
  /// - Parameters:
  ///   - isUrgent: asked again and again; true if a stop cannot wait for a long step to end.
  ///   - patience: how long the trainer may then take for the step in hand. After that the run is
  ///     closed without it; it goes on from its last checkpoint.
  package func wait(
    isUrgent: () -> Bool = { false }, patience: Duration = .seconds(1.2)
  ) -> Outcome {
    var urgentSince: ContinuousClock.Instant?
    while finished.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
      guard isUrgent() else { continue }
      let since = urgentSince ?? .now
      urgentSince = since
      if since.duration(to: .now) >= patience { recorderLane.close() }
    }
    finished.signal()
    return outcome.withLock { $0 }
  }

  /// The trainer on its way to its thread; who gives it does not touch it again.
  private final class Handover: @unchecked Sendable {
    // Unchecked: `trainer` is written before `given` rises, and read after that.
    private var trainer: Trainer?
    private let given = DispatchSemaphore(value: 0)

    func give(_ trainer: sending Trainer?) {
      self.trainer = trainer
      given.signal()
    }

    func wait() -> Trainer? {
      given.wait()
      return trainer
    }
  }

  // MARK: The recorder's thread

  private func record(with recorder: RunRecorder, _ listener: Listener) {
    recording: while outcome.withLock({ $0.status == nil }), let events = recorderLane.next() {
      for part in RunRecorder.Part.parts(of: events) {
        var recorded: RecordedCheckpoint?
        let isRecorded = keepTrying(listener) { () throws(StorageError) in
          recorded = try recorder.record(part)
        }
        guard isRecorded else { break recording }
        switch part {
        case .history(let events):
          note(events)
          listener(events, [])
        case .checkpoint(let checkpoint):
          listener([.checkpoint(checkpoint)], recorded.map { [$0] } ?? [])
        }
      }
    }
    if outcome.withLock({ $0.status == nil && $0.message == nil }) {
      close(recorder, listener)
    }
    recorder.close()
  }

  /// Says that a run was stopped whose trainer is still at work.
  private func close(_ recorder: RunRecorder, _ listener: Listener) {
    let step = outcome.withLock { $0.step }
    let end = TrainingEvent.ended(.stopped, step: step, message: nil)
    guard
      keepTrying(listener, { () throws(StorageError) in try recorder.record([end]) })
    else { return }
    note([end])
    let checkpoint = (try? recorder.folder.checkpointStep()) ?? 0
    outcome.withLock { $0.resumesFrom = checkpoint < step ? checkpoint : nil }
    listener([end], [])
  }

  private func note(_ events: [TrainingEvent]) {
    outcome.withLock { outcome in
      for event in events {
        switch event {
        case .started(let description, _), .changedHeads(let description, _):
          outcome.description = description
        case .step(let step):
          outcome.step = step.step
          outcome.elapsed = step.elapsed
        case .evaluation(let evaluation): outcome.lastEvaluation = evaluation
        case .ended(let status, let step, let message):
          outcome.status = status
          outcome.step = step
          outcome.message = message
        default: break
        }
      }
    }
  }

  /// Calls `body` until it succeeds. Meanwhile the trainer waits, with all that it has learnt in
  /// memory, and the listener and the screen know why.
  ///
  /// - Returns: false if the training was asked to stop and the disk still refuses; then the
  ///   outcome has the message.
  private func keepTrying(
    _ listener: Listener, _ body: () throws(StorageError) -> Void
  ) -> Bool {
    var told: String?
    defer {
      if told != nil {
        control.setHeld(false)
        tell(nil, listener)
      }
    }
    while true {
      let wasStopping = control.isStopping
      do {
        try body()
        return true
      } catch {
        guard !wasStopping else {
          outcome.withLock { $0.message = "the run could not be recorded: \(error)" }
          control.stop()
          return false
        }
        control.setHeld(true)
        if told != error.description { tell(error.description, listener) }
        told = error.description
      }
      // A disk that is full for a moment, such as by somebody's build, should not cost more.
      for _ in 0..<20 where !control.isStopping { usleep(50_000) }
    }
  }

  private func tell(_ problem: String?, _ listener: Listener) {
    listener([.storageProblem(problem)], [])
    screenLane?.send(.storageProblem(problem))
  }
}
