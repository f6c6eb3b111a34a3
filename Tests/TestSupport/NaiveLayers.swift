import Foundation

/// A linear layer y = W x + b in Double; `weights` are `[outputs, inputs]`.
package struct NaiveLinear: Sendable {
  package var weights: [Double]
  package var bias: [Double]

  package init(weights: [Double], bias: [Double]) {
    self.weights = weights
    self.bias = bias
  }

  /// The outputs of one row of inputs.
  package func forward(_ input: [Double]) -> [Double] {
    bias.indices.map { output in
      input.indices.reduce(bias[output]) {
        $0 + weights[output * input.count + $1] * input[$1]
      }
    }
  }

  /// The gradients that one row of inputs and its outputs' gradient contribute.
  package func backward(
    _ outputGradient: [Double], input: [Double]
  ) -> (input: [Double], weights: [Double], bias: [Double]) {
    let inputGradient = input.indices.map { index in
      bias.indices.reduce(0.0) {
        $0 + outputGradient[$1] * weights[$1 * input.count + index]
      }
    }
    let weightGradient = bias.indices.flatMap { output in
      input.map { $0 * outputGradient[output] }
    }
    return (inputGradient, weightGradient, outputGradient)
  }
}

/// e^x_c / Σ e^x_k
package func naiveSoftmax(_ logits: [Double]) -> [Double] {
  let largest = logits.max() ?? 0
  let exponentials = logits.map { exp($0 - largest) }
  let sum = exponentials.reduce(0, +)
  return exponentials.map { $0 / sum }
}

/// The logits' gradient, through the whole Jacobian: dp_k/dx_c = p_k (δ_kc − p_c).
package func naiveSoftmaxGradient(logits: [Double], gradient: [Double]) -> [Double] {
  let probabilities = naiveSoftmax(logits)
  return logits.indices.map { c in
    logits.indices.reduce(0.0) { sum, k in
      sum + gradient[k] * probabilities[k] * ((k == c ? 1 : 0) - probabilities[c])
    }
  }
}

/// Adam as in algorithm 1 of Kingma, Ba 2015, in Double.
package struct NaiveAdam: Sendable {
  package var learningRate: Double
  package var values: [Double]
  package private(set) var firstMoment: [Double]
  package private(set) var secondMoment: [Double]
  package private(set) var steps = 0

  package init(learningRate: Double, values: [Double]) {
    self.learningRate = learningRate
    self.values = values
    firstMoment = Array(repeating: 0, count: values.count)
    secondMoment = firstMoment
  }

  package mutating func step(_ gradient: [Double]) {
    steps += 1
    for index in values.indices {
      let slope = gradient[index]
      firstMoment[index] = 0.9 * firstMoment[index] + 0.1 * slope
      secondMoment[index] = 0.999 * secondMoment[index] + 0.001 * slope * slope
      let first = firstMoment[index] / (1 - pow(0.9, Double(steps)))
      let second = secondMoment[index] / (1 - pow(0.999, Double(steps)))
      values[index] -= learningRate * first / (second.squareRoot() + 1e-8)
    }
  }
}
