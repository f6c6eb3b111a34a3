import Foundation

/// One listener's end of the channel. The trainer never waits for it.
package final class SnapshotLane: @unchecked Sendable {
  // Unchecked: every access to `pending` and `isClosed` holds `condition`.
  package enum Policy: Sendable {
    /// Keeps every event, for the recorder.
    case lossless
    /// Of evaluations keeps only the newest, checkpoints without their tensors, and of steps that
    /// nobody has taken for long every second one: for a screen.
    case newest
  }

  private let policy: Policy
  private let condition = NSCondition()
  private var pending: [TrainingEvent] = []
  private var isClosed = false

  init(policy: Policy) { self.policy = policy }

  /// Adds an event behind the others.
  package func send(_ event: TrainingEvent) {
    condition.withLock {
      var event = event
      if isClosed { return }
      if policy == .newest {
        switch event {
        case .checkpoint(var checkpoint):
          checkpoint.weights = []
          checkpoint.optimizer = []
          event = .checkpoint(checkpoint)
        case .evaluation: pending.removeAll { if case .evaluation = $0 { true } else { false } }
        default: break
        }
      }
      if policy == .newest, pending.count >= Self.mostPending { thinOut() }
      pending.append(event)
      condition.signal()
    }
  }

  /// A screen may stand still for days, on a terminal that takes nothing.
  private func thinOut() {
    var isKept = false
    pending.removeAll { event in
      guard case .step = event else { return false }
      isKept.toggle()
      return !isKept
    }
  }

  private static let mostPending = 20_000

  /// Whoever takes from the lane gets what has come until now, and no more.
  package func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
    }
  }

  /// Whoever took from the lane takes no more: what is in it, and what is still sent, is let go.
  package func abandon() {
    condition.withLock {
      isClosed = true
      pending = []
      condition.broadcast()
    }
  }

  /// What has arrived since the last call; does not wait.
  package func drain() -> [TrainingEvent] {
    condition.withLock {
      defer { pending = [] }
      return pending
    }
  }

  /// Waits for at least one event and takes all there are; nil once the channel is closed and
  /// empty.
  package func next() -> [TrainingEvent]? {
    condition.withLock {
      while pending.isEmpty && !isClosed { condition.wait() }
      if pending.isEmpty { return nil }
      defer { pending = [] }
      return pending
    }
  }
}

/// The way out of the trainer: each event goes to every lane at once.
package final class SnapshotChannel: Sendable {
  private let lanes: [SnapshotLane]

  package init(lanes: [SnapshotLane]) { self.lanes = lanes }

  package func send(_ event: TrainingEvent) { for lane in lanes { lane.send(event) } }

  /// No event follows; listeners that wait are let go.
  package func close() { for lane in lanes { lane.close() } }
}

extension SnapshotLane {
  package static func lossless() -> SnapshotLane { SnapshotLane(policy: .lossless) }
  package static func newest() -> SnapshotLane { SnapshotLane(policy: .newest) }
}
