/// A tensor on its way to or from disk, under its PyTorch `state_dict` name.
package struct NamedTensor: Sendable, Equatable {
  package var name: String
  /// In PyTorch's order: convolution weights are `[out, in, height, width]`.
  package var shape: [Int]
  package var values: [Float]

  package init(name: String, shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "\(name): \(values.count) values for \(shape)")
    self.name = name
    self.shape = shape
    self.values = values
  }
}

/// Everything needed to go on from `step` as if nothing had happened.
package struct CheckpointSnapshot: Sendable, Equatable {
  package var step: Int
  /// Weights and running statistics.
  package var weights: [NamedTensor]
  /// Adam's moments (`<parameter>.exp_avg`, `<parameter>.exp_avg_sq`) and step counts (`<parameter>.step`).
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
