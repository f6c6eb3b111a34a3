import Kernels
import NeuralNet
import TestSupport
import Testing

/// The heads in both directions against naive linear layers with softmax.
struct ClusterHeadTests {
  struct Case: Sendable {
    var height: Int
    var width: Int
    var channels: Int
    var clusters: Int
    var subHeads: Int
  }

  static let cases = [
    Case(height: 1, width: 1, channels: 5, clusters: 2, subHeads: 1),
    Case(height: 2, width: 3, channels: 17, clusters: 10, subHeads: 5),
    Case(height: 3, width: 3, channels: 16, clusters: 7, subHeads: 3),
    Case(height: 2, width: 1, channels: 33, clusters: 50, subHeads: 2),
    Case(height: 1, width: 1, channels: 8, clusters: 1, subHeads: 4),
  ]

  /// A head, its sub-heads' naive twins, and the features in PyTorch's order.
  private struct Fixture {
    let head: ClusterHead
    var naive: [NaiveLinear] = []
    let features: NaiveMap

    init(_ test: Case, images: Int, _ instructionSet: InstructionSet) {
      let context = ComputeContext(instructionSet: instructionSet, threads: 2)
      features = NaiveMap(
        images: images, height: test.height, width: test.width, channels: test.channels, seed: 1)
      head = ClusterHead(
        name: "head_A", features: Tensor(features).shape, clusters: test.clusters,
        subHeads: test.subHeads, context: context)
      let inputs = test.height * test.width * test.channels
      for subHead in 0..<test.subHeads {
        let layer = NaiveLinear(
          weights: randomValues(test.clusters * inputs, seed: UInt64(10 + subHead)),
          bias: randomValues(test.clusters, seed: UInt64(20 + subHead)))
        let parameters = head.parameters
        parameters[0].views[subHead].scatter(
          layer.weights.map { Float($0) }, to: parameters[0].values)
        parameters[1].views[subHead].scatter(layer.bias.map { Float($0) }, to: parameters[1].values)
        naive.append(layer)
      }
    }

