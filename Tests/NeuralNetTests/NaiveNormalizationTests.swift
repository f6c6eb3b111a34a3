import TestSupport
import Testing

/// The naive twins themselves against finite differences in Double, where ReLU and max-pool are
/// easy to differentiate.
struct NaiveNormalizationTests {
  @Test(arguments: BatchNormalizationTests.cases)
  func normalization(_ test: BatchNormalizationTests.Case) {
    let input = NaiveMap(images: 2, height: 3, width: 4, channels: 3, seed: 1)
    var naive = NaiveNormalization(
      weight: [0.7, -1.2, 0.4], bias: [0.1, -0.2, 0.3], runningMean: [0, 0, 0],
      runningVariance: [1, 1, 1], relu: test.relu, poolPadding: test.poolPadding)
    let residual = test.residual(for: input)
    let output = naive.trainingForward(input, residual: residual)
    let factors = randomValues(output.values.count, seed: 2)
    var outputGradient = output.zeros
    outputGradient.values = factors
    let gradients = naive.backward(outputGradient, input: input, residual: residual)
    func loss(_ values: [Double], _ weight: [Double], _ bias: [Double]) -> Double {
      var (map, layer) = (input, naive)
      map.values = values
      layer.weight = weight
      layer.bias = bias
      let output = layer.trainingForward(map, residual: residual)
      return zip(factors, output.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let slopes = finiteDifferenceGradient(at: input.values, step: 1e-6) {
      loss($0, naive.weight, naive.bias)
    }
    #expect(relativeError(gradients.input.values, slopes) <= 1e-6)
    let weightSlopes = finiteDifferenceGradient(at: naive.weight, step: 1e-6) {
      loss(input.values, $0, naive.bias)
    }
    #expect(relativeError(gradients.weight, weightSlopes) <= 1e-6)
    let biasSlopes = finiteDifferenceGradient(at: naive.bias, step: 1e-6) {
      loss(input.values, naive.weight, $0)
    }
    #expect(relativeError(gradients.bias, biasSlopes) <= 1e-6)
    guard let residual else { return }
    let residualSlopes = finiteDifferenceGradient(at: residual.values, step: 1e-6) { values in
      var (map, layer) = (residual, naive)
      map.values = values
      let output = layer.trainingForward(input, residual: map)
      return zip(factors, output.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(relativeError(gradients.residual.values, residualSlopes) <= 1e-6)
  }

  @Test func convolution() {
    let naive = NaiveConvolution(
      kernelHeight: 3, kernelWidth: 2, stride: 2, padding: 1, dilation: 2)
    let input = NaiveMap(images: 2, height: 5, width: 4, channels: 2, seed: 1)
    let weights = randomValues(3 * 2 * 6, seed: 2)
    let output = naive.forward(input, weights: weights, outputChannels: 3)
    var outputGradient = output.zeros
    outputGradient.values = randomValues(output.values.count, seed: 3)
    func loss(_ values: [Double], _ weights: [Double]) -> Double {
      var map = input
      map.values = values
      let output = naive.forward(map, weights: weights, outputChannels: 3)
      return zip(outputGradient.values, output.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let slopes = finiteDifferenceGradient(at: input.values, step: 0.5) { loss($0, weights) }
    let inputGradient = naive.inputGradient(outputGradient, input: input, weights: weights)
    #expect(relativeError(inputGradient.values, slopes) <= 1e-12)
    let weightSlopes = finiteDifferenceGradient(at: weights, step: 0.5) { loss(input.values, $0) }
    let weightGradient = naive.weightGradient(outputGradient, input: input)
    #expect(relativeError(weightGradient, weightSlopes) <= 1e-12)
  }
}
