import Kernels
import NeuralNet
import TestSupport
import Testing

/// Batch-norm, ReLU and max-pool in both directions against their naive twin.
struct BatchNormalizationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var relu: Bool
    var poolPadding: Int?
    var hasResidual = false

    var testDescription: String {
      "relu \(relu), pool \(poolPadding.map(String.init) ?? "none"), residual \(hasResidual)"
    }

    func residual(for input: NaiveMap) -> NaiveMap? {
      hasResidual
        ? NaiveMap(
          images: input.images, height: input.height, width: input.width,
          channels: input.channels, seed: 100) : nil
    }
  }

  static let cases = [true, false].flatMap { relu in
    [nil, 0, 1].map { Case(relu: relu, poolPadding: $0) }
      + [Case(relu: relu, poolPadding: nil, hasResidual: true)]
  }

  @Test(arguments: cases) func everySmallShape(_ test: Case) {
    let contexts = InstructionSet.available.map { ComputeContext(instructionSet: $0, threads: 2) }
    let channelCounts = [1, 5, 16, 17, 33, 48]
    var number = 0
    for images in [1, 2, 11, 12, 13, 25] {
      for height in 1...5 {
        for width in 1...4 where test.poolPadding != 0 || min(height, width) >= 2 {
          // Two values a channel at least: of a single one batch-norm makes zero.
          if images * height * width < 2 { continue }
          check(
            test,
            NaiveMap(
              images: images, height: height, width: width,
              channels: channelCounts[number % channelCounts.count], seed: UInt64(number)),
            contexts)
          number += 1
        }
      }
    }
    #expect(number > 50)
  }

  private func check(_ test: Case, _ input: NaiveMap, _ contexts: [ComputeContext]) {
    let channels = input.channels
    var naive = NaiveNormalization(
      weight: randomValues(channels, seed: 1), bias: randomValues(channels, seed: 2),
      runningMean: randomValues(channels, seed: 3),
      runningVariance: randomValues(channels, seed: 4).map { $0 + 1.5 }, relu: test.relu,
      poolPadding: test.poolPadding)
    let before = naive
    let residual = test.residual(for: input)
    let output = naive.trainingForward(input, residual: residual)
    let outputGradient = NaiveMap(
      images: output.images, height: output.height, width: output.width, channels: channels,
      seed: 5)
    let gradients = naive.backward(outputGradient, input: input, residual: residual)
    let evaluation = naive.evaluationForward(input, residual: residual)

    for context in contexts {
      let layer = BatchNormalization(before, context: context)
      let comment: Comment =
        "\(context.kernels.name), \(input.images) × \(input.height) × \(input.width) × \(channels)"
      let residualTensor = residual.map { Tensor($0) }
      let found = layer.forward(Tensor(input), residual: residualTensor, .training)
      #expect(relativeError(found.naive.values, output.values) <= 2e-5, comment)
      #expect(found.isPaddingZero, comment)

      if residual == nil {
        found.buffer.clear()
        layer.recomputeOutput()
        #expect(relativeError(found.naive.values, output.values) <= 2e-5, comment)
      }
      let gradientTensor = Tensor(outputGradient)
      let gradient = layer.backward(gradientTensor)
      if residual != nil {
        #expect(gradientTensor.naive == gradients.residual, comment)
        #expect(gradientTensor.isPaddingZero, comment)
      }
      // Two values a channel cancel almost wholly, so the input's gradient is held against what
      // cancels.
      let scale = zip(gradient.naive.values, gradients.input.values).reduce(0.0) {
        $0 >= abs($1.0 - $1.1) ? $0 : abs($1.0 - $1.1)
      }
      let steepest = naive.steepestSlope(input) * gradients.bias.map(abs).reduce(1, max)
      #expect(scale <= 1e-5 * steepest, comment)
      #expect(gradient.isPaddingZero, comment)
      #expect(relativeError(layer.weight.gradientValues, gradients.weight) <= 5e-5, comment)
      #expect(relativeError(layer.bias.gradientValues, gradients.bias) <= 1e-5, comment)

      let mean = layer.runningMean.view.gather(layer.runningMean.values).map(Double.init)
      let variance = layer.runningVariance.view.gather(layer.runningVariance.values)
        .map(Double.init)
      #expect(relativeError(mean, naive.runningMean) <= 1e-6, comment)
      #expect(relativeError(variance, naive.runningVariance) <= 1e-6, comment)

      // The sum may take the residual's place.
      let evaluated = layer.forward(
        Tensor(input), residual: residualTensor, into: residualTensor, .evaluation)
      #expect(relativeError(evaluated.naive.values, evaluation.values) <= 1e-5, comment)
      #expect(evaluated.isPaddingZero, comment)
      #expect(layer.runningMean.view.gather(layer.runningMean.values).map(Double.init) == mean)
    }
  }

  /// As PyTorch: momentum 0.1, and the variance of the running statistics is the unbiased one.
  @Test(arguments: InstructionSet.available)
  func runningStatistics(_ instructionSet: InstructionSet) {
    let context = ComputeContext(instructionSet: instructionSet, threads: 1)
    let layer = BatchNormalization(name: "norm", channels: 1, relu: false, context: context)
    var input = NaiveMap(images: 2, height: 1, width: 2, channels: 1)
    input.values = [1, 2, 3, 6]
    _ = layer.forward(Tensor(input), .training)
    // Mean 3, Σ(x − 3)² = 14, over 4 − 1.
    #expect(abs(layer.runningMean.values[0] - 0.3) <= 1e-6)
    #expect(abs(layer.runningVariance.values[0] - (0.9 + 0.1 * 14 / 3)) <= 1e-6)
    _ = layer.forward(Tensor(input), .training)
    #expect(abs(layer.runningMean.values[0] - 0.57) <= 1e-6)
  }

  /// A map that ends in NaN must not look healthy after ReLU and pooling.
  @Test(arguments: InstructionSet.available, cases)
  func notANumberStays(_ instructionSet: InstructionSet, _ test: Case) {
    let context = ComputeContext(instructionSet: instructionSet, threads: 1)
    let layer = BatchNormalization(
      name: "norm", channels: 3, relu: test.relu, poolPadding: test.poolPadding, context: context)
    for place in 0..<4 {
      var input = NaiveMap(images: 1, height: 2, width: 2, channels: 3, seed: 1)
      input[0, place / 2, place % 2, 1] = .nan
      for mode in [Mode.evaluation, .training] {
        let output = layer.forward(Tensor(input), mode).naive
        let hasNaN = (0..<3).map { channel in
          stride(from: channel, to: output.values.count, by: 3).contains {
            output.values[$0].isNaN
          }
        }
        #expect(hasNaN == [false, true, false], "\(place) \(mode)")
        // Training moved the running statistics of the channel to NaN; start afresh.
        layer.runningMean.values[1] = 0
        layer.runningVariance.values[1] = 1
      }
    }
  }

  @Test(arguments: InstructionSet.available, [false, true])
  func finiteDifferences(_ instructionSet: InstructionSet, hasResidual: Bool) {
    let context = ComputeContext(instructionSet: instructionSet, threads: 2)
    let input = NaiveMap(images: 13, height: 2, width: 3, channels: 5, seed: 6)
    let naive = NaiveNormalization(
      weight: randomValues(5, seed: 1), bias: randomValues(5, seed: 2),
      runningMean: [0, 0, 0, 0, 0], runningVariance: [1, 1, 1, 1, 1], relu: false,
      poolPadding: nil)
    let factors = randomValues(input.values.count, seed: 7)
    let residual = Case(relu: false, hasResidual: hasResidual).residual(for: input)
    let residualTensor = residual.map { Tensor($0) }
    let layer = BatchNormalization(naive, context: context)
    /// Σ factor · output², a smooth function of input, weight and bias.
    func loss(_ input: [Double], _ weight: [Double], _ bias: [Double]) -> Double {
      var map = NaiveMap(images: 13, height: 2, width: 3, channels: 5)
      map.values = input
      layer.weight.load(weight)
      layer.bias.load(bias)
      let output = layer.forward(Tensor(map), residual: residualTensor, .training).naive
      return zip(factors, output.values).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
    }
    _ = loss(input.values, naive.weight, naive.bias)
    var gradient = layer.forward(Tensor(input), residual: residualTensor, .training).naive
    for index in gradient.values.indices { gradient.values[index] *= 2 * factors[index] }
    let inputGradient = layer.backward(Tensor(gradient)).naive.values
    let (weightGradient, biasGradient) = (layer.weight.gradientValues, layer.bias.gradientValues)

    for direction in checkDirections(inputGradient, seed: 8) {
      let difference = CentralDifference(at: input.values, along: direction, step: 0x1p-5) {
        loss($0, naive.weight, naive.bias)
      }
      #expect(difference.relativeError(inputGradient) <= 2e-3)
    }
    for direction in checkDirections(weightGradient, seed: 9) {
      let difference = CentralDifference(at: naive.weight, along: direction, step: 0x1p-5) {
        loss(input.values, $0, naive.bias)
      }
      #expect(difference.relativeError(weightGradient) <= 1e-4)
    }
    for direction in checkDirections(biasGradient, seed: 10) {
      let difference = CentralDifference(at: naive.bias, along: direction, step: 0x1p-5) {
        loss(input.values, naive.weight, $0)
      }
      #expect(difference.relativeError(biasGradient) <= 1e-4)
    }
  }
}

extension BatchNormalization {
  /// A layer in the state of its twin.
  convenience init(_ naive: NaiveNormalization, context: ComputeContext) {
    self.init(
      name: "norm", channels: naive.weight.count, relu: naive.relu,
      poolPadding: naive.poolPadding, context: context)
    weight.load(naive.weight)
    bias.load(naive.bias)
    for channel in naive.weight.indices {
      runningMean.values[channel] = Float(naive.runningMean[channel])
      runningVariance.values[channel] = Float(naive.runningVariance[channel])
    }
  }
}
