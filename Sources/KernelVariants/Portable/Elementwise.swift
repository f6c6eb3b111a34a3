import KernelInterface

/// One Adam step (Kingma, Ba 2015): reads the gradient, updates both moments and the values in one
/// pass.
func adam(
  _ arguments: AdamArguments, _ count: Int, _ values: UnsafeMutablePointer<Float>,
  _ gradient: UnsafePointer<Float>, _ firstMoment: UnsafeMutablePointer<Float>,
  _ secondMoment: UnsafeMutablePointer<Float>
) {
  let beta1 = arguments.beta1
  let beta2 = arguments.beta2
  for index in 0..<count {
    let g = gradient[index]
    let first = beta1 * firstMoment[index] + (1 - beta1) * g
    let second = beta2 * secondMoment[index] + (1 - beta2) * g * g
    firstMoment[index] = first
    secondMoment[index] = second
    let root = second.squareRoot() / arguments.secondMomentCorrection + arguments.epsilon
    values[index] -= arguments.stepSize * first / root
  }
}

/// destination[i] += source[i]
func add(
  _ count: Int, _ source: UnsafePointer<Float>, _ destination: UnsafeMutablePointer<Float>
) {
  for index in 0..<count { destination[index] += source[index] }
}
