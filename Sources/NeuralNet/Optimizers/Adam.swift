import Foundation
import Kernels
import Snapshots

/// Adam (Kingma, Ba 2015) without weight decay, PyTorch's defaults.
package final class Adam: Optimizer {
  package var learningRate: Double
  package let beta1 = 0.9
  package let beta2 = 0.999
  package let epsilon = 1e-8

  /// Running means of a parameter's gradient and of its square, in the parameter's layout, and the
  /// updates so far.
  package struct Moments {
    package let first: FloatBuffer
    package let second: FloatBuffer
    package var steps = 0
  }
  private var moments: [ObjectIdentifier: Moments] = [:]

  package init(learningRate: Double) { self.learningRate = learningRate }

  /// nil before the parameter's first update.
  package func moments(of parameter: Parameter) -> Moments? {
    moments[ObjectIdentifier(parameter)]
  }

  package func update(
    _ parameters: [Parameter], rateScale: Double, in context: ComputeContext
  ) {
    let count = parameters.reduce(0) { $0 + $1.values.count }
    context.measure("Adam", .optimizer, bytes: 28 * Double(count)) {
      for parameter in parameters { update(parameter, rateScale * learningRate, context) }
    }
  }

  private func update(_ parameter: Parameter, _ rate: Double, _ context: ComputeContext) {
    var moments = moments(of: parameter) ?? Self.start(of: parameter)
    moments.steps += 1
    self.moments[ObjectIdentifier(parameter)] = moments
    let arguments = AdamArguments(
      stepSize: Float(rate / (1 - pow(beta1, Double(moments.steps)))),
      secondMomentCorrection: Float((1 - pow(beta2, Double(moments.steps))).squareRoot()),
      beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon))
    let count = parameter.values.count
    let unit = 1 << 16
    let (first, second) = (moments.first, moments.second)
    context.pool.forEach((count + unit - 1) / unit) { index in
      let place = index * unit
      context.kernels.adam(
        arguments, min(unit, count - place), parameter.values.pointer + place,
        parameter.gradient.pointer + place, first.pointer + place, second.pointer + place)
    }
  }

  /// Forgets the direction of one tensor's updates, the running mean of its gradient. That of the
  /// square stays: from zero it would take the first updates for several times the learning rate,
  /// since the parameter's number of updates is no longer small.
  package func forget(_ view: ParameterView, of parameter: Parameter) {
    guard let moments = moments(of: parameter) else { return }
    view.scatter([Float](repeating: 0, count: view.count), to: moments.first)
  }

  private static func start(of parameter: Parameter) -> Moments {
    let count = parameter.values.count
    return Moments(first: FloatBuffer(count: count), second: FloatBuffer(count: count))
  }

  /// Under each tensor's name with `.exp_avg`, `.exp_avg_sq` and `.step`; zeros before the first
  /// update.
  package func state(of parameters: [Parameter]) -> [NamedTensor] {
    parameters.flatMap { parameter in
      let moments = moments(of: parameter) ?? Self.start(of: parameter)
      return parameter.views.flatMap { view in
        [
          NamedTensor(view, moments.first, suffix: ".exp_avg"),
          NamedTensor(view, moments.second, suffix: ".exp_avg_sq"),
          NamedTensor(name: view.name + ".step", shape: [1], values: [Float(moments.steps)]),
        ]
      }
    }
  }

  package func load(
    _ tensors: [String: NamedTensor], for parameters: [Parameter]
  ) throws(StateMismatch) {
    var loaded: [ObjectIdentifier: Moments] = [:]
    for parameter in parameters {
      var moments = Self.start(of: parameter)
      for view in parameter.views {
        let steps = try tensors.values(of: view.name + ".step", shape: [1])[0]
        guard steps >= 0, steps <= Float(1 << 24), steps == steps.rounded() else {
          throw StateMismatch(
            description: "tensor '\(view.name).step' is \(steps), expected a number of steps")
        }
        moments.steps = Int(steps)
        view.scatter(
          try tensors.values(of: view.name + ".exp_avg", shape: view.shape), to: moments.first)
        view.scatter(
          try tensors.values(of: view.name + ".exp_avg_sq", shape: view.shape), to: moments.second)
      }
      loaded[ObjectIdentifier(parameter)] = moments
    }
    self.moments.merge(loaded) { _, new in new }
  }
}
