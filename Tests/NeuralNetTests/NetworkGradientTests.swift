import Kernels
import NeuralNet
import TestSupport
import Testing

/// The gradients of a layer and of a whole network against how a smooth loss really changes.
struct NetworkGradientTests {
  @Test(arguments: InstructionSet.available)
  func convolution(_ instructionSet: InstructionSet) {
    let context = ComputeContext(instructionSet: instructionSet, threads: 2)
    for (inputChannels, outputChannels) in [(2, 5), (9, 17)] {
      let layer = Convolution(
        name: "weight",
        geometry: ConvolutionGeometry(
          inputHeight: 4, inputWidth: 5, kernelHeight: 3, kernelWidth: 3, stride: 2, padding: 1),
        inputChannels: inputChannels, outputChannels: outputChannels, context: context)
      let input = NaiveMap(images: 13, height: 4, width: 5, channels: inputChannels, seed: 1)
      let weights = randomValues(outputChannels * inputChannels * 9, seed: 2)
      let factors = NaiveMap(images: 13, height: 2, width: 3, channels: outputChannels, seed: 3)
      func loss(_ values: [Double], _ weights: [Double]) -> Double {
        var map = input
        map.values = values
        layer.weight.load(weights)
        let output = layer.forward(Tensor(map)).naive
        return zip(factors.values, output.values).reduce(0) { $0 + $1.0 * $1.1 }
      }
      _ = loss(input.values, weights)
      let inputGradient = layer.backward(Tensor(factors), needsInputGradient: true)
      let gradient = inputGradient?.naive.values ?? []
      let weightGradient = layer.weight.gradientValues
      // The layer is linear: any step is exact but for rounding.
      for direction in checkDirections(gradient, seed: 4) {
        let difference = CentralDifference(at: input.values, along: direction, step: 1) {
          loss($0, weights)
        }
        #expect(difference.relativeError(gradient) <= 1e-5)
      }
      for direction in checkDirections(weightGradient, seed: 5) {
        let difference = CentralDifference(at: weights, along: direction, step: 1) {
          loss(input.values, $0)
        }
        #expect(difference.relativeError(weightGradient) <= 1e-5)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func wholeNetwork(_ instructionSet: InstructionSet) {
    let network = tinyNetwork(instructionSet, threads: 2)
    checkNetworkGradients(network, tolerance: 2e-2)
  }

  /// Maps of odd sizes lose a row and a column at each pool, as PyTorch's do.
  @Test(arguments: [17, 20, 23]) func sizesThatAreNoMultipleOfEight(size: Int) {
    let network = tinyNetwork(threads: 2, size: size)
    #expect(network.trunk.outputShape.height == size / 2 / 2 / 2)
    checkNetworkGradients(network, size: size, tolerance: 2e-2)
  }
}

/// Every tensor through Σ factor · probability of head A, which has 14 clusters.
///
/// - Parameter tolerance: ReLU and max-pool have kinks, which a step of the size that Float allows
///   meets.
func checkNetworkGradients(_ network: Network<ClusterHead>, size: Int = 16, tolerance: Double) {
  let head = "head_A"
  // Fresh linear weights are so small that the loss is nearly flat.
  for view in network.head(head).parameters[0].views {
    let memory = network.head(head).parameters[0].values
    view.scatter(view.gather(memory).map { 40 * $0 }, to: memory)
  }
  let images = tinyImages(pairs: 13, size: size, seed: 3)
  let factors = NaiveMap(images: 26, height: 1, width: 1, channels: 14, seed: 4)
  func loss() -> Double {
    let probabilities = network.forward(images, head: head, .training).naive.values
    return zip(factors.values, probabilities).reduce(0) { $0 + $1.0 * $1.1 }
  }
  _ = loss()
  network.backward(Tensor(factors), head: head)
  for parameter in network.parameters(training: head) {
    for view in parameter.views {
      let gradient = view.gather(parameter.gradient).map(Double.init)
      let values = view.gather(parameter.values)
      for direction in checkDirections(gradient, seed: 5) {
        let difference = CentralDifference(at: values, along: direction, step: 0x1p-13) {
          view.scatter($0, to: parameter.values)
          return loss()
        }
        let error = difference.relativeError(gradient)
        #expect(error <= tolerance, "\(view.name)")
      }
      view.scatter(values, to: parameter.values)
    }
  }
}
