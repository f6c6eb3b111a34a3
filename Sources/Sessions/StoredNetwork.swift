import Datasets
import Foundation
import Kernels
import Methods
import NeuralNet
import RunStorage
import Snapshots
import Training

/// A run's network with the weights stored in it, whatever its method, to ask and to measure.
package struct StoredNetwork {
  /// The step that the weights were taken after; the run's newest where a file does not say.
  package let step: Int
  private let settings: Configuration
  private let kind: Kind

  private enum Kind {
    case clusters(Network<ClusterHead>)
    case classifier(Network<ClassifierHead>)
    case pixels(Network<PixelHead>)
  }

  /// - Parameters:
  ///   - classes: of the run's images.
  ///   - weights: which ones the network is given.
  ///   - context: what it computes with; all threads of the settings, for inference, if nil.
  /// - Throws: an error of one line where there are no weights, or others than the settings say.
  package init(
    _ folder: RunFolder, _ settings: Configuration, imageChannels: Int, classes: Int,
    weights: WeightsChoice,
    context: ComputeContext? = nil
  ) throws {
    let stored = try weights.load(folder)
    var settings = settings
    settings.clustering.turns.adoptMainHead(from: stored.tensors)
    settings.segmentation.turns.adoptMainHead(from: stored.tensors)
    self.settings = settings
    let context =
      try context ?? ComputeEnvironment().inferenceContext(threads: settings.threadCount)
    let module: any Module
    switch settings.method {
    case .informationClustering:
      let network = Network(
        settings.clustering, imageChannels: imageChannels, context: context)
      kind = .clusters(network)
      module = network
    case .fineTuning:
      let network = Network(
        settings.fineTuning, imageChannels: imageChannels, classes: classes, context: context)
      kind = .classifier(network)
      module = network
    case .segmentation:
      let network = Network(
        settings.segmentation, imageChannels: imageChannels, context: context)
      kind = .pixels(network)
      module = network
    }
    do {
      try module.loadWeights(stored.tensors.byName)
    } catch {
      throw SessionError("\(weights.place(in: folder)): \(error)")
    }
    step = stored.step
  }

  /// nil if the network has no such head.
  func size(of head: HeadID) -> (clusters: Int, subHeads: Int)? {
    let prefix = head.tensorPrefix
    return switch kind {
    case .clusters(let network):
      network.heads[prefix].map { ($0.clusters, $0.subHeads) }
    case .classifier(let network):
      network.heads[prefix].map { ($0.clusters, $0.subHeads) }
    case .pixels(let network):
      network.heads[prefix].map { ($0.clusters, $0.subHeads) }
    }
  }

  /// What says the probabilities of images of a data set, seen as an evaluation sees them: a row an
  /// image, the head's sub-heads one after the other, `[h · C]`. All images that it is asked about
  /// at a time are in memory.
  ///
  /// Requires a head that there is. Throws an error of one line for a network that clusters pixels.
  func probabilities(
    in dataset: ImageDataset, head: HeadID
  ) throws -> (_ images: Range<Int>) -> [[Float]] {
    switch kind {
    case .clusters(let network):
      let renderer = try BatchRenderer(
        dataset: dataset, augmentation: settings.clustering.views.augmentation)
      let own = network.head(head.tensorPrefix)
      return { images in
        var shape = network.inputShape
        shape.images = images.count
        let batch = Tensor(shape)
        renderer.renderEvaluation(
          images, into: UnsafeMutableBufferPointer(start: batch.pointer, count: batch.shape.count),
          pool: network.context.pool)
        let output = network.forward(batch, head: head.tensorPrefix, .evaluation)
        return images.indices.map { image in
          (0..<own.subHeads * own.clusters).map { output[image - images.lowerBound, 0, 0, $0] }
        }
      }
    case .classifier(let network):
      let evaluator = try ClassifierEvaluator(
        settings.fineTuning, dataset: dataset, network: network)
      return { evaluator.probabilities(of: Array($0)) ?? [] }
    case .pixels:
      throw SessionError(
        "the run clusters pixels, not whole images; 'iic-tui predict' writes a map of each picture")
    }
  }

  /// What says the probabilities of the pixels of a data set's pictures; nil for a network that
  /// clusters whole images.
  func pixelProbabilities(in dataset: ImageDataset) -> TiledProbabilities? {
    guard case .pixels(let network) = kind else { return nil }
    return TiledProbabilities(
      renderer: PixelPairRenderer(
        dataset: dataset, augmentation: settings.segmentation.views.augmentation),
      network: network)
  }

  /// Measures a data set as the run's last evaluation does.
  ///
  /// - Parameter epoch: of the weights' step.
  package func evaluate(_ dataset: ImageDataset, epoch: Int) throws -> EvaluationSnapshot? {
    switch kind {
    case .clusters(let network):
      let clustering = settings.clustering
      return ClusterEvaluator(
        clustering, seed: settings.seed,
        renderer: try BatchRenderer(
          dataset: dataset, augmentation: clustering.views.augmentation),
        network: network,
        images: EvaluationImages(clustering.evaluation, of: dataset, seed: settings.seed),
        samples: []
      ).evaluate(step: step, epoch: epoch, elapsed: 0, isFinal: true, isCancelled: { false })
    case .pixels(let network):
      let segmentation = settings.segmentation
      return SegmentationEvaluator(
        segmentation, seed: settings.seed,
        renderer: PixelPairRenderer(
          dataset: dataset, augmentation: segmentation.views.augmentation),
        network: network,
        images: EvaluationImages(segmentation.evaluation, of: dataset, seed: settings.seed),
        frames: SampleFrames([], of: dataset)
      ).evaluate(step: step, epoch: epoch, elapsed: 0, isFinal: true, isCancelled: { false })
    case .classifier(let network):
      let images = LabelledImages.measured(
        settings.fineTuning, of: dataset, seed: settings.seed)
      let classes = network.head(HeadID.classifier.tensorPrefix).clusters
      guard dataset.classes == classes, !images.isEmpty else {
        throw SessionError(
          "\(settings.dataSource): has \(images.count) images to measure, of "
            + "\(dataset.classes) classes; expected labelled images of the run's \(classes) classes"
        )
      }
      return try ClassifierEvaluator(settings.fineTuning, dataset: dataset, network: network)
        .evaluate(
          images, samples: [], step: step, epoch: epoch, elapsed: 0, isCancelled: { false })
    }
  }
}

extension Configuration {
  /// The file of the weights that the run starts from; empty where it starts from scratch.
  var startPath: String { method == .fineTuning ? fineTuning.start : initialWeights }

  /// The weights that the run starts from; nil where it starts from scratch.
  func loadStart() throws(StorageError) -> [NamedTensor]? {
    guard !startPath.isEmpty else { return nil }
    return try SafetensorsFile(contentsOf: URL(fileURLWithPath: startPath)).tensors()
  }
}
