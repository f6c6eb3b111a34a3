import Kernels
import NeuralNet
import TestSupport
import Testing

/// The heads for segmentation in both directions against naive layers.
struct PixelHeadTests {
  struct Case: Sendable {
    var images: Int
    var height: Int
    var width: Int
    var channels: Int
    var clusters: Int
    var subHeads: Int
    var outputHeight: Int
    var outputWidth: Int
  }

  static let cases = [
    // The map is 2 larger than the features: the padding of the 1×1 convolution.
    Case(
      images: 1, height: 1, width: 1, channels: 3, clusters: 2, subHeads: 1, outputHeight: 3,
      outputWidth: 3),
    Case(
      images: 13, height: 3, width: 4, channels: 17, clusters: 3, subHeads: 2, outputHeight: 10,
      outputWidth: 12),
    // Smaller than the map.
    Case(
      images: 5, height: 6, width: 5, channels: 5, clusters: 15, subHeads: 2, outputHeight: 3,
      outputWidth: 5),
  ]

  private func head(_ test: Case, _ instructionSet: InstructionSet, threads: Int) -> PixelHead {
    let head = PixelHead(
      name: "head_B",
      features: Shape(images: 1, height: test.height, width: test.width, channels: test.channels),
      clusters: test.clusters, subHeads: test.subHeads, outputHeight: test.outputHeight,
      outputWidth: test.outputWidth,
      context: ComputeContext(instructionSet: instructionSet, threads: threads))
    for (subHead, view) in head.parameters[0].views.enumerated() {
      view.scatter(
        randomValues(view.count, seed: UInt64(subHead)).map { Float($0) },
        to: head.parameters[0].values)
    }
    return head
  }

  private func features(_ test: Case) -> NaiveMap {
    NaiveMap(
      images: test.images, height: test.height, width: test.width, channels: test.channels,
      seed: 10)
  }

  /// Sub-head by sub-head: 1×1 convolution with padding, softmax, and each output pixel from its
  /// four neighbours.
  private func naive(_ test: Case, _ head: PixelHead, _ features: NaiveMap) -> [Double] {
    var output: [Double] = []
    for image in 0..<test.images {
      for view in head.parameters[0].views {
        let weights = view.gather(head.parameters[0].values).map(Double.init)
        let convolution = NaiveConvolution(
          kernelHeight: 1, kernelWidth: 1, stride: 1, padding: 1, dilation: 1)
        let logits = convolution.forward(
          features, weights: weights, outputChannels: test.clusters)
        func probability(_ cluster: Int, _ y: Int, _ x: Int) -> Double {
          naiveSoftmax((0..<test.clusters).map { logits[image, y, x, $0] })[cluster]
        }
        /// The two source places of output `place`, and the weight of the second.
        func neighbours(_ place: Int, _ count: Int, _ target: Int) -> (Int, Int, Double) {
          let ratio = Double(count) / Double(target)
          let source = max((Double(place) + 0.5) * ratio - 0.5, 0)
          let first = Int(source)
          return (first, min(first + 1, count - 1), source - Double(first))
        }
        for cluster in 0..<test.clusters {
          for y in 0..<test.outputHeight {
            let (top, bottom, down) = neighbours(y, test.height + 2, test.outputHeight)
            for x in 0..<test.outputWidth {
              let (left, right, across) = neighbours(x, test.width + 2, test.outputWidth)
              output.append(
                (1 - down) * (1 - across) * probability(cluster, top, left)
                  + (1 - down) * across * probability(cluster, top, right)
                  + down * (1 - across) * probability(cluster, bottom, left)
                  + down * across * probability(cluster, bottom, right))
            }
          }
        }
      }
    }
    return output
  }

  @Test(arguments: InstructionSet.available, cases)
  func forward(_ instructionSet: InstructionSet, _ test: Case) {
    let head = head(test, instructionSet, threads: 2)
    let features = features(test)
    let maps = head.forward(Tensor(features), .training)
    let found = (0..<maps.count).map { Double(maps.buffer[$0]) }
    #expect(relativeError(found, naive(test, head, features)) <= 1e-5)
  }

  @Test(arguments: InstructionSet.available, cases)
  func finiteDifferences(_ instructionSet: InstructionSet, _ test: Case) {
    let head = head(test, instructionSet, threads: 2)
    let features = features(test)
    let gradient = gradientMaps(head.forward(Tensor(features), .training))
    func loss(_ map: NaiveMap) -> Double {
      let maps = head.forward(Tensor(map), .training)
      return (0..<maps.count).reduce(0) {
        $0 + Double(gradient.buffer[$1]) * Double(maps.buffer[$1])
      }
    }
    let found = head.backward(gradient)
    #expect(found.isPaddingZero)
    let featureGradient = found.naive.values
    for direction in checkDirections(featureGradient, seed: 4) {
      let difference = CentralDifference(at: features.values, along: direction, step: 0x1p-6) {
        var map = features
        map.values = $0
        return loss(map)
      }
      #expect(difference.relativeError(featureGradient) <= 2e-3)
    }
    let parameter = head.parameters[0]
    for view in parameter.views {
      let weightGradient = view.gather(parameter.gradient).map(Double.init)
      let values = view.gather(parameter.values)
      for direction in checkDirections(weightGradient, seed: 5) {
        let difference = CentralDifference(at: values, along: direction, step: 0x1p-6) {
          view.scatter($0, to: parameter.values)
          return loss(features)
        }
        #expect(difference.relativeError(weightGradient) <= 2e-3, "\(view.name)")
      }
      view.scatter(values, to: parameter.values)
    }
  }

  @Test func namesAreTheReferences() {
    let head = head(Self.cases[1], .portable, threads: 1)
    #expect(
      head.parameters[0].views.map(\.name) == [
        "head_B.heads.0.0.weight", "head_B.heads.1.0.weight",
      ])
    #expect(head.parameters[0].views[0].shape == [3, 17, 1, 1])
  }

  @Test(arguments: InstructionSet.available)
  func sameBitsAtAnyThreadCount(_ instructionSet: InstructionSet) {
    func bits(_ threads: Int) -> [UInt32] {
      let head = head(Self.cases[1], instructionSet, threads: threads)
      let maps = head.forward(Tensor(features(Self.cases[1])), .training)
      let gradient = head.backward(gradientMaps(maps))
      return (0..<maps.count).map { maps.buffer[$0].bitPattern }
        + (0..<gradient.shape.count).map { gradient.pointer[$0].bitPattern }
        + (0..<head.parameters[0].gradient.count).map {
          head.parameters[0].gradient[$0].bitPattern
        }
    }
    let expected = bits(1)
    for threads in [2, 3, 5] {
      let isSame = bits(threads) == expected
      #expect(isSame, "\(threads) threads")
    }
  }

  private func gradientMaps(_ maps: PlanarMaps) -> PlanarMaps {
    let gradient = PlanarMaps(
      images: maps.images, channels: maps.channels, height: maps.height, width: maps.width)
    for (index, value) in randomValues(maps.count, seed: 11).enumerated() {
      gradient.buffer[index] = Float(value)
    }
    return gradient
  }
}
