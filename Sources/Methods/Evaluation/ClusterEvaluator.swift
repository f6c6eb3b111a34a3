import Clustering
import Datasets
import Kernels
import NeuralNet
import Snapshots

/// Measures every sub-head of a network.
///
/// Each image is seen twice: its centre crop, which is assigned to a cluster, and one transformed
/// copy, which with the crop gives the joint distribution. The copies are the same in every
/// evaluation of a seed. Where other images say which class a cluster stands for, those are seen
/// once, before.
package struct ClusterEvaluator {
  /// Those that are measured; the network has them.
  var heads: [HeadDescription]
  private let lambda: Double
  private let seed: UInt64
  private let renderer: BatchRenderer
  private let network: Network<ClusterHead>
  private let images: EvaluationImages
  private let samples: [Int]
  private let batch: Tensor
  private let batchSize: Int
  private let piece: Int
  private let viewsAreIdentical: Bool

  /// - Parameters:
  ///   - lambda: of the losses.
  ///   - batchSize: images at a time, each with its transformed copy.
  ///   - images: the data set's images that are measured.
  ///   - samples: those of them whose probabilities are reported.
  ///   - viewsAreIdentical: whether the transformed copies are the images themselves.
  package init(
    heads: [HeadDescription], lambda: Double, seed: UInt64, batchSize: Int,
    renderer: BatchRenderer, network: Network<ClusterHead>, images: EvaluationImages,
    samples: [Int], viewsAreIdentical: Bool
  ) {
    self.heads = heads
    self.lambda = lambda
    self.seed = seed
    self.renderer = renderer
    self.network = network
    self.images = images
    self.samples = samples
    self.viewsAreIdentical = viewsAreIdentical
    self.batchSize = batchSize
    piece = min(batchSize, renderer.dataset.count)
    var shape = network.inputShape
    shape.images = 2 * piece
    batch = Tensor(shape)
  }

  /// Evaluates all heads with running batch-norm statistics; nil if `isCancelled` said so on the
  /// way.
  ///
  /// - Parameter isFinal: whether it is the run's last one, which has images of its own.
  package func evaluate(
    step: Int, epoch: Int, elapsed: Double, isFinal: Bool, isCancelled: () -> Bool
  ) -> EvaluationSnapshot? {
    let selection = isFinal ? images.final : images.regular
    guard let measured = measure(selection, isCancelled: isCancelled) else { return nil }
    return measured.evaluation(
      step: step, epoch: epoch, elapsed: elapsed, images: selection.measured.count,
      lambda: lambda, batchPairs: batchSize, viewsAreIdentical: viewsAreIdentical)
  }

  /// Counts what every sub-head of every head does on a sample of at most `limit` of the images
  /// that evaluations measure, the same ones each time; nil if `isCancelled` said so on the way.
  func measureSample(limit: Int, isCancelled: () -> Bool) -> HeadMeasurements? {
    measure(images.regular.sample(limit: limit), isCancelled: isCancelled)
  }

  private func measure(
    _ selection: EvaluationImages.Selection, isCancelled: () -> Bool
  ) -> HeadMeasurements? {
    let labels = renderer.dataset.labels
    var measured = heads.map { head in
      (0..<head.subHeads).map { _ in
        SubHeadMeasurement(
          clusters: head.clusters, classes: renderer.dataset.classes, samples: samples.count)
      }
    }
    for images in pieces(of: selection.assignment ?? [], size: 2 * piece) {
      if isCancelled() { return nil }
      for (index, probabilities) in probabilities(.evaluation(of: images)).enumerated() {
        for subHead in measured[index].indices {
          measured[index][subHead].addAssignment(
            probabilities, subHead: subHead, images: images, labels: labels)
        }
      }
    }
    var samplePlaces: [Int: [Int]] = [:]
    for (place, image) in samples.enumerated() { samplePlaces[image, default: []].append(place) }
    for images in pieces(of: selection.measured, size: piece) {
      if isCancelled() { return nil }
      let plan = BatchPlan.evaluationPairs(of: images, seed: seed)
      for (index, probabilities) in probabilities(plan).enumerated() {
        for subHead in measured[index].indices {
          measured[index][subHead].add(
            probabilities, subHead: subHead, images: images, labels: labels,
            samplePlaces: samplePlaces)
        }
      }
    }
    return HeadMeasurements(heads, measured, pool: network.context.pool)
  }

  private func pieces(of images: [Int], size: Int) -> [ArraySlice<Int>] {
    stride(from: 0, to: images.count, by: size).map {
      images[$0..<min($0 + size, images.count)]
    }
  }

  /// What each head says of a batch: probabilities `[N, 1, 1, h·C]`.
  private func probabilities(_ plan: BatchPlan) -> [Tensor] {
    var batch = batch
    batch.shape.images = plan.images
    renderer.render(
      plan, into: UnsafeMutableBufferPointer(start: batch.pointer, count: batch.shape.count),
      pool: network.context.pool)
    let features = network.features(of: batch, .evaluation)
    return heads.map { network.head($0.name.tensorPrefix).forward(features, .evaluation) }
  }
}

extension HeadDescription {
  /// Whether it has more clusters than there are classes, by intention.
  var overClusters: Bool { !isMain || matching == .manyToOne }
}
