import Kernels
@testable import NeuralNet
import TestSupport
import Testing

/// Winograd's algorithms: close to Double as Float kernels, the choice between them.
struct WinogradTests {
  /// A map size at which an algorithm is chosen.
  struct Case: Sendable, CustomStringConvertible {
    var kernel: Int
    var size: Int
    /// The map's width, if it is not square.
    var width: Int?
    var points: Int
    var outputs: Int
    var dilation = 1
    var padding: Int
    var images = 1
    var channels = 256
    var outputChannels = 128

    var description: String {
      "F(\(outputs), \(kernel)) with \(points) points on \(size)×\(width ?? size), "
        + "dilation \(dilation), \(images) images, \(channels) → \(outputChannels) channels"
    }

    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(
        inputHeight: size, inputWidth: width ?? size, kernelHeight: kernel, kernelWidth: kernel,
        padding: padding, dilation: dilation)
    }
  }

  static let cases = [
    Case(kernel: 3, size: 3, points: 4, outputs: 3, padding: 1),
    Case(kernel: 3, size: 5, points: 5, outputs: 3, padding: 0),
    // No tile needs the points at ∞.
    Case(kernel: 3, size: 4, points: 7, outputs: 5, padding: 1),
    // Some do, in one dimension, in both, in interleaved maps, in several blocks of images.
    Case(kernel: 3, size: 9, width: 4, points: 7, outputs: 5, padding: 1),
    Case(kernel: 3, size: 9, points: 7, outputs: 5, padding: 1, images: 13),
    Case(kernel: 3, size: 17, points: 8, outputs: 6, padding: 1),
    Case(kernel: 3, size: 13, points: 10, outputs: 8, dilation: 2, padding: 2),
    // So many images that the weight gradient is summed in parts.
    Case(
      kernel: 3, size: 9, points: 7, outputs: 5, padding: 1, images: 265, channels: 64,
      outputChannels: 32),
    Case(kernel: 3, size: 34, points: 10, outputs: 8, dilation: 2, padding: 1),
    Case(kernel: 5, size: 3, points: 5, outputs: 3, padding: 2),
    Case(kernel: 5, size: 7, points: 7, outputs: 3, padding: 0),
    Case(kernel: 5, size: 8, points: 8, outputs: 4, padding: 2),
    Case(kernel: 5, size: 12, points: 10, outputs: 6, padding: 2),
    Case(kernel: 5, size: 12, points: 8, outputs: 4, dilation: 2, padding: 2),
  ]

  @Test(arguments: cases) func choosesTheTileThatSuitsTheMap(_ example: Case) throws {
    let tiling = try #require(
      WinogradTiling(
        example.geometry, inputChannels: example.channels, outputChannels: example.outputChannels))
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

  /// The bounds that are stated in PERFORMANCE.md, of the largest entry against Double, with as
  /// many channels as the networks have and inputs as after a ReLU. Direct convolution stays below
  /// 1e-6, as four points do.
  private func bound(points: Int) -> Double {
    switch points {
    case 4: 1e-6
    case 10: 2e-4
    default: 2e-5
    }
  }

  @Test(arguments: cases) func errorAgainstDouble(_ example: Case) {
    let (channels, outputChannels) = (example.channels, example.outputChannels)
    let (images, width) = (example.images, example.width ?? example.size)
    var input = NaiveMap(
      images: images, height: example.size, width: width, channels: channels, seed: 1)
    input.values = input.values.map { max(0, $0) }
    let naive = NaiveConvolution(
      kernelHeight: example.kernel, kernelWidth: example.kernel, padding: example.padding,
      dilation: example.dilation)
    let weights = randomValues(
      outputChannels * channels * example.kernel * example.kernel, seed: 2)
    let output = naive.forward(input, weights: weights, outputChannels: outputChannels)
    let outputStatistics = (0..<2 * outputChannels).map { index in
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
      let units = layer.statisticsUnits(Tensor(input).shape)
      let statistics = FloatBuffer(count: units * 2 * outputChannels)
      _ = layer.forward(Tensor(input), statistics: statistics)
      var sums = [Double](repeating: 0, count: 2 * outputChannels)
      for index in 0..<statistics.count { sums[index % sums.count] += Double(statistics[index]) }
      for half in [0..<outputChannels, outputChannels..<2 * outputChannels] {
        #expect(relativeError(Array(sums[half]), Array(outputStatistics[half])) <= bound, comment)
      }

      // Added to what is there.
      let start = NaiveMap(
        images: images, height: example.size, width: width, channels: channels, seed: 4)
      let sum = Tensor(start)
      layer.backward(Tensor(outputGradient), accumulatingInto: sum)
      let expected = zip(start.values, inputGradient.values).map { $0 + $1 }
      #expect(relativeError(sum.naive.values, expected) <= gradientBound, comment)
      // Again, in memory that was not new this time.
      #expect(relativeError(layer.weight.gradientValues, weightGradient) <= bound, comment)
    }
  }

  /// Surplus images of the last block count for nothing.
  @Test(arguments: InstructionSet.available)
  func statisticsBesideTheProducts(_ instructionSet: InstructionSet) {
    let (images, size, channels) = (17, 9, 64)
    let context = ComputeContext(instructionSet: instructionSet, threads: 2)
    func layers() -> (Convolution, BatchNormalization) {
      let convolution = Convolution(
        name: "weight",
        geometry: ConvolutionGeometry(
          inputHeight: size, inputWidth: size, kernelHeight: 3, kernelWidth: 3, padding: 1),
        inputChannels: channels, outputChannels: channels, context: context)
      convolution.weight.load(randomValues(channels * channels * 9, seed: 2))
      return (
        convolution,
        BatchNormalization(name: "norm", channels: channels, relu: true, context: context)
      )
    }
    let input = Tensor(
      NaiveMap(images: images, height: size, width: size, channels: channels, seed: 1))
    let (convolution, together) = layers()
    let (same, apart) = layers()
    let found = together.forward(convolution, of: input, .training)
    let expected = apart.forward(same.forward(input), .training)
    #expect(relativeError(found.naive.values, expected.naive.values) <= 1e-5)
    #expect(found.isPaddingZero)
    for (found, expected) in zip(together.stateBuffers, apart.stateBuffers) {
      let values = { (buffer: StateBuffer) in (0..<channels).map { Double(buffer.values[$0]) } }
      #expect(relativeError(values(found), values(expected)) <= 1e-5)
    }
  }

  @Test func noImagesAtAll() {
    let layer = Convolution(
      name: "weight",
      geometry: ConvolutionGeometry(
        inputHeight: 9, inputWidth: 9, kernelHeight: 3, kernelWidth: 3, padding: 1),
      inputChannels: 64, outputChannels: 64, context: ComputeContext(threads: 2))
    layer.weight.gradient[0] = 1
    let nothing = Tensor(Shape(images: 0, height: 9, width: 9, channels: 64))
    #expect(layer.forward(nothing).shape.images == 0)
    #expect(layer.backward(nothing, needsInputGradient: true)?.shape.images == 0)
    #expect(layer.weight.gradient[0] == 0)
  }
}
