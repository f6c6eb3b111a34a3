import Clustering
import Datasets
import Kernels
import NeuralNet
import Snapshots

/// Invariant Information Clustering of pixels (Ji, Henriques, Vedaldi 2019, section 3.3): two heads
/// on one trunk take turns by epochs to maximise the information between what a square of a picture
/// says of each pixel and what a moved copy says of the pixels around it.
package final class Segmentation: TrainingMethod {
  package var heads: [HeadDescription] { settings.turns.heads }
  package let schedule: EpochSchedule
  package let imagesPerStep: Int
  package let evaluationImages: Int
  package let batches: BatchFeed
  package var network: any Module { pixelNetwork }
  package var optimizers: [any Optimizer] { [adam] }

  /// How many clusters the main head has may be found out on the way.
  private var settings: SegmentationSettings
  private let seed: UInt64
  private let pixelNetwork: Network<PixelHead>
  private let adam: Adam
  private let renderer: PixelPairRenderer
  private let plans: EpochPlans
  private var evaluator: SegmentationEvaluator
  private var mainHeadCount = MainHeadCount()
  /// nil where sub-heads never start anew.
  private var restart: HeadRestart<PixelHead>?
  private let pass: PixelPass

  /// - Parameters:
  ///   - settings: validated, on their own and against the data set.
  ///   - evaluated: the pictures that are measured.
  ///   - frames: those of them whose maps evaluations report.
  package init(
    _ settings: SegmentationSettings, dataset: ImageDataset, seed: UInt64, learningRate: Double,
    evaluated: EvaluationImages, frames: SampleFrames, context: ComputeContext
  ) {
    self.settings = settings
    self.seed = seed
    let network = Network(settings, imageChannels: dataset.channels, context: context)
    pixelNetwork = network
    adam = Adam(learningRate: learningRate)
    let renderer = PixelPairRenderer(dataset: dataset, augmentation: settings.views.augmentation)
    self.renderer = renderer
    evaluator = SegmentationEvaluator(
      heads: settings.turns.heads, settings, seed: seed, renderer: renderer, network: network,
      images: evaluated, frames: frames)
    evaluationImages = evaluated.final.measured.count
    imagesPerStep = settings.imagesPerStep
    let schedule = settings.schedule(of: dataset)
    self.schedule = schedule
    let plans = EpochPlans(
      settings.turns, settings.batchPairs, settings.sampleRepeats, dataset, seed)
    self.plans = plans
    pass = PixelPass(settings, network: network, renderer: renderer)
    let pairsPerPiece = settings.pairsPerPiece
    batches = BatchFeed(
      shape: renderer.shape(images: settings.imagesPerStep), context: context
    ) { step, target in
      let index = schedule.index(ofStep: step)
      let pairs = renderer.pairs(of: plans.plan(ofEpoch: index.epoch), step: index.stepInEpoch)
      return renderer.rendering(pairs, pairsPerPiece: pairsPerPiece, into: target.buffer)
    }
    prepareRestart()
  }

  package func initialize(seed: UInt64) { pixelNetwork.initialize(seed: seed) }

  package var memory: [NamedTensor] { mainHeadCount.memory + (restart?.memory ?? []) }

  package func recall(_ tensors: [String: NamedTensor]) throws(StateMismatch) {
    try restart?.recall(tensors)
    try mainHeadCount.recall(tensors)
  }

  /// As `InformationClustering`'s: stuck sub-heads of the main head start anew where its turn
  /// comes, and a main head that waits for its number of clusters comes with its first turn after
  /// the trees have settled on one.
  package func beginEpoch(_ epoch: Int, isCancelled: () -> Bool) -> EpochBeginning? {
    restart?.end()
    var beginning = EpochBeginning()
    let turns = settings.turns
    let isFirstOfTurn =
      epoch > 1 && turns.turn(ofEpoch: epoch) == .b && turns.turn(ofEpoch: epoch - 1) == .a
    let mayRestart = restart != nil && settings.restart.isAllowed(inEpoch: epoch) && isFirstOfTurn
    guard epoch > 1, turns.awaitsMainHead || mayRestart else { return beginning }
    guard
      let measured = evaluator.measureSample(
        limit: settings.restart.images, isCancelled: isCancelled)
    else { return nil }
    let trees = evaluator.trees(of: measured)
    if turns.awaitsMainHead {
      mainHeadCount.note(ClusterTree.suggestion(of: trees[0]))
      guard turns.turn(ofEpoch: epoch) == .b, let clusters = mainHeadCount.settled else {
        return beginning
      }
      addMainHead(clusters: clusters)
      beginning.hasNewHeads = true
      if let restart, settings.restart.isAllowed(inEpoch: epoch) {
        let restarted = restart.begin(
          epoch: epoch, TreePartitions(measured[0], trees: trees[0], groups: clusters),
          main: Array(repeating: nil, count: turns.headB.subHeads), optimizer: adam)
        beginning.restarted = restarted.isEmpty ? nil : .init(head: .b, subHeads: restarted)
      }
    } else if let restart, let main = heads.firstIndex(where: \.isMain),
      let partitions = evaluator.partitions(measured, trees)
    {
      let restarted = restart.begin(
        epoch: epoch, partitions, main: measured[main], optimizer: adam)
      beginning.restarted = restarted.isEmpty ? nil : .init(head: .b, subHeads: restarted)
    }
    return beginning
  }

  private func addMainHead(clusters: Int) {
    settings.turns.headB.clusters = clusters
    let side = settings.views.inputSize
    let head = PixelHead(
      name: HeadID.b.tensorPrefix, features: pixelNetwork.trunk.outputShape, clusters: clusters,
      subHeads: settings.turns.headB.subHeads, outputHeight: side, outputWidth: side,
      context: pixelNetwork.context)
    head.initialize(seed: seed)
    pixelNetwork.add(head, named: HeadID.b.tensorPrefix)
    mainHeadCount = MainHeadCount()
    evaluator.heads = heads
    prepareRestart()
  }

  private func prepareRestart() {
    guard settings.restart.enabled, let main = heads.first(where: \.isMain),
      let auxiliary = heads.first(where: { !$0.isMain })
    else { return }
    restart = HeadRestart(
      settings.restart, network: pixelNetwork, main: main, auxiliary: auxiliary, seed: seed)
  }

  package func takeStep(_ images: Tensor, _ step: StepIndex) -> StepOutcome {
    let head = settings.turns.head(inEpoch: step.epoch)
    let pairs = renderer.pairs(of: plans.plan(ofEpoch: step.epoch), step: step.stepInEpoch)
    if let restart, restart.isDue(step) {
      return StepOutcome(head: head, losses: pass.teach(restart, images, pairs, head: head, adam))
    }
    let losses = pass.differentiate(images, pairs, head: head)
    if losses.loss.isFinite {
      adam.update(
        pixelNetwork.parameters(training: head.tensorPrefix), in: pixelNetwork.context)
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

extension Network<PixelHead> {
  /// The network that settings describe, its weights all zero.
  package convenience init(
    _ settings: SegmentationSettings, imageChannels: Int, context: ComputeContext
  ) {
    self.init(
      settings.architecture(inputChannels: imageChannels),
      heads: settings.turns.heads.map {
        HeadSize(name: $0.name.tensorPrefix, clusters: $0.clusters, subHeads: $0.subHeads)
      }, context: context)
  }
}
