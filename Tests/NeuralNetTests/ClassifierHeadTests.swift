import Kernels
import NeuralNet
import Snapshots
import TestSupport
import Testing

/// The head of fine-tuning: linear, batch-norm, ReLU, linear, softmax.
struct ClassifierHeadTests {
  private static let images = 26
  private static let classes = 4

  private func head(_ instructionSet: InstructionSet) -> (head: ClassifierHead, input: NaiveMap) {
    let input = NaiveMap(images: Self.images, height: 2, width: 2, channels: 5, seed: 1)
    let head = ClassifierHead(
      name: "head_classifier", features: Tensor(input).shape, hiddenUnits: 19,
      classes: Self.classes,
      context: ComputeContext(instructionSet: instructionSet, threads: 2))
    for (index, view) in head.parameters.flatMap(\.views).enumerated() {
      let parameter = head.parameters[index]
      // Batch-norm's weights stay near 1, or little would get through the ReLU.
      let middle = view.name == "head_classifier.1.weight" ? 1.0 : 0
      view.scatter(
        randomValues(view.count, seed: UInt64(10 + index)).map { Float(middle + 0.3 * $0) },
        to: parameter.values)
    }
    return (head, input)
  }

  @Test func namesAsPyTorchsSequential() {
    let (head, _) = head(.portable)
    #expect(
      head.weights.map { "\($0.name) \($0.shape)" } == [
        "head_classifier.0.weight [19, 20]", "head_classifier.1.weight [19]",
        "head_classifier.1.bias [19]", "head_classifier.3.weight [4, 19]",
        "head_classifier.3.bias [4]", "head_classifier.1.running_mean [19]",
        "head_classifier.1.running_var [19]",
      ])
  }

  /// Against linear layers and batch-norm written out, each image's features channel by channel.
  @Test(arguments: InstructionSet.available)
  func forward(_ instructionSet: InstructionSet) throws {
    let (head, input) = head(instructionSet)
    let named = head.weights.byName
    func values(_ name: String) throws -> [Double] {
      try #require(named["head_classifier.\(name)"]).values.map(Double.init)
    }
    let first = NaiveLinear(
      weights: try values("0.weight"), bias: Array(repeating: 0, count: 19))
    let hidden = (0..<Self.images).map { image in
      first.forward(
        (0..<20).map { input[image, $0 % 4 / 2, $0 % 2, $0 / 4] })
    }
    let (scale, shift) = (try values("1.weight"), try values("1.bias"))
    let second = NaiveLinear(weights: try values("3.weight"), bias: try values("3.bias"))
    let count = Double(Self.images)
    let means = (0..<19).map { unit in hidden.reduce(0) { $0 + $1[unit] } / count }
    let variances = (0..<19).map { unit in
      hidden.reduce(0) { $0 + ($1[unit] - means[unit]) * ($1[unit] - means[unit]) } / count
    }
    let expected = hidden.flatMap { row in
      naiveSoftmax(
        second.forward(
          row.indices.map { unit in
            let normalized = (row[unit] - means[unit]) / (variances[unit] + 1e-5).squareRoot()
            return max(0, scale[unit] * normalized + shift[unit])
          }))
    }
    let found = head.forward(Tensor(input), .training)
    #expect(relativeError(found.naive.values, expected) <= 1e-5)
    #expect(found.isPaddingZero)
  }

  @Test(arguments: InstructionSet.available)
  func finiteDifferences(_ instructionSet: InstructionSet) {
    let (head, input) = head(instructionSet)
    let factors = NaiveMap(
      images: Self.images, height: 1, width: 1, channels: Self.classes, seed: 3)
    func loss(_ features: NaiveMap) -> Double {
      let probabilities = head.forward(Tensor(features), .training).naive.values
      return zip(factors.values, probabilities).reduce(0) { $0 + $1.0 * $1.1 }
    }
    _ = loss(input)
    let gradient = head.backward(Tensor(factors)).naive.values
    for direction in checkDirections(gradient, seed: 4) {
      let difference = CentralDifference(at: input.values, along: direction, step: 0x1p-9) {
        var features = input
        features.values = $0
        return loss(features)
      }
      // ReLU has kinks, which a step of the size that Float allows meets.
      #expect(difference.relativeError(gradient) <= 2e-2)
    }
    for parameter in head.parameters {
      for view in parameter.views {
        let gradient = view.gather(parameter.gradient).map(Double.init)
        let values = view.gather(parameter.values)
        for direction in checkDirections(gradient, seed: 5) {
          let difference = CentralDifference(at: values, along: direction, step: 0x1p-9) {
            view.scatter($0, to: parameter.values)
            return loss(input)
          }
          #expect(difference.relativeError(gradient) <= 2e-2, "\(view.name)")
        }
        view.scatter(values, to: parameter.values)
      }
    }
  }

  /// Running statistics go with the weights: a copy gives the same bits in evaluation.
  @Test func runningStatisticsAreSaved() throws {
    let (trained, input) = head(.portable)
    for _ in 0..<3 { _ = trained.forward(Tensor(input), .training) }
    let (copy, _) = head(.portable)
    let before = copy.forward(Tensor(input), .evaluation).naive.values
    try copy.loadWeights(trained.weights.byName)
    let (expected, found) = (
      trained.forward(Tensor(input), .evaluation).naive.values,
      copy.forward(Tensor(input), .evaluation).naive.values
    )
    #expect(found == expected)
    #expect(before != expected)
  }
}
