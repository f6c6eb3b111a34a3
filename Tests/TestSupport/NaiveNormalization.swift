/// Batch normalisation, then the sum with a residual, ReLU and a 2×2, stride 2 max-pool if wanted,
/// one step after the other in Double.
package struct NaiveNormalization: Sendable {
  package var weight: [Double]
  package var bias: [Double]
  package var runningMean: [Double]
  package var runningVariance: [Double]
  package var relu: Bool
  /// nil without pooling; else rows and columns of padding on every side.
  package var poolPadding: Int?
  package let momentum = 0.1
  package let epsilon = 1e-5

  package init(
    weight: [Double], bias: [Double], runningMean: [Double], runningVariance: [Double], relu: Bool,
    poolPadding: Int?
  ) {
    self.weight = weight
    self.bias = bias
    self.runningMean = runningMean
    self.runningVariance = runningVariance
    self.relu = relu
    self.poolPadding = poolPadding
  }

  /// With the statistics of the batch, which also move the running ones: the variance there is
  /// unbiased.
  package mutating func trainingForward(
    _ input: NaiveMap, residual: NaiveMap? = nil
  ) -> NaiveMap {
    let count = Double(input.images * input.height * input.width)
    let (mean, variance) = statistics(input)
    for channel in 0..<input.channels {
      let unbiased = count > 1 ? variance[channel] * count / (count - 1) : variance[channel]
      runningMean[channel] = (1 - momentum) * runningMean[channel] + momentum * mean[channel]
      runningVariance[channel] = (1 - momentum) * runningVariance[channel] + momentum * unbiased
    }
    let affine = scaled(normalized(input, mean, variance))
    return pooled(activated(sum(affine, residual))).output
  }

  /// With the running statistics.
  package func evaluationForward(_ input: NaiveMap, residual: NaiveMap? = nil) -> NaiveMap {
    let affine = scaled(normalized(input, runningMean, runningVariance))
    return pooled(activated(sum(affine, residual))).output
  }

  /// The gradients of input, weight, bias and residual after `trainingForward(input, residual)`.
  package func backward(
    _ outputGradient: NaiveMap, input: NaiveMap, residual: NaiveMap? = nil
  ) -> (input: NaiveMap, weight: [Double], bias: [Double], residual: NaiveMap) {
    let (mean, variance) = statistics(input)
    let standard = normalized(input, mean, variance)
    let affine = sum(scaled(standard), residual)
    let (_, sources) = pooled(activated(affine))

    var gradient = input.zeros
    for (output, source) in sources.enumerated() {
      gradient.values[source] += outputGradient.values[output]
    }
    if relu {
      for index in gradient.values.indices where affine.values[index] <= 0 {
        gradient.values[index] = 0
      }
    }
    var weightGradient = [Double](repeating: 0, count: input.channels)
    var biasGradient = weightGradient
    for index in gradient.values.indices {
      weightGradient[index % input.channels] += gradient.values[index] * standard.values[index]
      biasGradient[index % input.channels] += gradient.values[index]
    }
    let count = Double(input.images * input.height * input.width)
    var inputGradient = input.zeros
    for index in gradient.values.indices {
      let channel = index % input.channels
      let centred =
        gradient.values[index] - biasGradient[channel] / count
        - standard.values[index] * weightGradient[channel] / count
      inputGradient.values[index] =
        weight[channel] / (variance[channel] + epsilon).squareRoot() * centred
    }
    return (inputGradient, weightGradient, biasGradient, gradient)
  }

  /// The largest |γ| / σ of the batch's channels: how much the layer amplifies a difference.
  package func steepestSlope(_ input: NaiveMap) -> Double {
    zip(weight, statistics(input).variance)
      .reduce(0) { max($0, abs($1.0) / ($1.1 + epsilon).squareRoot()) }
  }

  /// Mean and biased variance of each channel over images and pixels.
  private func statistics(_ input: NaiveMap) -> (mean: [Double], variance: [Double]) {
    let count = Double(input.images * input.height * input.width)
    var mean = [Double](repeating: 0, count: input.channels)
    for (index, value) in input.values.enumerated() { mean[index % input.channels] += value }
    mean = mean.map { $0 / count }
    var variance = [Double](repeating: 0, count: input.channels)
    for (index, value) in input.values.enumerated() {
      let deviation = value - mean[index % input.channels]
      variance[index % input.channels] += deviation * deviation / count
    }
    return (mean, variance)
  }

  private func normalized(_ input: NaiveMap, _ mean: [Double], _ variance: [Double]) -> NaiveMap {
    var output = input
    for index in output.values.indices {
      let channel = index % input.channels
      output.values[index] =
        (input.values[index] - mean[channel]) / (variance[channel] + epsilon).squareRoot()
    }
    return output
  }

  private func scaled(_ standard: NaiveMap) -> NaiveMap {
    var output = standard
    for index in output.values.indices {
      let channel = index % standard.channels
      output.values[index] = standard.values[index] * weight[channel] + bias[channel]
    }
    return output
  }

  private func sum(_ affine: NaiveMap, _ residual: NaiveMap?) -> NaiveMap {
    guard let residual else { return affine }
    var output = affine
    for index in output.values.indices { output.values[index] += residual.values[index] }
    return output
  }

  private func activated(_ input: NaiveMap) -> NaiveMap {
    var output = input
    if relu { output.values = input.values.map { $0 > 0 ? $0 : 0 } }
    return output
  }

  /// The pooled map, and for each of its entries the place in `input` that it was taken from: the
  /// first largest.
  private func pooled(_ input: NaiveMap) -> (output: NaiveMap, sources: [Int]) {
    guard let padding = poolPadding else { return (input, Array(input.values.indices)) }
    var output = NaiveMap(
      images: input.images, height: (input.height + 2 * padding) / 2,
      width: (input.width + 2 * padding) / 2, channels: input.channels)
    var sources: [Int] = []
    for image in 0..<output.images {
      for y in 0..<output.height {
        for x in 0..<output.width {
          for channel in 0..<output.channels {
            var window: [Int] = []
            for inputY in 2 * y - padding..<2 * y - padding + 2
            where (0..<input.height).contains(inputY) {
              for inputX in 2 * x - padding..<2 * x - padding + 2
              where (0..<input.width).contains(inputX) {
                window.append(input.index(image, inputY, inputX, channel))
              }
            }
            var largest = window[0]
            for place in window where input.values[place] > input.values[largest] {
              largest = place
            }
            output[image, y, x, channel] = input.values[largest]
            sources.append(largest)
          }
        }
      }
    }
    return (output, sources)
  }
}
