/// Everything needed to go on from `step` as if nothing had happened.
package struct CheckpointSnapshot: Sendable, Equatable {
  package var step: Int
  /// Weights and running statistics.
  package var weights: [NamedTensor]
  /// Adam's moments (`<parameter>.exp_avg`, `<parameter>.exp_avg_sq`) and step counts
  /// (`<parameter>.step`).
  package var optimizer: [NamedTensor]
  /// What the trainer itself must remember between steps, as a small JSON text that only it reads.
  package var trainerState: String
  /// Whether the lowest-loss sub-head of head B has its lowest loss of the run so far.
  package var isBest: Bool

  package init(
    step: Int, weights: [NamedTensor], optimizer: [NamedTensor], trainerState: String, isBest: Bool
  ) {
    self.step = step
    self.weights = weights
    self.optimizer = optimizer
    self.trainerState = trainerState
    self.isBest = isBest
  }
}
