import Clustering
import Datasets
import Kernels
import NeuralNet
import Snapshots

/// Measures a network that tells classes apart: the probabilities of an image are the mean over
/// fixed crops of it, and its class is the most probable one.
package struct ClassifierEvaluator {
  private let network: Network<ClassifierHead>
  private let renderer: BatchRenderer
  private let views: [Int]
  private let classes: Int
  private let piece: Int

  /// - Throws: `DatasetError` if the crops do not fit the images.
  package init(
    _ settings: FineTuningSettings, dataset: ImageDataset, network: Network<ClassifierHead>
  ) throws(DatasetError) {
    self.network = network
    renderer = try BatchRenderer(
      dataset: dataset,
      augmentation: TenCrop(outputSize: settings.views.inputSize, cropSize: settings.views.crop))
    views = settings.views.testViews(of: dataset.size)
    classes = network.head(HeadID.classifier.tensorPrefix).clusters
    piece = max(1, settings.batchSize / views.count)
  }

  /// The class probabilities of images, `[images, classes]`; nil if `isCancelled` said so on the
  /// way.
  package func probabilities(
    of images: [Int], isCancelled: () -> Bool = { false }
  ) -> [[Float]]? {
    var shape = network.inputShape
    shape.images = piece * views.count
    let memory = Tensor(shape)
    var rows: [[Float]] = []
    rows.reserveCapacity(images.count)
    for first in stride(from: 0, to: images.count, by: piece) {
      if isCancelled() { return nil }
      rows += probabilities(images[first..<min(first + piece, images.count)], in: memory)
    }
    return rows
  }

  private func probabilities(_ images: ArraySlice<Int>, in memory: Tensor) -> [[Float]] {
    // Nothing is drawn of these views; the numbers are not looked at.
    let random = RandomStream(seed: 0, purpose: .firstView)
    let plan = BatchPlan(
      rows: images.enumerated().flatMap { index, image in
        views.enumerated().map { position, view in
          let place = index * views.count + position
          return BatchPlan.Row(
            image: image, view: .drawn(index: view, random), places: place..<place + 1)
        }
      })
    var batch = memory
    batch.shape.images = plan.images
    renderer.render(
      plan, into: UnsafeMutableBufferPointer(start: batch.pointer, count: batch.shape.count),
      pool: network.context.pool)
    let output = network.forward(batch, head: HeadID.classifier.tensorPrefix, .evaluation)
    return images.indices.map { index in
      let first = (index - images.startIndex) * views.count
      return (0..<classes).map { label in
        let sum = (first..<first + views.count).reduce(Float(0)) { $0 + output[$1, 0, 0, label] }
        return sum / Float(views.count)
      }
    }
  }

  /// Measures images that have labels; nil if `isCancelled` said so on the way.
  ///
  /// - Parameter samples: those of the images whose probabilities are reported.
  package func evaluate(
    _ images: [Int], samples: [Int], step: Int, epoch: Int, elapsed: Double,
    isCancelled: () -> Bool
  ) -> EvaluationSnapshot? {
    guard let rows = probabilities(of: images, isCancelled: isCancelled) else { return nil }
    let labels = renderer.dataset.labels
    var table = ContingencyTable(clusters: classes, classes: classes)
    var loss = 0.0
    for (image, row) in zip(images, rows) {
      let label = Int(labels[image])
      table.add(cluster: row.indexOfLargest, label: label)
      loss += CrossEntropy.loss(row[label])
    }
    let places = Dictionary(
      zip(images, images.indices).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    let assignment = ClusterAssignment(classOfCluster: Array(0..<classes))
    let scores = ClassScores(
      accuracy: table.accuracy(under: assignment), nmi: table.normalizedMutualInformation,
      ari: table.adjustedRandIndex, classOfCluster: assignment.classOfCluster,
      contingency: table.counts)
    let classifier = SubHeadEvaluation(
      index: 0, loss: loss / Double(max(1, images.count)), scores: scores,
      clusterShares: table.clusterShares.map { Float($0) },
      sampleProbabilities: samples.flatMap { places[$0].map { rows[$0] } ?? [] })
    return EvaluationSnapshot(
      step: step, epoch: epoch, elapsed: elapsed, images: images.count,
      heads: [HeadEvaluation(head: .classifier, subHeads: [classifier])])
  }
}