    /// Channel by channel, each a map: how PyTorch flattens.
    func row(_ image: Int) -> [Double] {
      (0..<features.channels).flatMap { channel in
        (0..<features.height).flatMap { y in
          (0..<features.width).map { x in features[image, y, x, channel] }
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available, cases)
  func forwardAndBackward(_ instructionSet: InstructionSet, _ test: Case) {
    for images in [1, 12, 13, 25] {
      let fixture = Fixture(test, images: images, instructionSet)
      let outputs = test.clusters * test.subHeads
      var expected = NaiveMap(images: images, height: 1, width: 1, channels: outputs)
      let gradient = NaiveMap(images: images, height: 1, width: 1, channels: outputs, seed: 2)
      var featureGradient = fixture.features.zeros
      var weightGradients = fixture.naive.map { $0.weights.map { _ in 0.0 } }
      var biasGradients = fixture.naive.map { $0.bias.map { _ in 0.0 } }
      for image in 0..<images {
        let row = fixture.row(image)
        for (subHead, layer) in fixture.naive.enumerated() {
          let first = expected.index(image, 0, 0, subHead * test.clusters)
          let range = first..<first + test.clusters
          let logits = layer.forward(row)
          expected.values.replaceSubrange(range, with: naiveSoftmax(logits))
          let gradients = layer.backward(
            naiveSoftmaxGradient(logits: logits, gradient: Array(gradient.values[range])),
            input: row)
          for (index, value) in gradients.input.enumerated() {
            let (channel, pixel) = (
              index / (test.height * test.width), index % (test.height * test.width)
            )
            featureGradient[image, pixel / test.width, pixel % test.width, channel] += value
          }
          for (index, value) in gradients.weights.enumerated() {
            weightGradients[subHead][index] += value
          }
          for (index, value) in gradients.bias.enumerated() {
            biasGradients[subHead][index] += value
          }
        }
      }

      let comment: Comment = "\(images) images"
      let found = fixture.head.forward(Tensor(fixture.features), .training)
      #expect(relativeError(found.naive.values, expected.values) <= 1e-5, comment)
      #expect(found.isPaddingZero, comment)
      // What lies in the padding of the gradient must not reach the sums.
      let outputGradient = Tensor(gradient)
      for image in 0..<outputGradient.shape.blocks * imageBlock {
        let place = outputGradient.pointer + image * outputGradient.shape.channelStride
        let first = image < images ? outputs : 0
        for channel in first..<outputGradient.shape.channelStride { place[channel] = 1000 }
      }
      let foundGradient = fixture.head.backward(outputGradient)
      // With one cluster the probability is 1, and every gradient zero but for rounding.
      let isFlat = test.clusters == 1
      func isClose(_ actual: [Double], _ expected: [Double]) -> Bool {
        isFlat
          ? actual.allSatisfy { abs($0) <= 1e-5 } : relativeError(actual, expected) <= 2e-5
      }
      #expect(isClose(foundGradient.naive.values, featureGradient.values), comment)
      #expect(foundGradient.isPaddingZero, comment)
      let parameters = fixture.head.parameters
      for subHead in 0..<test.subHeads {
        let weights = parameters[0].views[subHead].gather(parameters[0].gradient)
        let bias = parameters[1].views[subHead].gather(parameters[1].gradient)
        #expect(isClose(weights.map(Double.init), weightGradients[subHead]), comment)
        #expect(isClose(bias.map(Double.init), biasGradients[subHead]), comment)
      }
    }
  }

  /// A smaller batch after a larger one leaves nothing of it behind.
  @Test func paddingStaysZeroWhenTheBatchShrinks() {
    let test = Self.cases[1]
    let fixture = Fixture(test, images: 24, .portable)
    _ = fixture.head.forward(Tensor(fixture.features), .training)
    var fewer = NaiveMap(
      images: 13, height: test.height, width: test.width, channels: test.channels)
    fewer.values = Array(fixture.features.values.prefix(fewer.values.count))
    #expect(fixture.head.forward(Tensor(fewer), .training).isPaddingZero)
  }

  @Test(arguments: InstructionSet.available)
  func finiteDifferences(_ instructionSet: InstructionSet) {
    let test = Case(height: 2, width: 2, channels: 3, clusters: 4, subHeads: 2)
    let fixture = Fixture(test, images: 13, instructionSet)
    let parameters = fixture.head.parameters
    let factors = NaiveMap(images: 13, height: 1, width: 1, channels: 8, seed: 3)
    func loss(_ features: NaiveMap) -> Double {
      let probabilities = fixture.head.forward(Tensor(features), .training).naive.values
      return zip(factors.values, probabilities).reduce(0) { $0 + $1.0 * $1.1 }
    }
    _ = loss(fixture.features)
    let featureGradient = fixture.head.backward(Tensor(factors)).naive.values
    for direction in checkDirections(featureGradient, seed: 4) {
      let difference = CentralDifference(
        at: fixture.features.values, along: direction, step: 0x1p-6
      ) { values in
        var features = fixture.features
        features.values = values
        return loss(features)
      }
      #expect(difference.relativeError(featureGradient) <= 1e-3)
    }
    for parameter in parameters {
      for view in parameter.views {
        let gradient = view.gather(parameter.gradient).map(Double.init)
        let values = view.gather(parameter.values)
        for direction in checkDirections(gradient, seed: 5) {
          let difference = CentralDifference(at: values, along: direction, step: 0x1p-6) {
            view.scatter($0, to: parameter.values)
            return loss(fixture.features)
          }
          #expect(difference.relativeError(gradient) <= 1e-3, "\(view.name)")
        }
        view.scatter(values, to: parameter.values)
      }
    }
  }
}
