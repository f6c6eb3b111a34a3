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

extension [NamedTensor] {
  /// By name; of two that share one, the first.
  package var byName: [String: NamedTensor] {
    Dictionary(map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }
}
