import Foundation
import Kernels
import NeuralNet
import Snapshots
import TestSupport
import Testing

/// Initial weights, and weights on their way out of a network and into another.
struct NetworkStateTests {
  private func named(_ tensors: [NamedTensor]) -> [String: NamedTensor] {
    Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
  }

  private func bits(_ tensors: [NamedTensor]) -> [String: [UInt32]] {
    named(tensors).mapValues { $0.values.map(\.bitPattern) }
  }

  /// The names of the tensors that are not the same to the bit.
  private func changes(
    _ tensors: [NamedTensor], from others: [String: [UInt32]]
  ) -> [String] {
    let values = bits(tensors)
    let names = Set(values.keys).union(others.keys)
    return names.filter { values[$0] != others[$0] }.sorted()
  }

  @Test func initialStatistics() {
    let network = tinyNetwork(width: 16, seed: 9)
    for tensor in network.weights {
      let values = tensor.values.map(Double.init)
      let count = Double(values.count)
      let expected: Double
      switch (tensor.shape.count, tensor.name.split(separator: ".").last) {
      // He: a variance of 2 over the number of inputs.
      case (4, _):
        expected = (2 / Double(tensor.shape[1] * tensor.shape[2] * tensor.shape[3])).squareRoot()
      case (2, _): expected = 0.01
      case (1, "weight"), (1, "running_var"):
        #expect(values.allSatisfy { $0 == 1 }, "\(tensor.name)")
        continue
      default:
        #expect(values.allSatisfy { $0 == 0 }, "\(tensor.name)")
        continue
      }
      let mean = values.reduce(0, +) / count
      let deviation = (values.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
      // Five standard errors of each.
      #expect(abs(mean) <= 5 * expected / count.squareRoot(), "\(tensor.name)")
      #expect(
        abs(deviation / expected - 1) <= 5 / (2 * count).squareRoot(),
        "\(tensor.name): \(deviation), expected \(expected)")
      let within = Double(values.count { abs($0) < expected }) / count
      #expect(abs(within - 0.6827) <= 5 * 0.4654 / count.squareRoot(), "\(tensor.name)")
    }
  }

  @Test func seedsDecideTheWeights() {
    let first = tinyNetwork(seed: 1)
    #expect(changes(first.weights, from: bits(tinyNetwork(seed: 1).weights)) == [])
    let other = bits(tinyNetwork(seed: 2).weights)
    let same = bits(first.weights).filter { other[$0.key] == $0.value }.keys
    #expect(same.allSatisfy { !$0.contains("features.0.") && !$0.hasSuffix("0.0.weight") })
    // Sub-heads are initialised independently of each other.
    let weights = named(first.weights)
    #expect(
      weights["head_A.heads.0.0.weight"]?.values != weights["head_A.heads.1.0.weight"]?.values)
  }

  /// Names and shapes are those of PyTorch's state_dict.
  @Test func namesAreThoseOfTheReference() throws {
    let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Reference")
    let reference = try ReferenceTensors(url: folder.appendingPathComponent("net6c.safetensors"))
      .states(prefix: "init.")
    let network = Network<ClusterHead>(
      Architecture(.net6c, width: 8, inputSize: 24, inputChannels: 1),
      heads: [
        HeadSize(name: "head_A", clusters: 50, subHeads: 2),
        HeadSize(name: "head_B", clusters: 10, subHeads: 2),
      ], context: ComputeContext(threads: 1))
    #expect(network.weights.count == reference.count)
    #expect(named(network.weights).mapValues(\.shape) == reference.mapValues(\.shape))
    let trained = network.weights.filter { !$0.name.contains("running") }
    #expect(network.parameterCount == trained.reduce(0) { $0 + $1.values.count })
    try network.loadWeights(reference)
    #expect(changes(network.weights, from: bits(Array(reference.values))) == [])
  }

  @Test func roundTripKeepsEveryBit() throws {
    let source = tinyNetwork(seed: 1)
    let images = tinyImages(pairs: 10, seed: 5)
    let (adam, other) = (Adam(learningRate: 1e-3), Adam(learningRate: 1e-3))
    for head in ["head_A", "head_B"] { trainingStep(source, images, head: head, adam) }
    let target = tinyNetwork(seed: 2)
    let state = adam.state(of: source.parameters)
    try target.loadWeights(named(source.weights))
    try other.load(named(state), for: target.parameters)
    #expect(changes(target.weights, from: bits(source.weights)) == [])
    #expect(changes(other.state(of: target.parameters), from: bits(state)) == [])
    let steps = state.filter { $0.name.hasSuffix(".step") }.flatMap(\.values)
    #expect(Set(steps) == [1, 2])
    // And a step from there is the same step.
    let losses = [(source, adam), (target, other)].map {
      trainingStep($0.0, images, head: "head_B", $0.1)
    }
    #expect(losses[0] == losses[1])
    #expect(changes(target.weights, from: bits(source.weights)) == [])
  }

  @Test func refusesWhatDoesNotFit() throws {
    let source = tinyNetwork(seed: 1)
    let (adam, other) = (Adam(learningRate: 1e-3), Adam(learningRate: 1e-3))
    trainingStep(source, tinyImages(pairs: 6, seed: 1), head: "head_A", adam)
    let sourceState = named(adam.state(of: source.parameters))
    let target = tinyNetwork(seed: 2)
    let weights = bits(target.weights)
    let optimizer = bits(other.state(of: target.parameters))
    for name in weights.keys {
      var missing = named(source.weights)
      missing[name] = nil
      #expect(throws: StateMismatch.self) { try target.loadWeights(missing) }
      var reshaped = named(source.weights)
      let values = reshaped[name]?.values ?? []
      reshaped[name] = NamedTensor(name: name, shape: [1, values.count], values: values)
      #expect {
        try target.loadWeights(reshaped)
      } throws: { error in
        "\(error)".contains("'\(name)'") && "\(error)".contains("[1, \(values.count)]")
      }
    }
    for name in optimizer.keys {
      var missing = sourceState
      missing[name] = nil
      #expect(throws: StateMismatch.self) { try other.load(missing, for: target.parameters) }
    }
    for steps in [-1, 0.5, .nan, .infinity, 1e30] as [Float] {
      var damaged = sourceState
      let name = "head_B.heads.1.0.bias.step"
      damaged[name] = NamedTensor(name: name, shape: [1], values: [steps])
      #expect(throws: StateMismatch.self) { try other.load(damaged, for: target.parameters) }
    }
    #expect(changes(target.weights, from: weights) == [])
    #expect(changes(other.state(of: target.parameters), from: optimizer) == [])
  }
}
