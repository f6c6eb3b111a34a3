/// A central finite difference: how a function changes between two points, and the way from one to
/// the other.
package struct CentralDifference: Sendable {
  /// f(x + h d) − f(x − h d)
  package let change: Double
  /// (x + h d) − (x − h d), as the rounded points really lie.
  package let displacement: [Double]

  /// Evaluates `function` at both points around `point`, `step` times `direction` away.
  package init<Scalar: BinaryFloatingPoint>(
    at point: [Scalar], along direction: [Double], step: Double, of function: ([Scalar]) -> Double
  ) {
    let above = zip(point, direction).map { $0 + Scalar(step * $1) }
    let below = zip(point, direction).map { $0 - Scalar(step * $1) }
    change = function(above) - function(below)
    displacement = zip(above, below).map { Double($0) - Double($1) }
  }

  /// The change that a gradient promises to first order.
  package func predictedChange(_ gradient: [Double]) -> Double {
    zip(gradient, displacement).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// |promised − found| relative to what a step of this size along the whole gradient would change.
  ///
  /// Along the gradient itself it is the plain relative error; along a direction in which nearly
  /// nothing changes it does not blow up.
  package func relativeError(_ gradient: [Double]) -> Double {
    let length = displacement.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let slope = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return abs(predictedChange(gradient) - change) / (length * slope)
  }
}

/// Slopes of `function` at `point` along every axis, by central differences of ± `step`.
package func finiteDifferenceGradient<Scalar: BinaryFloatingPoint>(
  at point: [Scalar], step: Double, of function: ([Scalar]) -> Double
) -> [Double] {
  point.indices.map { index in
    var axis = [Double](repeating: 0, count: point.count)
    axis[index] = 1
    let difference = CentralDifference(at: point, along: axis, step: step, of: function)
    return difference.change / difference.displacement[index]
  }
}

/// The directions worth trying against a gradient: along it, and a few of random signs.
package func checkDirections(_ gradient: [Double], seed: UInt64, count: Int = 3) -> [[Double]] {
  let slope = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
  let even = 1 / Double(gradient.count).squareRoot()
  let random = (0..<count).map { index in
    randomValues(gradient.count, seed: seed + UInt64(index)).map { $0 < 0 ? -even : even }
  }
  return [gradient.map { $0 / slope }] + random
}
