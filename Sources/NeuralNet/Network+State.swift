import Kernels
import Snapshots

/// A saved state that does not fit the network.
package struct StateMismatch: Error, CustomStringConvertible {
  package var description: String
}

extension Network {
  /// Weights and running statistics, as PyTorch's `state_dict`.
  package var weights: [NamedTensor] {
    parameters.flatMap { parameter in
      parameter.views.map { NamedTensor($0, parameter.values) }
    } + trunk.stateBuffers.map { NamedTensor($0.view, $0.values) }
  }

  /// Adam's moments and step counts, under each parameter's name with `.exp_avg`, `.exp_avg_sq`, `.step`.
  package var optimizerState: [NamedTensor] {
    parameters.flatMap { parameter in
      parameter.views.flatMap { view in
        [
          NamedTensor(view, parameter.firstMoment, suffix: ".exp_avg"),
          NamedTensor(view, parameter.secondMoment, suffix: ".exp_avg_sq"),
          NamedTensor(name: view.name + ".step", shape: [1], values: [Float(parameter.steps)]),
        ]
      }
    }
  }

  /// - Throws: `StateMismatch` if a tensor is missing or has another shape; then nothing is changed.
  package func loadWeights(_ tensors: [String: NamedTensor]) throws(StateMismatch) {
    let targets =
      parameters.flatMap { parameter in parameter.views.map { ($0, parameter.values) } }
      + trunk.stateBuffers.map { ($0.view, $0.values) }
    for (view, _) in targets { _ = try tensors.values(of: view.name, shape: view.shape) }
    for (view, memory) in targets {
      view.scatter(try tensors.values(of: view.name, shape: view.shape), to: memory)
    }
  }

  /// - Throws: `StateMismatch` if a tensor is missing or has another shape, or a step count is none; then nothing is
  ///   changed.
  package func loadOptimizerState(_ tensors: [String: NamedTensor]) throws(StateMismatch) {
    for isLoading in [false, true] {
      for parameter in parameters {
        for view in parameter.views {
          let first = try tensors.values(of: view.name + ".exp_avg", shape: view.shape)
          let second = try tensors.values(of: view.name + ".exp_avg_sq", shape: view.shape)
          let steps = try tensors.values(of: view.name + ".step", shape: [1])
          guard steps[0] >= 0, steps[0] <= Float(1 << 24), steps[0] == steps[0].rounded() else {
            throw StateMismatch(
              description: "tensor '\(view.name).step' is \(steps[0]), expected a number of steps")
          }
          if isLoading {
            view.scatter(first, to: parameter.firstMoment)
            view.scatter(second, to: parameter.secondMoment)
            parameter.steps = Int(steps[0])
          }
        }
      }
    }
  }
}

extension NamedTensor {
  fileprivate init(_ view: ParameterView, _ memory: FloatBuffer, suffix: String = "") {
    self.init(name: view.name + suffix, shape: view.shape, values: view.gather(memory))
  }
}

extension [String: NamedTensor] {
  fileprivate func values(of name: String, shape: [Int]) throws(StateMismatch) -> [Float] {
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
