import Clustering
import Kernels
import NeuralNet
import Snapshots

/// Which pixels of some images count, `[images, height, width]`: 1, or 0.
struct PixelMask {
  var values: FloatBuffer
  var images: Int
}

/// A head whose sub-heads can start anew.
protocol RestartableHead: Head {
  /// Gives one sub-head's linear layer new first weights.
  ///
  /// - Returns: its tensors and the parameters that hold them.
  func reinitialize(
    subHead: Int, from random: RandomStream
  ) -> [(view: ParameterView, parameter: Parameter)]

  /// Writes the gradient of −Σ_c t_c ln p_c, the mean over images or pixels, with respect to the
  /// probabilities p; zero for sub-heads that learn nothing. t_c is what the auxiliary sub-head
  /// that is taken over gives group c.
  ///
  /// - Parameters:
  ///   - takeovers: by sub-head.
  ///   - taught: the auxiliary head's probabilities of the same images.
  ///   - taughtClusters: of each of its sub-heads.
  ///   - probabilities: what the head itself has put out.
  ///   - mask: of pixels, `[images, height, width]`, 0 where one does not count; nil if all do.
  ///     Images beyond those that it is of teach nothing.
  ///   - gradient: memory of the same shape, and not that of the probabilities.
  func writeGradient(
    ofLearning takeovers: [Takeover?], from taught: Output, taughtClusters: Int, mask: PixelMask?,
    _ probabilities: Output, into gradient: Output, in context: ComputeContext)
}

/// Sub-heads of the main head that start anew from merged clusters of the auxiliary head: their
/// linear layers alone learn, by cross-entropy, the auxiliary head's probabilities added up by
/// group, with the trunk as it is.
final class HeadRestart<HeadKind: RestartableHead> {
  private let network: Network<HeadKind>
  private let main: HeadDescription
  private let auxiliary: HeadDescription
  private let settings: RestartSettings
  private let seed: UInt64
  /// What each sub-head of the main head is learning; nil while nothing is restarted.
  private var takeovers: [Takeover?]?
  /// Of the layers that are learnt anew, with moments of its own.
  private var adam = Adam(learningRate: 0)
  /// The auxiliary head's probabilities of the batch in hand.
  private var taught: HeadKind.Output?

  init(
    _ settings: RestartSettings, network: Network<HeadKind>, main: HeadDescription,
    auxiliary: HeadDescription, seed: UInt64
  ) {
    self.settings = settings
    self.network = network
    self.main = main
    self.auxiliary = auxiliary
    self.seed = seed
  }

  private var head: HeadKind { network.head(main.name.tensorPrefix) }

  /// Restarts stuck sub-heads before epoch `epoch`, which trains the main head.
  ///
  /// - Parameters:
  ///   - partitions: the auxiliary head's clusters in as many groups as the main head has.
  ///   - main: the main head's sub-heads on the same images, nil for one that has learnt nothing.
  ///   - optimizer: forgets what it remembers of the layers that start anew.
  /// - Returns: the sub-heads that start anew.
  func begin(
    epoch: Int, _ partitions: TreePartitions, main: [SubHeadMeasurement?], optimizer: Adam
  ) -> [Int] {
    let chosen = RestartRule(settings: settings).takeovers(partitions, main: main)
    let restarted = chosen.indices.filter { chosen[$0] != nil }
    guard !restarted.isEmpty else { return [] }
    for subHead in restarted {
      let random = RandomStream(seed: seed, epoch: epoch, sample: subHead, purpose: .restart)
      for (view, parameter) in head.reinitialize(subHead: subHead, from: random) {
        optimizer.forget(view, of: parameter)
      }
    }
    takeovers = chosen
    adam = Adam(learningRate: 0)
    return restarted
  }

  /// Whether step `index` trains restarted layers alone.
  func isDue(_ index: StepIndex) -> Bool {
    if takeovers != nil && index.stepInEpoch >= settings.steps { takeovers = nil }
    return takeovers != nil
  }

  /// The epoch in hand is over.
  func end() { takeovers = nil }

  /// The main head's probabilities of a batch, with the trunk as it is.
  func forward(_ images: Tensor) -> HeadKind.Output {
    let features = network.features(of: images, .training)
    taught = network.head(auxiliary.name.tensorPrefix).forward(features, .training)
    return head.forward(features, .training)
  }

  /// Makes the restarted layers a little more like what they are taught.
  ///
  /// - Parameters:
  ///   - probabilities: what `forward` has returned.
  ///   - mask: see `RestartableHead`.
  ///   - gradient: memory of the same shape.
  func update(
    _ probabilities: HeadKind.Output, mask: PixelMask? = nil, gradient: HeadKind.Output,
    learningRate: Double
  ) {
    guard let taught, let takeovers else { preconditionFailure("update before forward") }
    head.writeGradient(
      ofLearning: takeovers, from: taught, taughtClusters: auxiliary.clusters, mask: mask,
      probabilities, into: gradient, in: network.context)
    _ = head.backward(gradient)
    adam.learningRate = learningRate
    adam.update(head.parameters, in: network.context)
  }

  // MARK: Checkpoints

  /// What has to be known to go on in the middle of a restart.
  var memory: [NamedTensor] {
    guard let takeovers else { return [] }
    let none = [Int](repeating: -1, count: auxiliary.clusters)
    return [
      NamedTensor(
        name: "restart.sources", shape: [main.subHeads],
        values: takeovers.map { Float($0?.source ?? -1) }),
      NamedTensor(
        name: "restart.groups", shape: [main.subHeads, auxiliary.clusters],
        values: takeovers.flatMap { ($0?.groups ?? none).map { Float($0) } }),
    ]
      + adam.state(of: head.parameters).map {
        NamedTensor(name: "restart." + $0.name, shape: $0.shape, values: $0.values)
      }
  }

  /// Takes over what `memory` gave.
  ///
  /// - Throws: `StateMismatch` for what it cannot have given.
  func recall(_ tensors: [String: NamedTensor]) throws(StateMismatch) {
    guard tensors["restart.sources"] != nil else { return }
    let sources = try integers(
      of: "restart.sources", [main.subHeads], below: auxiliary.subHeads, tensors)
    let groups = try integers(
      of: "restart.groups", [main.subHeads, auxiliary.clusters], below: main.clusters, tensors)
    let own = tensors.filter { $0.key.hasPrefix("restart.") }
      .map {
        NamedTensor(
          name: String($0.key.dropFirst(8)), shape: $0.value.shape, values: $0.value.values)
      }
    try adam.load(own.byName, for: head.parameters)
    takeovers = sources.enumerated().map { subHead, source in
      source < 0
        ? nil
        : Takeover(
          source: source,
          groups: Array(groups[subHead * auxiliary.clusters..<(subHead + 1) * auxiliary.clusters]))
    }
  }

  private func integers(
    of name: String, _ shape: [Int], below limit: Int, _ tensors: [String: NamedTensor]
  ) throws(StateMismatch) -> [Int] {
    try tensors.values(of: name, shape: shape).map { value throws(StateMismatch) in
      guard value >= -1, value < Float(limit), value == value.rounded() else {
        throw StateMismatch(
          description: "tensor '\(name)' has \(value), expected whole numbers below \(limit)")
      }
      return Int(value)
    }
  }
}
