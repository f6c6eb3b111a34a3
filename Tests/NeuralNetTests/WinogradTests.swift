import Kernels
@testable import NeuralNet
import TestSupport
import Testing

/// Winograd's algorithms: close to Double as Float kernels, the choice between them.
struct WinogradTests {
  /// Each as a map size at which it is chosen: F(3, 3), F(5, 3), F(6, 3), F(8, 3), whole 3×3 maps, F(3, 5), F(4, 5), F(6, 5).
  struct Case: Sendable, CustomStringConvertible {
    var kernel: Int
    var size: Int
    var points: Int
    var outputs: Int
    var dilation = 1
    var padding: Int
    var description: String { "F(\(outputs), \(kernel)) on \(size)×\(size), dilation \(dilation)" }

    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(
        inputHeight: size, inputWidth: size, kernelHeight: kernel, kernelWidth: kernel,
        padding: padding, dilation: dilation)
    }
  }

  static let cases = [
    Case(kernel: 3, size: 3, points: 4, outputs: 3, padding: 1),
    Case(kernel: 3, size: 5, points: 5, outputs: 3, padding: 0),
    Case(kernel: 3, size: 9, points: 7, outputs: 5, padding: 1),
    Case(kernel: 3, size: 17, points: 8, outputs: 6, padding: 1),
    Case(kernel: 3, size: 34, points: 10, outputs: 8, dilation: 2, padding: 1),
    Case(kernel: 5, size: 3, points: 5, outputs: 3, padding: 2),
    Case(kernel: 5, size: 7, points: 7, outputs: 3, padding: 0),
    Case(kernel: 5, size: 8, points: 8, outputs: 4, padding: 2),
    Case(kernel: 5, size: 12, points: 10, outputs: 6, padding: 2),
    Case(kernel: 5, size: 12, points: 8, outputs: 4, dilation: 2, padding: 2),
  ]

  @Test(arguments: cases) func choosesTheTileThatSuitsTheMap(_ example: Case) throws {
    let tiling = try #require(
      WinogradTiling(example.geometry, inputChannels: 256, outputChannels: 128))
    #expect(tiling.algorithm.points == example.points)
    #expect(tiling.algorithm.outputs == example.outputs)
    // Every output pixel in exactly one tile.
    let (height, width) = (example.geometry.outputHeight, example.geometry.outputWidth)
    var covered = [Int](repeating: 0, count: height * width)
    for tile in tiling.tiles {
      for y in 0..<tiling.algorithm.outputs {
        for x in 0..<tiling.algorithm.outputs {
          let row = tile.outputRow + y * tiling.outputStep
          let column = tile.outputColumn + x * tiling.outputStep
          if (0..<height).contains(row) && (0..<width).contains(column) {
            covered[row * width + column] += 1
          }
        }
      }
    }
    #expect(covered.allSatisfy { $0 == 1 })
  }

  @Test func leavesTheRestToDirectConvolution() {
    let strided = ConvolutionGeometry(
      inputHeight: 17, inputWidth: 17, kernelHeight: 3, kernelWidth: 3, stride: 2, padding: 1)
    let pointwise = ConvolutionGeometry(
      inputHeight: 17, inputWidth: 17, kernelHeight: 1, kernelWidth: 1)
    let oblong = ConvolutionGeometry(
      inputHeight: 17, inputWidth: 17, kernelHeight: 3, kernelWidth: 5, padding: 1)
    let tiny = ConvolutionGeometry(
      inputHeight: 1, inputWidth: 1, kernelHeight: 3, kernelWidth: 3, padding: 1)
    for geometry in [strided, pointwise, oblong, tiny] {
      #expect(WinogradTiling(geometry, inputChannels: 256, outputChannels: 256) == nil)
    }
  }

  /// The transforms grow with the channels, the products that they save with their square.
  @Test func leavesFewChannelsToDirectConvolution() {
    let geometry = ConvolutionGeometry(
      inputHeight: 17, inputWidth: 17, kernelHeight: 3, kernelWidth: 3, padding: 1)
    #expect(WinogradTiling(geometry, inputChannels: 8, outputChannels: 8) == nil)
    #expect(WinogradTiling(geometry, inputChannels: 64, outputChannels: 64) != nil)
  }

  /// Ten points are the least exact.
  @Test(arguments: [(kernel: 5, few: (16, 32), many: (32, 64)), (3, (64, 64), (64, 128))])
  func leavesTenPointsToManyChannels(
    _ example: (kernel: Int, few: (Int, Int), many: (Int, Int))
  ) {
    let geometry = ConvolutionGeometry(
      inputHeight: 16, inputWidth: 16, kernelHeight: example.kernel, kernelWidth: example.kernel,
      padding: example.kernel / 2)
    func points(_ channels: (Int, Int)) -> Int? {
      WinogradTiling(
        geometry, inputChannels: channels.0, outputChannels: channels.1)?.algorithm.points
    }
    #expect(points(example.few) == 8)
    #expect(points(example.many) == 10)
  }

  /// The bounds that are stated in PERFORMANCE.md, of the largest entry against Double, with as many channels as the
  /// networks have and inputs as after a ReLU. Direct convolution stays below 1e-6, as four points do.
  private func bound(points: Int) -> Double {
    switch points {
    case 4: 1e-6
    case 10: 2e-4
    default: 2e-5
    }
  }

  @Test(arguments: cases) func errorAgainstDouble(_ example: Case) {
    let (channels, outputChannels, images) = (256, 128, 1)
    var input = NaiveMap(
      images: images, height: example.size, width: example.size, channels: channels, seed: 1)
    input.values = input.values.map { max(0, $0) }
    let naive = NaiveConvolution(
      kernelHeight: example.kernel, kernelWidth: example.kernel, padding: example.padding,
      dilation: example.dilation)
    let weights = randomValues(
      outputChannels * channels * example.kernel * example.kernel, seed: 2)
    let output = naive.forward(input, weights: weights, outputChannels: outputChannels)
    let outputMoments = (0..<2 * outputChannels).map { index in
      stride(from: index % outputChannels, to: output.values.count, by: outputChannels)
        .reduce(0.0) { sum, place in
          let value = output.values[place]
          return sum + (index < outputChannels ? value : value * value)
        }
    }
    let outputGradient = NaiveMap(
      images: images, height: output.height, width: output.width, channels: outputChannels, seed: 3)
    let inputGradient = naive.inputGradient(outputGradient, input: input, weights: weights)
    let weightGradient = naive.weightGradient(outputGradient, input: input)

    // The input gradient is a convolution of its own, on maps of another size.
    let gradientTiling = example.geometry.inputGradient.flatMap {
      WinogradTiling($0, inputChannels: outputChannels, outputChannels: channels)
    }
    let bound = bound(points: example.points)
    let gradientBound = self.bound(points: gradientTiling?.algorithm.points ?? example.points)
    for instructionSet in InstructionSet.available {
      let layer = Convolution(
        name: "weight", geometry: example.geometry, inputChannels: channels,
        outputChannels: outputChannels,
        context: ComputeContext(instructionSet: instructionSet, threads: 2))
      layer.weight.load(weights)
      let comment: Comment = "\(example), \(instructionSet)"
      let found = layer.forward(Tensor(input))
      #expect(relativeError(found.naive.values, output.values) <= bound, comment)
      let gradient = layer.backward(Tensor(outputGradient), needsInputGradient: true)
      #expect(
        relativeError(gradient?.naive.values ?? [], inputGradient.values) <= gradientBound, comment)
      #expect(relativeError(layer.weight.gradientValues, weightGradient) <= bound, comment)

      // The sums that batch-norm wants, of all units together.
      let units = layer.momentUnits(Tensor(input).shape)
      let moments = FloatBuffer(count: units * 2 * outputChannels)
      _ = layer.forward(Tensor(input), moments: moments)
      var sums = [Double](repeating: 0, count: 2 * outputChannels)
      for index in 0..<moments.count { sums[index % sums.count] += Double(moments[index]) }
      #expect(relativeError(sums, outputMoments) <= bound, comment)

      // Added to what is there.
      let start = NaiveMap(
        images: images, height: example.size, width: example.size, channels: channels, seed: 4)
      let sum = Tensor(start)
      layer.backward(Tensor(outputGradient), accumulatingInto: sum)
      let expected = zip(start.values, inputGradient.values).map { $0 + $1 }
      #expect(relativeError(sum.naive.values, expected) <= gradientBound, comment)
    }
  }
}
