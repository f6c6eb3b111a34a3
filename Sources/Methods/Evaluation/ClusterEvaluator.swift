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
  /// nil where trees are compared by transformed copies alone.
  private let neighbours: ImageNeighbours?

  /// - Parameters:
  ///   - images: the data set's images that are measured.
  ///   - samples: those of them whose probabilities are reported.
  package init(
    _ settings: InformationClusteringSettings, seed: UInt64, renderer: BatchRenderer,
    network: Network<ClusterHead>, images: EvaluationImages, samples: [Int]
  ) {
    heads = settings.turns.heads
    lambda = settings.lambda
    self.seed = seed
    self.renderer = renderer
    self.network = network
    self.images = images
    self.samples = samples
    viewsAreIdentical = settings.views.areIdentical
    neighbours =
      settings.restart.enabled && settings.neighbours > 0
      ? ImageNeighbours(
        images: images.regular.sample(limit: settings.restart.images).measured,
        count: settings.neighbours)
      : nil
    batchSize = settings.batchPairs
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
    guard let pairs = neighbourPairs(in: selection.measured, isCancelled) else { return nil }
    return HeadMeasurements(
      heads, measured, neighbours: pairs, context: network.context)
  }

  /// Places of images that look alike; none without an over-clustering head beside the main one,
  /// nil if `isCancelled` said so on the way.
  private func neighbourPairs(
    in measured: [Int], _ isCancelled: () -> Bool
  ) -> [NearestNeighbours.Pair]? {
    guard let neighbours, heads.contains(where: { !$0.isMain }) else { return [] }
    let pairs = neighbours.pairs(
      piece: piece, context: network.context, isCancelled: isCancelled
    ) { render(.evaluation(of: $0)) }
    guard let pairs else { return nil }
    let places = Dictionary(uniqueKeysWithValues: measured.enumerated().map { ($1, $0) })
    return pairs.compactMap { pair in
      guard let point = places[pair.point], let neighbour = places[pair.neighbour] else {
        return nil
      }
      return NearestNeighbours.Pair(point: point, neighbour: neighbour)
    }
  }

  private func pieces(of images: [Int], size: Int) -> [ArraySlice<Int>] {
    stride(from: 0, to: images.count, by: size).map {
      images[$0..<min($0 + size, images.count)]
    }
  }

  /// What each head says of a batch: probabilities `[N, 1, 1, h·C]`.
  private func probabilities(_ plan: BatchPlan) -> [Tensor] {
    let features = network.features(of: render(plan), .evaluation)
    return heads.map { network.head($0.name.tensorPrefix).forward(features, .evaluation) }
  }

  private func render(_ plan: BatchPlan) -> Tensor {
    var batch = batch
    batch.shape.images = plan.images
    renderer.render(
      plan, into: UnsafeMutableBufferPointer(start: batch.pointer, count: batch.shape.count),
      pool: network.context.pool)
    return batch
  }
}

extension HeadDescription {
  /// Whether it has more clusters than there are classes, by intention.
  var overClusters: Bool { !isMain || matching == .manyToOne }
}
