/// What has weights: a layer, a trunk, a head, a whole network.
package protocol Module: AnyObject {
  /// All that is trained, in PyTorch's order.
  var parameters: [Parameter] { get }
  /// All that is saved with the weights but not trained: running statistics.
  var stateBuffers: [StateBuffer] { get }
}

extension Module {
  /// The number of trained values.
  package var parameterCount: Int { parameters.flatMap(\.views).reduce(0) { $0 + $1.count } }
}
