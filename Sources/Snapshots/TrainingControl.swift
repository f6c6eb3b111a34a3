import Synchronization

/// The only way into a running trainer. Any thread may ask; the trainer looks between two steps.
package final class TrainingControl: Sendable {
  /// What has been asked for and not yet been done.
  package struct Requests: Sendable, Equatable {
    package var paused = false
    package var stop = false
    package var evaluate = false
    package var checkpoint = false
    /// A new learning rate, from the next step on.
    package var learningRate: Double?
  }

  private let requests = Mutex(Requests())

  package init() {}

  package func setPaused(_ paused: Bool) { requests.withLock { $0.paused = paused } }
  package func stop() { requests.withLock { $0.stop = true } }
  package func evaluate() { requests.withLock { $0.evaluate = true } }
  package func checkpoint() { requests.withLock { $0.checkpoint = true } }
  package func setLearningRate(_ rate: Double) { requests.withLock { $0.learningRate = rate } }

  /// Whether a stop has been asked for; for work that can be left half done.
  package var isStopping: Bool { requests.withLock { $0.stop } }

  /// Reads the requests and clears those that are done once: evaluate, checkpoint, learning rate.
  package func take() -> Requests {
    requests.withLock { pending in
      let taken = pending
      pending.evaluate = false
      pending.checkpoint = false
      pending.learningRate = nil
      return taken
    }
  }
}
