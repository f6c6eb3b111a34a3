import Datasets
import Kernels
import NeuralNet
import Snapshots

/// Learning with labels on top of a trunk that has learnt without (Ji et al. 2019, table 3), or
/// from scratch: cross-entropy, a learning rate of its own for the trunk, affine views and cutout.
package final class FineTuning: TrainingMethod {
  package let heads: [HeadDescription]
  package let schedule: EpochSchedule
  package let imagesPerStep: Int
  package let evaluationImages: Int
  package let batches: BatchFeed
  package var network: any Module { classifier }
  package var optimizers: [any Optimizer] { [adam] }

  private let settings: FineTuningSettings
  private let labels: [Int32]
  private let classifier: Network<ClassifierHead>
  private let adam: Adam
  private let passes: LabelledPasses
  private let evaluator: ClassifierEvaluator
  private let measured: [Int]
  private let samples: [Int]
  private let hasStart: Bool
  private let gradient: Tensor

  /// - Parameters:
  ///   - settings: validated, on their own and against the data set.
  ///   - learningRate: of the head.
  ///   - images: what is trained on and what is measured.
  ///   - samples: those of the measured images whose probabilities evaluations report.
  ///   - start: weights that the trunk starts from, others among them; nil to start from scratch,
  ///     or where a checkpoint follows.
  /// - Throws: `DatasetError` if the views do not fit the images, `StateMismatch` if the weights do
  ///   not fit the trunk.
  package init(
    _ settings: FineTuningSettings, dataset: ImageDataset, seed: UInt64, learningRate: Double,
    images: LabelledImages, samples: [Int], start: [NamedTensor]?, context: ComputeContext
  ) throws {
    self.settings = settings
    self.samples = samples
    labels = dataset.labels
    measured = images.measured
    heads = [.classifier(classes: dataset.classes)]
    schedule = settings.schedule
    imagesPerStep = settings.batchSize
    evaluationImages = images.measured.count
    let network = Network(
      settings, imageChannels: dataset.channels, classes: dataset.classes, context: context)
    classifier = network
    hasStart = start != nil
    if let start { try network.trunk.loadWeights(start.byName) }
    adam = Adam(learningRate: learningRate)
    evaluator = try ClassifierEvaluator(settings, dataset: dataset, network: network)
    let passes = LabelledPasses(images.trained, batchSize: settings.batchSize, seed: seed)
    self.passes = passes
    let renderer = try BatchRenderer(dataset: dataset, augmentation: settings.views.augmentation)
    var shape = network.inputShape
    shape.images = settings.batchSize
    batches = BatchFeed(shape: shape, context: context) { step, target in
      renderer.rendering(passes.plan(ofStep: step), into: target.buffer)
    }
    gradient = Tensor(
      Shape(images: settings.batchSize, height: 1, width: 1, channels: dataset.classes))
  }

  private var head: ClassifierHead { classifier.head(HeadID.classifier.tensorPrefix) }

  /// The trunk keeps the weights that it started from.
  package func initialize(seed: UInt64) {
    if hasStart { head.initialize(seed: seed) } else { classifier.initialize(seed: seed) }
  }

  package func takeStep(_ images: Tensor, _ step: StepIndex) -> StepOutcome {
    let prefix = HeadID.classifier.tensorPrefix
    let probabilities = classifier.forward(images, head: prefix, .training)
    let loss = CrossEntropy.differentiate(
      probabilities, labels: passes.batch(ofStep: step.step).map { Int(labels[$0.image]) },
      into: gradient)
    if loss.isFinite {
      classifier.backward(gradient, head: prefix)
      let context = classifier.context
      adam.update(head.parameters, in: context)
      adam.update(classifier.trunk.parameters, rateScale: settings.trunkRate, in: context)
    }
    // There are no pairs of views, so no information between them.
    return StepOutcome(
      head: .classifier, losses: InformationLosses(losses: [loss], mutualInformations: [.nan]))
  }

  package func evaluate(
    step: Int, epoch: Int, elapsed: Double, isFinal: Bool, isCancelled: () -> Bool
  ) -> EvaluationSnapshot? {
    evaluator.evaluate(
      measured, samples: samples, step: step, epoch: epoch, elapsed: elapsed,
      isCancelled: isCancelled)
  }
}

extension HeadID {
  /// The head of fine-tuning.
  package static let classifier = HeadID(rawValue: "classifier")
}

extension HeadDescription {
  /// The head of fine-tuning: each of its outputs is a class.
  package static func classifier(classes: Int) -> HeadDescription {
    HeadDescription(
      name: .classifier, clusters: classes, subHeads: 1, matching: .identity, isMain: true)
  }
}

extension Network<ClassifierHead> {
  /// The network that settings describe, its weights all zero.
  package convenience init(
    _ settings: FineTuningSettings, imageChannels: Int, classes: Int, context: ComputeContext
  ) {
    self.init(
      settings.architecture(inputChannels: imageChannels),
      head: HeadID.classifier.tensorPrefix, hiddenUnits: settings.hiddenUnits, classes: classes,
      context: context)
  }
}
