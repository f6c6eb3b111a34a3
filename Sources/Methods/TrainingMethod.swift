import NeuralNet
import Snapshots

/// What a step has computed.
package struct StepOutcome: Sendable, Equatable {
  /// The head that the step trained.
  package var head: HeadID
  package var losses: InformationLosses

  package init(head: HeadID, losses: InformationLosses) {
    self.head = head
    self.losses = losses
  }
}

/// What a method has done before the first step of an epoch.
package struct EpochBeginning: Sendable, Equatable {
  /// Whether its heads are others than before.
  package var hasNewHeads = false
  /// Sub-heads of a head that start anew; nil if none do.
  package var restarted: Restarted?

  package struct Restarted: Sendable, Equatable {
    package var head: HeadID
    package var subHeads: [Int]
  }

  package init() {}
}

/// One way of learning from images. The trainer's loop knows nothing else of it.
package protocol TrainingMethod: AnyObject {
  /// All that is saved as weights.
  var network: any Module { get }
  /// Their state is saved with the weights.
  var optimizers: [any Optimizer] { get }
  /// What the screen and storage call its heads.
  var heads: [HeadDescription] { get }
  var schedule: EpochSchedule { get }
  /// Images through the network in one step; each view of an image counts.
  var imagesPerStep: Int { get }
  /// Images that the last evaluation measures; the others may measure a sample of them.
  var evaluationImages: Int { get }
  /// The images of each step.
  var batches: BatchFeed { get }

  /// The first weights, from the seed alone.
  func initialize(seed: UInt64)

  /// What it must remember between steps beside weights and optimisers, for a checkpoint.
  var memory: [NamedTensor] { get }

  /// Takes over what `memory` gave.
  ///
  /// - Throws: `StateMismatch` for what it cannot have given; then nothing is changed.
  func recall(_ tensors: [String: NamedTensor]) throws(StateMismatch)

  /// What comes before the first step of epoch `epoch`, from 1; nil if `isCancelled` said so on
  /// the way, and then nothing is changed.
  func beginEpoch(_ epoch: Int, isCancelled: () -> Bool) -> EpochBeginning?

  /// One batch through network, loss and optimisers. A loss that is no number changes no weight.
  func takeStep(_ images: Tensor, _ step: StepIndex) -> StepOutcome

  /// Measures all heads with running batch-norm statistics; nil if `isCancelled` said so on the
  /// way.
  ///
  /// - Parameters:
  ///   - step: steps taken.
  ///   - epoch: of the last of them, from 1; 0 before the first.
  ///   - elapsed: seconds of training, for the snapshot.
  ///   - isFinal: the run's last one.
  func evaluate(
    step: Int, epoch: Int, elapsed: Double, isFinal: Bool, isCancelled: () -> Bool
  ) -> EvaluationSnapshot?
}

/// A method that remembers nothing else and does nothing between epochs.
extension TrainingMethod {
  package var memory: [NamedTensor] { [] }

  package func recall(_ tensors: [String: NamedTensor]) throws(StateMismatch) {}

  package func beginEpoch(_ epoch: Int, isCancelled: () -> Bool) -> EpochBeginning? {
    EpochBeginning()
  }
}
