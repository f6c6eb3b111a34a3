import Snapshots

/// Turns gradients into better weights. It owns what it remembers of each parameter, and makes it
/// at the first update, so that a network that only predicts has none of it.
package protocol Optimizer: AnyObject {
  var learningRate: Double { get set }

  /// Updates these parameters from their gradients; others keep their values and their state.
  ///
  /// - Parameter rateScale: their learning rate, as a part of the optimiser's.
  func update(_ parameters: [Parameter], rateScale: Double, in context: ComputeContext)

  /// What it remembers of these parameters, for a checkpoint.
  func state(of parameters: [Parameter]) -> [NamedTensor]

  /// Takes over what `state` gave, for these parameters.
  ///
  /// - Throws: `StateMismatch` if a tensor is missing, has another shape or impossible values; then
  ///   nothing is changed.
  func load(
    _ tensors: [String: NamedTensor], for parameters: [Parameter]
  ) throws(StateMismatch)
}

extension Optimizer {
  /// Updates these parameters at the optimiser's learning rate.
  package func update(_ parameters: [Parameter], in context: ComputeContext) {
    update(parameters, rateScale: 1, in: context)
  }
}
