import Kernels
import NeuralNet
import TestSupport
import Testing

/// Convolution in all three directions against its naive twin, with the kernels of every
/// instruction set.
struct ConvolutionTests {
  private static let inputChannels = [1, 2, 3, 5, 8, 16, 17, 33, 50]
  private static let outputChannels = [1, 7, 16, 20, 32, 33, 48, 70]
  private static let images = [1, 11, 12, 13, 25]

  /// Every small geometry; the channels and images go round beside it.
  @Test(arguments: [(1, 1), (3, 3), (5, 5), (2, 3), (5, 1)])
  func everySmallGeometry(kernelHeight: Int, kernelWidth: Int) {
    let contexts =
      InstructionSet.available.map { ComputeContext(instructionSet: $0, threads: 2) }
      + [ComputeContext(threads: 2, arithmetic: .precise)]
    let largestPadding = max(1, max(kernelHeight, kernelWidth) / 2)
    var number = 0
    for stride in 1...2 {
      for padding in 0...largestPadding {
        for dilation in 1...2 {
          let naive = NaiveConvolution(
            kernelHeight: kernelHeight, kernelWidth: kernelWidth, stride: stride,
            padding: padding, dilation: dilation)
          for height in 1...7 {
            for width in 1...5
            where naive.outputExtent(height, kernel: kernelHeight) > 0
              && naive.outputExtent(width, kernel: kernelWidth) > 0
            {
              let small = height * width < 12
              check(
                naive, height: height, width: width,
                images: Self.images[number % 5],
                inputChannels: Self.inputChannels[(number / 5 + number) % (small ? 9 : 7)],
                outputChannels: Self.outputChannels[(number / 9 + number) % (small ? 8 : 6)],
                contexts)
              number += 1
            }
          }
        }
      }
    }
    #expect(number > 100)
  }

  /// Every combination of channels and images at one geometry.
  @Test(arguments: inputChannels) func everyWidth(inputChannels: Int) {
    let contexts = InstructionSet.available.map { ComputeContext(instructionSet: $0, threads: 2) }
    let naive = NaiveConvolution(kernelHeight: 3, kernelWidth: 3, padding: 1)
    for outputChannels in Self.outputChannels {
      for images in Self.images {
        check(
          naive, height: 2, width: 3, images: images, inputChannels: inputChannels,
          outputChannels: outputChannels, contexts)
      }
    }
  }

  /// A sum of 6,400 products, as net6c's last layers have them.
  @Test(arguments: InstructionSet.available)
  func preciseSumsRoundLess(_ instructionSet: InstructionSet) {
    let naive = NaiveConvolution(kernelHeight: 5, kernelWidth: 5)
    let input = NaiveMap(images: 12, height: 5, width: 5, channels: 256, seed: 1)
    let weights = randomValues(16 * 256 * 25, seed: 2)
    let output = naive.forward(input, weights: weights, outputChannels: 16)
    let errors = [Arithmetic.direct, .precise].map { arithmetic in
      let layer = Convolution(
        name: "weight",
        geometry: ConvolutionGeometry(
          inputHeight: 5, inputWidth: 5, kernelHeight: 5, kernelWidth: 5),
        inputChannels: 256, inputStride: 256, outputChannels: 16,
        context: ComputeContext(
          instructionSet: instructionSet, threads: 1, arithmetic: arithmetic))
      layer.weight.load(weights)
      return relativeError(layer.forward(Tensor(input)).naive.values, output.values)
    }
    #expect(errors[1] < 5e-7 && errors[1] < errors[0] / 4, "\(errors)")
  }

  private func check(
    _ naive: NaiveConvolution, height: Int, width: Int, images: Int, inputChannels: Int,
    outputChannels: Int, _ contexts: [ComputeContext]
  ) {
    let input = NaiveMap(
      images: images, height: height, width: width, channels: inputChannels, seed: 1)
    let weights = randomValues(
      outputChannels * inputChannels * naive.kernelHeight * naive.kernelWidth, seed: 2)
    let output = naive.forward(input, weights: weights, outputChannels: outputChannels)
    let outputGradient = NaiveMap(
      images: images, height: output.height, width: output.width, channels: outputChannels, seed: 3)
    let inputGradient = naive.inputGradient(outputGradient, input: input, weights: weights)
    let weightGradient = naive.weightGradient(outputGradient, input: input)

    for (index, context) in contexts.enumerated() {
      // The first layer of a network reads images without padded channels.
      let inputStride = (images + index) % 2 == 0 ? inputChannels : padded(inputChannels)
      let layer = Convolution(
        name: "weight",
        geometry: ConvolutionGeometry(
          inputHeight: height, inputWidth: width, kernelHeight: naive.kernelHeight,
          kernelWidth: naive.kernelWidth, stride: naive.stride, padding: naive.padding,
          dilation: naive.dilation),
        inputChannels: inputChannels, inputStride: inputStride, outputChannels: outputChannels,
        context: context)
      layer.weight.load(weights)
      let comment: Comment =
        "\(context.kernels.name) \(layer.geometry) \(images) × \(inputChannels) → \(outputChannels)"

      let found = layer.forward(Tensor(input, channelStride: inputStride))
      #expect(relativeError(found.naive.values, output.values) <= 1e-5, comment)
      #expect(found.isPaddingZero, comment)
      let gradient = layer.backward(Tensor(outputGradient), needsInputGradient: true)
      #expect(
        relativeError(layer.weight.gradientValues, weightGradient) <= 1e-5, "weights, \(comment)")
      if let gradient {
        #expect(
          relativeError(gradient.naive.values, inputGradient.values) <= 1e-5, "input, \(comment)")
        #expect(gradient.isPaddingZero, comment)
      } else {
        Issue.record("no input gradient, \(comment)")
      }
    }
  }
}
