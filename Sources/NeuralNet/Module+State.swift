import Kernels
import Snapshots

/// A saved state that does not fit the network.
package struct StateMismatch: Error, CustomStringConvertible {
  package var description: String

  package init(description: String) { self.description = description }
}

extension Module {
  /// Weights and running statistics, as PyTorch's `state_dict`.
  package var weights: [NamedTensor] {
    parameters.flatMap { parameter in
      parameter.views.map { NamedTensor($0, parameter.values) }
    } + stateBuffers.map { NamedTensor($0.view, $0.values) }
  }

  /// - Throws: `StateMismatch` if a tensor is missing or has another shape; then nothing is
  ///   changed.
  package func loadWeights(_ tensors: [String: NamedTensor]) throws(StateMismatch) {
    let targets =
      parameters.flatMap { parameter in parameter.views.map { ($0, parameter.values) } }
      + stateBuffers.map { ($0.view, $0.values) }
    for (view, _) in targets { _ = try tensors.values(of: view.name, shape: view.shape) }
    for (view, memory) in targets {
      view.scatter(try tensors.values(of: view.name, shape: view.shape), to: memory)
    }
  }
}

extension Module {
  /// Takes over those of `tensors` that have the name and the shape of its own.
  ///
  /// - Parameter required: tensors whose names begin so must all be there.
  /// - Returns: the names of its own that are not; they stay as they are.
  /// - Throws: `StateMismatch` for one that is required; then nothing is changed.
  package func adopt(
    _ tensors: [String: NamedTensor], required: String
  ) throws(StateMismatch) -> [String] {
    let targets =
      parameters.flatMap { parameter in parameter.views.map { ($0, parameter.values) } }
      + stateBuffers.map { ($0.view, $0.values) }
    for (view, _) in targets where view.name.hasPrefix(required) {
      _ = try tensors.values(of: view.name, shape: view.shape)
    }
    var missing: [String] = []
    for (view, memory) in targets {
      if let tensor = tensors[view.name], tensor.shape == view.shape {
        view.scatter(tensor.values, to: memory)
      } else {
        missing.append(view.name)
      }
    }
    return missing
  }
}

extension NamedTensor {
  /// What a view shows of its memory, under the view's name and a suffix.
  init(_ view: ParameterView, _ memory: FloatBuffer, suffix: String = "") {
    self.init(name: view.name + suffix, shape: view.shape, values: view.gather(memory))
  }
}

extension [String: NamedTensor] {
  /// - Throws: `StateMismatch` if the tensor is missing or has another shape.
  package func values(of name: String, shape: [Int]) throws(StateMismatch) -> [Float] {
    guard let tensor = self[name] else {
      throw StateMismatch(description: "tensor '\(name)' is missing")
    }
    guard tensor.shape == shape else {
      throw StateMismatch(
        description: "tensor '\(name)' has shape \(tensor.shape), expected \(shape)")
    }
    return tensor.values
  }
}
