/// How the learning rate falls, at epochs that are given: settling for good wants smaller steps
/// than finding the clusters. It hangs on no number of planned epochs, so that a run that is given
/// more of them later takes the steps that it would have taken.
package struct LearningRateDecay: Sendable, Equatable {
  /// Epochs, from 1, whose first step and all that follow have a lower rate; none if empty.
  package var epochs: [Int] = []
  /// What the rate is multiplied by at each of them.
  package var factor = 0.1

  package init() {}

  /// What the configured rate is multiplied by in epoch `epoch`, from 1.
  package func multiplier(inEpoch epoch: Int) -> Double {
    epochs.reduce(1) { $1 <= epoch ? $0 * factor : $0 }
  }
}
