import Foundation
import Kernels

/// Adam (Kingma, Ba 2015) without weight decay, PyTorch's defaults.
package struct Adam: Sendable {
  package var learningRate: Double
  package var beta1 = 0.9
  package var beta2 = 0.999
  package var epsilon = 1e-8

  package init(learningRate: Double) { self.learningRate = learningRate }

  /// Updates these parameters from their gradients; others keep their values, moments and step counts.
  package func update(_ parameters: [Parameter], in context: ComputeContext) {
    let count = parameters.reduce(0) { $0 + $1.values.count }
    context.measure("Adam", .optimizer, bytes: 28 * Double(count)) { apply(parameters, context) }
  }

  private func apply(_ parameters: [Parameter], _ context: ComputeContext) {
    for parameter in parameters {
      parameter.steps += 1
      let arguments = AdamArguments(
        stepSize: Float(learningRate / (1 - pow(beta1, Double(parameter.steps)))),
        secondMomentCorrection: Float((1 - pow(beta2, Double(parameter.steps))).squareRoot()),
        beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon))
      let count = parameter.values.count
      let unit = 1 << 16
      context.pool.forEach((count + unit - 1) / unit) { index in
        let first = index * unit
        context.kernels.adam(
          arguments, min(unit, count - first), parameter.values.pointer + first,
          parameter.gradient.pointer + first, parameter.firstMoment.pointer + first,
          parameter.secondMoment.pointer + first)
      }
    }
  }
}
