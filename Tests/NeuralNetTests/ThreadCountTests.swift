import Kernels
@testable import NeuralNet
import TestSupport
import Testing

/// The number of threads leaves no trace in the bits.
struct ThreadCountTests {
  private struct Outcome: Equatable {
    var losses: [Double]
    var bits: [UInt32]
  }

  private func train(_ instructionSet: InstructionSet, threads: Int) -> Outcome {
    let network = tinyNetwork(instructionSet, threads: threads, width: 5)
    let adam = Adam(learningRate: 1e-3)
    // 74 images are 7 blocks, the last one of 2.
    let losses = ["head_A", "head_B", "head_B", "head_A"].enumerated().map { step, head in
      trainingStep(network, tinyImages(pairs: 37, seed: UInt64(10 * step)), head: head, adam)
    }
    let tensors = network.weights + adam.state(of: network.parameters)
    return Outcome(losses: losses, bits: tensors.flatMap { $0.values.map(\.bitPattern) })
  }

  @Test(arguments: InstructionSet.available)
  func sameBitsAtAnyThreadCount(_ instructionSet: InstructionSet) {
    let expected = train(instructionSet, threads: 1)
    #expect(expected.losses.allSatisfy { $0.isFinite })
    for threads in [2, 3, 5] {
      let outcome = train(instructionSet, threads: threads)
      #expect(outcome.losses == expected.losses, "\(threads) threads")
      // As one Bool: a failure would print every number otherwise.
      let isSame = outcome.bits == expected.bits
      #expect(isSame, "\(threads) threads")
    }
  }
}

/// One block of images alone is shared out by rows.
extension ThreadCountTests {
  @Test(arguments: InstructionSet.available, BatchNormalizationTests.cases)
  func normalizationOfOneBlock(
    _ instructionSet: InstructionSet, _ test: BatchNormalizationTests.Case
  ) {
    let input = NaiveMap(images: 7, height: 13, width: 9, channels: 20, seed: 1)
    func bits(_ threads: Int) -> [UInt32] {
      let layer = BatchNormalization(
        name: "norm", channels: 20, relu: test.relu, poolPadding: test.poolPadding,
        context: ComputeContext(instructionSet: instructionSet, threads: threads))
      let output = layer.forward(
        Tensor(input), residual: test.residual(for: input).map { Tensor($0) }, .training)
      let gradient = Tensor(output.shape)
      gradient.pointer.update(from: output.pointer, count: output.shape.count)
      let inputGradient = layer.backward(gradient)
      return [output, gradient, inputGradient].flatMap { tensor in
        (0..<tensor.shape.count).map { tensor.pointer[$0].bitPattern }
      } + (0..<20).map { layer.weight.gradient[$0].bitPattern }
    }
    let expected = bits(1)
    for threads in [2, 3, 5] {
      let isSame = bits(threads) == expected
      #expect(isSame, "\(threads) threads")
    }
  }
}

/// Few threads take panels of output channels each, many threads a stage each; neither shows.
extension ThreadCountTests {
  @Test(arguments: InstructionSet.available)
  func winogradWithManyWeights(_ instructionSet: InstructionSet) {
    // 256 × 128 channels at 7 × 7 points: 6 MB of transformed weights, 4 panels forward, 8 back.
    let geometry = ConvolutionGeometry(
      inputHeight: 9, inputWidth: 9, kernelHeight: 3, kernelWidth: 3, padding: 1)
    let input = NaiveMap(images: 13, height: 9, width: 9, channels: 256, seed: 1)
    let outputGradient = NaiveMap(images: 13, height: 9, width: 9, channels: 128, seed: 2)
    let weights = randomValues(128 * 256 * 9, seed: 3)
    func bits(_ threads: Int) -> [UInt64] {
      let layer = Convolution(
        name: "weight", geometry: geometry, inputChannels: 256, outputChannels: 128,
        context: ComputeContext(instructionSet: instructionSet, threads: threads))
      layer.weight.load(weights)
      let statistics = FloatBuffer(count: layer.statisticsUnits(Tensor(input).shape) * 2 * 128)
      let output = layer.forward(Tensor(input), statistics: statistics).naive.values
      let inputGradient = layer.backward(Tensor(outputGradient), needsInputGradient: true)
      let sums = (0..<statistics.count).map { Double(statistics[$0]) }
      return (output + sums + (inputGradient?.naive.values ?? []) + layer.weight.gradientValues)
        .map(\.bitPattern)
    }
    let expected = bits(1)
    #expect(expected.contains { $0 != 0 })
    for threads in [2, 3, 8] {
      let isSame = bits(threads) == expected
      #expect(isSame, "\(threads) threads")
    }
  }
}
