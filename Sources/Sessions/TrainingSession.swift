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
  /// them.
  package typealias Listener = @Sendable ([TrainingEvent], [RecordedCheckpoint]) -> Void

  package let control: TrainingControl
  /// nil without a screen: a lane that nobody empties would grow with the run.
  package let screenLane: SnapshotLane?
  private let recorderLane = SnapshotLane.lossless()
  private let outcome = Mutex(Outcome())
  private let finished = DispatchSemaphore(value: 0)

  package struct Outcome: Sendable {
    package var status: EndStatus?
    package var step = 0
    /// The line that a failed training, or a disk that refused, ended with.
    package var message: String?
  }

  package init(control: TrainingControl, hasScreen: Bool) {
    self.control = control
    screenLane = hasScreen ? .newest() : nil
  }

  /// Starts the threads and returns.
  ///
  /// - Parameters:
  ///   - makeTrainer: called here, with the channel that the trainer is to send through.
  ///   - listener: called on the recorder's thread.
  package func start(
    recorder: RunRecorder, listener: @escaping Listener,
    makeTrainer: (SnapshotChannel) throws -> Trainer
  ) throws {
    let channel = SnapshotChannel(lanes: [recorderLane] + (screenLane.map { [$0] } ?? []))
    // Handed over to its thread here and not touched again.
    nonisolated(unsafe) let trainer = try makeTrainer(channel)
    let trainerThread = Thread {
      trainer.run()
      channel.close()
    }
    trainerThread.name = "trainer"
    trainerThread.stackSize = 8 << 20
    trainerThread.start()
    let recorderThread = Thread { [self] in
      record(with: recorder, listener)
      finished.signal()
    }
    recorderThread.name = "recorder"
    recorderThread.stackSize = 8 << 20
    recorderThread.start()
  }

  /// Waits until everything is on disk.
  package func wait() -> Outcome {
    finished.wait()
    finished.signal()
    return outcome.withLock { $0 }
  }

  private func record(with recorder: RunRecorder, _ listener: Listener) {
    var isBroken = false
    while let events = recorderLane.next() {
      for case .ended(let status, let step, let message) in events {
        outcome.withLock {
          $0.status = status
          $0.step = step
          $0.message = $0.message ?? message
        }
      }
      do {
        let checkpoints = isBroken ? [] : try recorder.record(events)
        listener(events, checkpoints)
      } catch {
        // What is on disk stays as it is; training on would be lost.
        isBroken = true
        control.stop()
        outcome.withLock { $0.message = "the run could not be recorded: \(error)" }
        listener(events, [])
      }
    }
    recorder.close()
  }
}
