import Datasets
import Kernels
import Methods
import NeuralNet
import Snapshots

extension Trainer {
  /// A trainer of what a configuration and a data set describe.
  ///
  /// - Parameters:
  ///   - configuration: validated, on its own and against the data set.
  ///   - startedAt: seconds since 1970.
  ///   - context: what to compute with; its threads are the configuration's.
  ///   - checkpoint: where to go on; nil to start afresh.
  ///   - start: weights that the trunk starts from, and heads that fit; nil for random ones.
  /// - Throws: `TrainingError` if the checkpoint does not fit, `StateMismatch` if the start does
  ///   not, `DatasetError` if the views do not.
  package convenience init(
    configuration: Configuration, dataset: ImageDataset, runName: String, startedAt: Double,
    context: ComputeContext, checkpoint: CheckpointSnapshot?, start: [NamedTensor]? = nil,
    channel: SnapshotChannel, control: TrainingControl
  ) throws {
    let samples: SampleImages
    let method: any TrainingMethod
    switch configuration.method {
    case .informationClustering:
      let evaluated = EvaluationImages(
        configuration.clustering.evaluation, of: dataset, seed: configuration.seed)
      let shown = Self.samples(configuration, of: evaluated.alwaysMeasured)
      samples = SampleImages(dataset, shown)
      var clustering = configuration.clustering
      if let checkpoint { clustering.turns.adoptMainHead(from: checkpoint.weights) }
      method = try InformationClustering(
        clustering, dataset: dataset, seed: configuration.seed,
        learningRate: configuration.learningRate, evaluated: evaluated, samples: shown,
        context: context)
    case .fineTuning:
      let images = try LabelledImages(
        configuration.fineTuning, of: dataset, seed: configuration.seed, source: runName)
      let shown = Self.samples(configuration, of: images.measured)
      samples = SampleImages(dataset, shown)
      method = try FineTuning(
        configuration.fineTuning, dataset: dataset, seed: configuration.seed,
        learningRate: configuration.learningRate, images: images, samples: shown, start: start,
        context: context)
    case .segmentation:
      let evaluated = EvaluationImages(
        configuration.segmentation.evaluation, of: dataset, seed: configuration.seed)
      let frames = SampleFrames(
        Self.samples(configuration, of: evaluated.alwaysMeasured), of: dataset)
      samples = frames.snapshot
      var segmentation = configuration.segmentation
      if let checkpoint { segmentation.turns.adoptMainHead(from: checkpoint.weights) }
      method = Segmentation(
        segmentation, dataset: dataset, seed: configuration.seed,
        learningRate: configuration.learningRate, evaluated: evaluated, frames: frames,
        context: context)
    }
    let plannedSteps = configuration.plannedSteps(method.schedule)
    try self.init(
      method: method,
      description: RunDescription(
        name: runName, preset: configuration.preset, dataset: dataset.name,
        classNames: dataset.classNames, configuration: configuration.yaml,
        seed: configuration.seed, heads: method.heads,
        // Fewer than in the settings where a number of steps ends the run.
        epochs: method.schedule.epoch(after: plannedSteps), plannedSteps: plannedSteps,
        imagesPerStep: method.imagesPerStep, evaluationImages: method.evaluationImages,
        parameterCount: method.network.parameterCount, startedAt: startedAt,
        data: DataIdentity(dataset)),
      samples: samples, configuration: configuration,
      checkpoint: checkpoint, initial: configuration.method == .fineTuning ? nil : start,
      channel: channel, control: control)
  }

  /// The images that the screen shows, chosen by the seed.
  private static func samples(_ configuration: Configuration, of images: [Int]) -> [Int] {
    var random = RandomStream(seed: configuration.seed, purpose: .samples)
    return Array(images.shuffled(using: &random).prefix(configuration.samples))
  }
}

extension DataIdentity {
  /// Reads all of the data set, or much of it.
  package init(_ dataset: ImageDataset) {
    self.init(
      images: dataset.count, height: dataset.height, width: dataset.width,
      channels: dataset.channels, checksum: dataset.checksum)
  }
}

extension SampleImages {
  /// These images of a data set, as they are.
  init(_ dataset: ImageDataset, _ images: [Int]) {
    self.init(
      width: dataset.width, height: dataset.height, channels: dataset.channels,
      pixels: images.flatMap { dataset.source.pixels(of: $0) },
      labels: images.map { Int(dataset.labels[$0]) })
  }
}
