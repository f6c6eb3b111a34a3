import Clustering
import Kernels
import NeuralNet
import Snapshots

/// Sub-heads of the main head that start anew from merged clusters of the auxiliary head: their
/// linear layers alone learn, by cross-entropy, the auxiliary head's probabilities added up by
/// group, with the trunk as it is.
final class HeadRestart {
  private let network: Network<ClusterHead>
  private let main: HeadDescription
  private let auxiliary: HeadDescription
  private let settings: RestartSettings
  private let seed: UInt64
  /// What each sub-head of the main head is learning; nil while nothing is restarted.
  private var takeovers: [Takeover?]?
  /// Of the layers that are learnt anew, with moments of its own.
  private var adam = Adam(learningRate: 0)
  /// The auxiliary head's probabilities of the batch in hand.
  private var taught: Tensor?

  init(
    _ settings: RestartSettings, network: Network<ClusterHead>, main: HeadDescription,
    auxiliary: HeadDescription, seed: UInt64
  ) {
    self.settings = settings
    self.network = network
    self.main = main
    self.auxiliary = auxiliary
    self.seed = seed
  }

  private var head: ClusterHead { network.head(main.name.tensorPrefix) }

  /// Restarts stuck sub-heads before epoch `epoch`, which trains the main head.
  ///
  /// - Parameters:
  ///   - partitions: the auxiliary head's trees, cut at the main head's clusters.
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
  func forward(_ images: Tensor) -> Tensor {
    let features = network.features(of: images, .training)
    taught = network.head(auxiliary.name.tensorPrefix).forward(features, .training)
    return head.forward(features, .training)
  }

  /// Makes the restarted layers a little more like what they are taught.
  ///
  /// - Parameters:
  ///   - probabilities: what `forward` has returned.
  ///   - gradient: memory of the same shape.
  func update(_ probabilities: Tensor, gradient: Tensor, learningRate: Double) {
    guard let taught else { preconditionFailure("update before forward") }
    writeGradient(probabilities, taught, into: gradient)
    _ = head.backward(gradient)
    adam.learningRate = learningRate
    adam.update(head.parameters, in: network.context)
  }

  /// Of −Σ_c t_c ln p_c, the mean over images; t_c is what the auxiliary sub-head gives the group.
  private func writeGradient(_ probabilities: Tensor, _ taught: Tensor, into gradient: Tensor) {
    guard let takeovers else { preconditionFailure("no restart to take a step of") }
    let (clusters, count) = (main.clusters, probabilities.shape.images)
    let (stride, taughtStride) = (probabilities.shape.channelStride, taught.shape.channelStride)
    let scale = 1 / Float(count)
    network.context.pool.forEach(probabilities.shape.blocks) { block in
      for image in block * imageBlock..<min((block + 1) * imageBlock, count) {
        for (subHead, takeover) in takeovers.enumerated() {
          let target = gradient.pointer + image * stride + subHead * clusters
          target.update(repeating: 0, count: clusters)
          guard let takeover else { continue }
          let source = taught.pointer + image * taughtStride + takeover.source * auxiliary.clusters
          for (cluster, group) in takeover.groups.enumerated() where group >= 0 {
            target[group] -= source[cluster]
          }
          let own = probabilities.pointer + image * stride + subHead * clusters
          for cluster in 0..<clusters { target[cluster] *= scale / max(own[cluster], 1e-12) }
        }
      }
    }
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
