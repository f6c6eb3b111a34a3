import Kernels
import NeuralNet
import TestSupport
import Testing

/// What the reference run does not show of the residual trunk: names, first weights, threads,
/// shared memory.
struct ResNetTrunkTests {
  private func network(
    _ instructionSet: InstructionSet = .portable, threads: Int = 1, width: Int = 5
  ) -> Network<ClusterHead> {
    var architecture = Architecture(.net5g, width: width, inputSize: 16, inputChannels: 1)
    architecture.blockCounts = [1, 2]
    let network = Network<ClusterHead>(
      architecture,
      heads: [
        HeadSize(name: "head_A", clusters: 7, subHeads: 2),
        HeadSize(name: "head_B", clusters: 3, subHeads: 2),
      ],
      context: ComputeContext(instructionSet: instructionSet, threads: threads))
    network.initialize(seed: 1)
    return network
  }

  @Test func namesAreTheReferences() {
    let names = network().trunk.parameters.flatMap(\.views).map(\.name)
    let expected = [
      "conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer1.0.bn1.weight",
      "layer1.0.bn1.bias", "layer1.0.conv2.weight", "layer1.0.bn2.weight", "layer1.0.bn2.bias",
      "layer2.0.conv1.weight", "layer2.0.bn1.weight", "layer2.0.bn1.bias",
      "layer2.0.conv2.weight", "layer2.0.bn2.weight", "layer2.0.bn2.bias",
      "layer2.0.downsample.0.weight", "layer2.0.downsample.1.weight",
      "layer2.0.downsample.1.bias", "layer2.1.conv1.weight", "layer2.1.bn1.weight",
      "layer2.1.bn1.bias", "layer2.1.conv2.weight", "layer2.1.bn2.weight", "layer2.1.bn2.bias",
    ].map { "trunk.\($0)" }
    #expect(names == expected)
  }

  /// He's normal numbers by the outputs of a ResNet's convolutions, by the inputs of a VGG's.
  @Test func firstWeights() {
    func deviation(_ network: Network<ClusterHead>, _ name: String) -> Double {
      let values = network.weights.first { $0.name == name }?.values.map(Double.init) ?? []
      return (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
    let residual = deviation(network(width: 32), "trunk.layer2.0.conv1.weight")
    #expect(abs(residual - (2.0 / (64 * 9)).squareRoot()) <= 0.03 * residual)
    let plain = deviation(
      tinyNetwork(width: 16), "trunk.features.4.weight")
    #expect(abs(plain - (2.0 / (16 * 25)).squareRoot()) <= 0.03 * plain)
  }

  @Test(arguments: InstructionSet.available)
  func finiteDifferences(_ instructionSet: InstructionSet) {
    let network = network(instructionSet, threads: 2, width: 3)
    checkNetworkGradients(network, tolerance: 3e-2)
  }

  @Test(arguments: InstructionSet.available)
  func sameBitsAtAnyThreadCount(_ instructionSet: InstructionSet) {
    func bits(_ threads: Int) -> [UInt32] {
      let network = network(instructionSet, threads: threads)
      let adam = Adam(learningRate: 1e-3)
      // A large batch, a small one, the large one again: shared memory is cut to size.
      for (step, pairs) in [19, 5, 19].enumerated() {
        trainingStep(
          network, tinyImages(pairs: pairs, seed: UInt64(10 * step)),
          head: step == 1 ? "head_A" : "head_B", adam)
      }
      return (network.weights + adam.state(of: network.parameters)).flatMap {
        $0.values.map(\.bitPattern)
      }
    }
    let expected = bits(1)
    for threads in [2, 3, 5] {
      let isSame = bits(threads) == expected
      #expect(isSame, "\(threads) threads")
    }
  }

  @Test func averagePool() {
    let context = ComputeContext(threads: 2)
    let pool = AveragePool(context: context)
    for (images, height, width) in [(1, 1, 1), (13, 3, 2), (25, 2, 3)] {
      let input = NaiveMap(
        images: images, height: height, width: width, channels: 17, seed: 1)
      let output = pool.forward(Tensor(input)).naive
      let gradient = NaiveMap(images: images, height: 1, width: 1, channels: 17, seed: 2)
      let inputGradient = pool.backward(Tensor(gradient))
      var (expected, expectedGradient) = (output.zeros, input.zeros)
      for image in 0..<images {
        for pixel in 0..<height * width {
          for channel in 0..<17 {
            let (y, x) = (pixel / width, pixel % width)
            expected[image, 0, 0, channel] +=
              input[image, y, x, channel] / Double(height * width)
            expectedGradient[image, y, x, channel] =
              gradient[image, 0, 0, channel] / Double(height * width)
          }
        }
      }
      #expect(relativeError(output.values, expected.values) <= 1e-6)
      #expect(relativeError(inputGradient.naive.values, expectedGradient.values) <= 1e-6)
      #expect(inputGradient.isPaddingZero)
    }
  }

  /// What is held is not given out; what is released is given out again.
  @Test func gradientWorkspace() {
    let workspace = ComputeContext(threads: 1).gradients
    let shape = Shape(images: 1, height: 2, width: 2, channels: 3)
    let first = workspace.take(shape)
    #expect(workspace.take(shape).pointer == first.pointer)
    workspace.hold(first)
    let second = workspace.take(shape)
    #expect(second.pointer != first.pointer)
    workspace.hold(second)
    workspace.release(first)
    #expect(workspace.take(shape).pointer == first.pointer)
  }
}
