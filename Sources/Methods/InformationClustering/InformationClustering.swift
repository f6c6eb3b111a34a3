import Datasets
import Kernels
import NeuralNet
import Snapshots

/// Invariant Information Clustering of images (Ji, Henriques, Vedaldi 2019): two heads on one
/// trunk, which take turns by epochs to maximise the information between two views of an image.
package final class InformationClustering: TrainingMethod {
  package var heads: [HeadDescription] { beginnings.turns.heads(lambda: settings.lambda) }
  package let schedule: EpochSchedule
  package let imagesPerStep: Int
  package let evaluationImages: Int
  package let batches: BatchFeed
  package var network: any Module { clusterNetwork }
  package var optimizers: [any Optimizer] { [adam] }

  private let settings: InformationClusteringSettings
  private let seed: UInt64
  private let clusterNetwork: Network<ClusterHead>
  private let adam: Adam
  private var objectives: [HeadID: PairInformation] = [:]
  private var evaluator: ClusterEvaluator
  private let beginnings: MainHeadBeginnings<ClusterHead>
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
      settings, seed: seed, renderer: renderer, network: network, images: evaluated,
      samples: samples)
    beginnings = MainHeadBeginnings(
      settings.restart, turns: settings.turns, network: network, seed: seed)
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
  }

  package func initialize(seed: UInt64) { clusterNetwork.initialize(seed: seed) }

  package var memory: [NamedTensor] { beginnings.memory }

  package func recall(_ tensors: [String: NamedTensor]) throws(StateMismatch) {
    try beginnings.recall(tensors)
  }

  package func beginEpoch(_ epoch: Int, isCancelled: () -> Bool) -> EpochBeginning? {
    let beginning = beginnings.beginEpoch(epoch, optimizer: adam) { limit in
      evaluator.measureSample(limit: limit, isCancelled: isCancelled)
    } makeHead: { turns in
      let head = ClusterHead(
        name: HeadID.b.tensorPrefix, features: clusterNetwork.trunk.outputShape,
        clusters: turns.headB.clusters, subHeads: turns.headB.subHeads,
        context: clusterNetwork.context)
      for subHead in 0..<head.subHeads {
        _ = head.reinitialize(
          subHead: subHead,
          from: RandomStream(seed: seed, epoch: epoch, sample: subHead, purpose: .restart))
      }
      return head
    }
    if beginning?.hasNewHeads == true { followHeads() }
    return beginning
  }

  package func takeStep(_ images: Tensor, _ step: StepIndex) -> StepOutcome {
    let head = beginnings.turns.head(inEpoch: step.epoch)
    guard let objective = objectives[head] else { preconditionFailure("no head \(head)") }
    let context = clusterNetwork.context
    let restart = beginnings.restart(dueIn: step)
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
