import Synchronization

/// The only way into a running trainer. Any thread may ask; the trainer looks between two steps.
package final class TrainingControl: Sendable {
  /// What has been asked for and not yet been done.
  package struct Requests: Sendable, Equatable {
    package var paused = false
    /// The run cannot be recorded now: nothing is to be added to what waits for the disk.
    package var held = false
    package var stop = false
    package var evaluate = false
    package var checkpoint = false
    /// A new learning rate, from the next step on.
    package var learningRate: Double?

    package init() {}
  }

  private let requests = Mutex(Requests())
  private let stopsWhen: @Sendable () -> Bool

  /// - Parameter stopsWhen: asked wherever a request to stop is looked for; true is one.
  package init(stopsWhen: @escaping @Sendable () -> Bool = { false }) {
    self.stopsWhen = stopsWhen
  }

  package func setPaused(_ paused: Bool) { requests.withLock { $0.paused = paused } }
  package func setHeld(_ held: Bool) { requests.withLock { $0.held = held } }
  package func stop() { requests.withLock { $0.stop = true } }
  package func evaluate() { requests.withLock { $0.evaluate = true } }
  package func checkpoint() { requests.withLock { $0.checkpoint = true } }
  package func setLearningRate(_ rate: Double) { requests.withLock { $0.learningRate = rate } }

  /// Whether a stop has been asked for; for work that can be left half done.
  package var isStopping: Bool { stopsWhen() || requests.withLock { $0.stop } }

  /// Reads the requests and clears those that are done once: evaluate, checkpoint, learning rate.
  package func take() -> Requests {
    let mustStop = stopsWhen()
    return requests.withLock { pending in
      var taken = pending
      taken.stop = taken.stop || mustStop
      pending.evaluate = false
      pending.checkpoint = false
      pending.learningRate = nil
      return taken
    }
  }
}
