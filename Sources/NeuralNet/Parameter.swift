import Kernels

/// One of the PyTorch tensors that a parameter's memory holds.
package struct ParameterView: Sendable {
  /// The `state_dict` name.
  package var name: String
  /// In PyTorch's order.
  package var shape: [Int]
  /// PyTorch's linear index → place in the parameter's memory.
  package var offset: @Sendable (Int) -> Int
  package var initializer: Initializer

  package init(
    name: String, shape: [Int], initializer: Initializer = .fixed,
    offset: @escaping @Sendable (Int) -> Int
  ) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.offset = offset
  }

  package var count: Int { shape.reduce(1, *) }

  /// `memory` in PyTorch's order.
  package func gather(_ memory: FloatBuffer) -> [Float] { (0..<count).map { memory[offset($0)] } }

  /// Writes values in PyTorch's order to their places.
  package func scatter(_ values: [Float], to memory: FloatBuffer) {
    precondition(values.count == count, "\(name): \(values.count) values for \(shape)")
    for (index, value) in values.enumerated() { memory[offset(index)] = value }
  }
}

/// Weights that an optimiser trains, in the layout of the kernels, with their gradient beside them.
package final class Parameter {
  package let views: [ParameterView]
  package let values: FloatBuffer
  package let gradient: FloatBuffer

  package init(count: Int, views: [ParameterView]) {
    self.views = views
    values = FloatBuffer(count: count)
    gradient = FloatBuffer(count: count)
  }

  /// A vector under its own name, its memory padded to whole vectors.
  package convenience init(vector name: String, count: Int) {
    self.init(
      count: padded(count), views: [ParameterView(name: name, shape: [count]) { $0 }])
  }
}

/// State that is saved with the weights but not trained: running statistics.
package struct StateBuffer {
  package let view: ParameterView
  package let values: FloatBuffer
}
