import Clustering
import Datasets
import Kernels
import NeuralNet
import Snapshots

/// Invariant Information Clustering of images (Ji, Henriques, Vedaldi 2019): two heads on one
/// trunk, which take turns by epochs to maximise the information between two views of an image.
package final class InformationClustering: TrainingMethod {
  package var heads: [HeadDescription] { settings.turns.heads }
  package let schedule: EpochSchedule
  package let imagesPerStep: Int
  package let evaluationImages: Int
  package let batches: BatchFeed
  package var network: any Module { clusterNetwork }
  package var optimizers: [any Optimizer] { [adam] }

  /// How many clusters the main head has may be found out on the way.
  private var settings: InformationClusteringSettings
  private let seed: UInt64
  private let clusterNetwork: Network<ClusterHead>
  private let adam: Adam
  private var objectives: [HeadID: PairInformation] = [:]
  private var evaluator: ClusterEvaluator
  /// nil where sub-heads never start anew.
  private var restart: HeadRestart<ClusterHead>?
  private var mainHeadCount = MainHeadCount()
  /// The gradient of each head's probabilities, made at its first step.
  private var gradients: [HeadID: Tensor] = [:]

  /// - Parameters:
  ///   - settings: validated, on their own and against the data set.
  ///   - evaluated: the images that are measured.
  ///   - samples: those of them whose probabilities evaluations report.
  /// - Throws: `DatasetError` if the views do not fit the images.
  package init(
    _ settings: InformationClusteringSettings, dataset: ImageDataset, seed: UInt64,
    learningRate: Double, evaluated: EvaluationImages, samples: [Int], context: ComputeContext
  ) throws {
    self.settings = settings
    self.seed = seed
    let network = Network(settings, imageChannels: dataset.channels, context: context)
    clusterNetwork = network
    adam = Adam(learningRate: learningRate)
    let renderer = try BatchRenderer(dataset: dataset, augmentation: settings.views.augmentation)
    evaluator = ClusterEvaluator(
      heads: settings.turns.heads, lambda: settings.lambda, seed: seed,
      batchSize: settings.batchPairs,
      renderer: renderer, network: network, images: evaluated, samples: samples,
      viewsAreIdentical: settings.views.areIdentical)
    evaluationImages = evaluated.final.measured.count
    imagesPerStep = settings.imagesPerStep
    let schedule = settings.schedule(of: dataset)
    self.schedule = schedule
    let epochPlans = EpochPlans(
      settings.turns, settings.batchPairs, settings.sampleRepeats, dataset, seed)
    var shape = network.inputShape
    shape.images = settings.imagesPerStep
    batches = BatchFeed(shape: shape, context: context) { step, target in
      let index = schedule.index(ofStep: step)
      return renderer.rendering(
        epochPlans.plan(ofEpoch: index.epoch), step: index.stepInEpoch, into: target.buffer)
    }
    followHeads()
  }

  /// Makes what hangs on the heads that there are.
  private func followHeads() {
    objectives = Dictionary(
      uniqueKeysWithValues: heads.map {
        (
          $0.name,
          PairInformation(
            clusters: $0.clusters, subHeads: $0.subHeads, lambda: settings.lambda)
        )
      })
    evaluator.heads = heads
    if settings.restart.enabled, let main = heads.first(where: \.isMain),
      let auxiliary = heads.first(where: { !$0.isMain })
    {
      restart = HeadRestart(
        settings.restart, network: clusterNetwork, main: main, auxiliary: auxiliary, seed: seed)
    }
  }

  package func initialize(seed: UInt64) { clusterNetwork.initialize(seed: seed) }

  package var memory: [NamedTensor] { mainHeadCount.memory + (restart?.memory ?? []) }

  package func recall(_ tensors: [String: NamedTensor]) throws(StateMismatch) {
    try restart?.recall(tensors)
    try mainHeadCount.recall(tensors)
  }

  /// Where the main head's turn comes after the auxiliary head's, its stuck sub-heads start anew.
  package func beginEpoch(_ epoch: Int, isCancelled: () -> Bool) -> EpochBeginning? {
    restart?.end()
    guard epoch > 1 else { return EpochBeginning() }
    if settings.turns.awaitsMainHead { return awaitMainHead(epoch, isCancelled) }
    guard let restart, settings.restart.isAllowed(inEpoch: epoch), isMain(epoch),
      !isMain(epoch - 1)
    else { return EpochBeginning() }
    guard let measured = measure(isCancelled) else { return nil }
    var beginning = EpochBeginning()
    if let main = heads.firstIndex(where: \.isMain),
      let partitions = evaluator.partitions(measured, trees: evaluator.trees(of: measured))
    {
      let restarted = restart.begin(
        epoch: epoch, partitions, main: measured[main], optimizer: adam)
      beginning.restarted = restarted.isEmpty ? nil : .init(head: .b, subHeads: restarted)
    }
    return beginning
  }

  /// A main head that waits for its number of clusters comes with its first turn after the trees
  /// have settled on one, and begins from them.
  private func awaitMainHead(_ epoch: Int, _ isCancelled: () -> Bool) -> EpochBeginning? {
    guard let measured = measure(isCancelled)?.first else { return nil }
    var beginning = EpochBeginning()
    let trees = measured.map { ClusterTree(JointDistribution($0.joint), pool: pool) }
    mainHeadCount.note(ClusterTree.suggestion(of: trees))
    guard settings.turns.turn(ofEpoch: epoch) == .b, let clusters = mainHeadCount.settled else {
      return beginning
    }
    addMainHead(clusters: clusters, epoch: epoch)
    beginning.hasNewHeads = true
    if let restart, settings.restart.isAllowed(inEpoch: epoch) {
      let restarted = restart.begin(
        epoch: epoch, TreePartitions(measured, trees: trees, groups: clusters),
        main: Array(repeating: nil, count: settings.turns.headB.subHeads), optimizer: adam)
      beginning.restarted = restarted.isEmpty ? nil : .init(head: .b, subHeads: restarted)
    }
    return beginning
  }

  /// Counts what trees and sub-heads are compared by, for each head; nil if `isCancelled` said so.
  private func measure(_ isCancelled: () -> Bool) -> [[SubHeadMeasurement]]? {
    evaluator.measureSample(limit: settings.restart.images, isCancelled: isCancelled)
  }

  private func addMainHead(clusters: Int, epoch: Int) {
    settings.turns.headB.clusters = clusters
    let name = HeadID.b.tensorPrefix
    let head = ClusterHead(
      name: name, features: clusterNetwork.trunk.outputShape, clusters: clusters,
      subHeads: settings.turns.headB.subHeads, context: clusterNetwork.context)
    for subHead in 0..<head.subHeads {
      _ = head.reinitialize(
        subHead: subHead,
        from: RandomStream(seed: seed, epoch: epoch, sample: subHead, purpose: .restart))
    }
    clusterNetwork.add(head, named: name)
    mainHeadCount = MainHeadCount()
    followHeads()
  }

  private var pool: WorkerPool { clusterNetwork.context.pool }

  private func isMain(_ epoch: Int) -> Bool { settings.turns.head(inEpoch: epoch) == .b }

  package func takeStep(_ images: Tensor, _ step: StepIndex) -> StepOutcome {
    let head = settings.turns.head(inEpoch: step.epoch)
    guard let objective = objectives[head] else { preconditionFailure("no head \(head)") }
    let context = clusterNetwork.context
    let restart = restart.flatMap { $0.isDue(step) ? $0 : nil }
    let probabilities =
      restart?.forward(images)
      ?? clusterNetwork.forward(images, head: head.tensorPrefix, .training)
    let gradient = gradients[head] ?? Tensor(probabilities.shape)
    gradients[head] = gradient
    let sums = objective.sums(of: probabilities, in: context)
    let losses = objective.differentiate(probabilities, sums, into: gradient, in: context)
    if losses.loss.isFinite {
      if let restart {
        restart.update(probabilities, gradient: gradient, learningRate: adam.learningRate)
      } else {
        clusterNetwork.backward(gradient, head: head.tensorPrefix)
        adam.update(clusterNetwork.parameters(training: head.tensorPrefix), in: context)
      }
    }
    return StepOutcome(head: head, losses: losses)
  }

  package func evaluate(
    step: Int, epoch: Int, elapsed: Double, isFinal: Bool, isCancelled: () -> Bool
  ) -> EvaluationSnapshot? {
    evaluator.evaluate(
      step: step, epoch: epoch, elapsed: elapsed, isFinal: isFinal, isCancelled: isCancelled)
  }
}

extension HeadID {
  /// What the names of the head's tensors begin with, as the reference's.
  package var tensorPrefix: String { "head_\(rawValue)" }
}

extension Network<ClusterHead> {
  /// The network that settings describe, its weights all zero.
  package convenience init(
    _ settings: InformationClusteringSettings, imageChannels: Int, context: ComputeContext
  ) {
    self.init(
      settings.architecture(inputChannels: imageChannels),
      heads: settings.turns.heads.map {
        HeadSize(name: $0.name.tensorPrefix, clusters: $0.clusters, subHeads: $0.subHeads)
      }, context: context)
  }
}
