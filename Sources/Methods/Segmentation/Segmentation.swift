import Datasets
import Kernels
import NeuralNet
import Snapshots

/// Invariant Information Clustering of pixels (Ji, Henriques, Vedaldi 2019, section 3.3): two heads
/// on one trunk take turns by epochs to maximise the information between what a square of a picture
/// says of each pixel and what a moved copy says of the pixels around it.
package final class Segmentation: TrainingMethod {
  package var heads: [HeadDescription] { beginnings.turns.heads(lambda: settings.lambda) }
  package let schedule: EpochSchedule
  package let imagesPerStep: Int
  package let evaluationImages: Int
  package let batches: BatchFeed
  package var network: any Module { pixelNetwork }
  package var optimizers: [any Optimizer] { [adam] }

  private let settings: SegmentationSettings
  private let seed: UInt64
  private let pixelNetwork: Network<PixelHead>
  private let adam: Adam
  private let renderer: PixelPairRenderer
  private let plans: EpochPlans
  private var evaluator: SegmentationEvaluator
  private let beginnings: MainHeadBeginnings<PixelHead>
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
      settings, seed: seed, renderer: renderer, network: network, images: evaluated,
      frames: frames)
    beginnings = MainHeadBeginnings(
      settings.restart, turns: settings.turns, network: network, seed: seed)
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
  }

  package func initialize(seed: UInt64) { pixelNetwork.initialize(seed: seed) }

  package var memory: [NamedTensor] { beginnings.memory }

  package func recall(_ tensors: [String: NamedTensor]) throws(StateMismatch) {
    try beginnings.recall(tensors)
  }

  package func beginEpoch(_ epoch: Int, isCancelled: () -> Bool) -> EpochBeginning? {
    let beginning = beginnings.beginEpoch(epoch, optimizer: adam) { limit in
      evaluator.measureSample(limit: limit, isCancelled: isCancelled)
    } makeHead: { turns in
      let side = settings.views.inputSize
      let head = PixelHead(
        name: HeadID.b.tensorPrefix, features: pixelNetwork.trunk.outputShape,
        clusters: turns.headB.clusters, subHeads: turns.headB.subHeads, outputHeight: side,
        outputWidth: side, context: pixelNetwork.context)
      head.initialize(seed: seed)
      return head
    }
    if beginning?.hasNewHeads == true { evaluator.heads = heads }
    return beginning
  }

  package func takeStep(_ images: Tensor, _ step: StepIndex) -> StepOutcome {
    let head = beginnings.turns.head(inEpoch: step.epoch)
    let pairs = renderer.pairs(of: plans.plan(ofEpoch: step.epoch), step: step.stepInEpoch)
    if let restart = beginnings.restart(dueIn: step) {
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
