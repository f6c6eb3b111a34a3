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
  private let heads: [HeadDescription]
  private let lambda: Double
  private let seed: UInt64
  private let renderer: BatchRenderer
  private let network: Network<ClusterHead>
  private let images: EvaluationImages
  private let samples: [Int]
  private let batch: Tensor
  private let piece: Int

  /// - Parameters:
  ///   - lambda: of the losses.
  ///   - batchSize: images at a time, each with its transformed copy.
  ///   - images: the data set's images that are measured.
  ///   - samples: those of them whose probabilities are reported.
  package init(
    heads: [HeadDescription], lambda: Double, seed: UInt64, batchSize: Int,
    renderer: BatchRenderer, network: Network<ClusterHead>, images: EvaluationImages,
    samples: [Int]
  ) {
    self.heads = heads
    self.lambda = lambda
    self.seed = seed
    self.renderer = renderer
    self.network = network
    self.images = images
    self.samples = samples
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
    let labels = renderer.dataset.labels
    var tallies = heads.map { head in
      (0..<head.subHeads).map { _ in
        Tally(
          clusters: head.clusters, classes: renderer.dataset.classes, samples: samples.count)
      }
    }
    for images in pieces(of: selection.assignment ?? [], size: 2 * piece) {
      if isCancelled() { return nil }
      for (index, probabilities) in probabilities(.evaluation(of: images)).enumerated() {
        for subHead in tallies[index].indices {
          tallies[index][subHead].addAssignment(
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
        for subHead in tallies[index].indices {
          tallies[index][subHead].add(
            probabilities, subHead: subHead, images: images, labels: labels,
            samplePlaces: samplePlaces)
        }
      }
    }
    return EvaluationSnapshot(
      step: step, epoch: epoch, elapsed: elapsed, images: selection.measured.count,
      heads: zip(heads, tallies).map { head, tallies in
        HeadEvaluation(
          head: head.name,
          subHeads: tallies.enumerated().map { index, tally in
            tally.evaluation(index: index, matching: head.matching, lambda: lambda)
          })
      })
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

/// What is counted of one sub-head while the images go by.
private struct Tally {
  private let clusters: Int
  private var sizes: [Int]
  /// nil without classes.
  private var contingency: ContingencyTable?
  /// Counts of the images that say which class a cluster stands for; nil where those are the
  /// measured ones.
  private var assignmentTable: ContingencyTable?
  private var joint: JointSum
  private var sampleProbabilities: [Float]

  /// - Parameter classes: 0 for images without labels.
  init(clusters: Int, classes: Int, samples: Int) {
    self.clusters = clusters
    sizes = Array(repeating: 0, count: clusters)
    contingency = classes > 0 ? ContingencyTable(clusters: clusters, classes: classes) : nil
    joint = JointSum(clusters: clusters)
    sampleProbabilities = Array(repeating: 0, count: samples * clusters)
  }

  /// `probabilities` holds the centre crops of `images`, as many as there are.
  mutating func addAssignment(
    _ probabilities: Tensor, subHead: Int, images: ArraySlice<Int>, labels: [Int32]
  ) {
    guard let contingency else { return }
    var table =
      assignmentTable ?? ContingencyTable(clusters: clusters, classes: contingency.classes)
    let stride = probabilities.shape.channelStride
    let base = probabilities.pointer + subHead * clusters
    for (row, image) in images.enumerated() where labels[image] >= 0 {
      let values = UnsafeBufferPointer(start: base + row * stride, count: clusters)
      table.add(cluster: Self.cluster(values), label: Int(labels[image]))
    }
    assignmentTable = table
  }

  /// `probabilities` holds the centre crops of `images`, then their transformed copies. An image
  /// with a negative label is in no class.
  mutating func add(
    _ probabilities: Tensor, subHead: Int, images: ArraySlice<Int>, labels: [Int32],
    samplePlaces: [Int: [Int]]
  ) {
    let (firstView, secondView) = probabilities.views(subHead: subHead, clusters: clusters)
    joint.accumulate(firstView: firstView, secondView: secondView)
    for (row, image) in images.enumerated() {
      let values = UnsafeBufferPointer(
        start: firstView.base + row * firstView.rowStride, count: clusters)
      let cluster = Self.cluster(values)
      sizes[cluster] += 1
      if labels[image] >= 0 { contingency?.add(cluster: cluster, label: Int(labels[image])) }
      for place in samplePlaces[image] ?? [] {
        sampleProbabilities.replaceSubrange(
          place * clusters..<(place + 1) * clusters, with: values)
      }
    }
  }

  /// The first of the most probable ones.
  private static func cluster(_ probabilities: UnsafeBufferPointer<Float>) -> Int {
    var cluster = 0
    for index in 1..<probabilities.count where probabilities[index] > probabilities[cluster] {
      cluster = index
    }
    return cluster
  }

  func evaluation(
    index: Int, matching: ClusterMatching, lambda: Double
  ) -> SubHeadEvaluation {
    let distribution = JointDistribution(joint)
    let images = Float(max(1, sizes.reduce(0, +)))
    return SubHeadEvaluation(
      index: index, loss: -distribution.mutualInformation(lambda: lambda),
      mutualInformation: distribution.mutualInformation(), entropy: distribution.entropy,
      conditionalEntropy: distribution.conditionalEntropy,
      scores: contingency.map { ClassScores($0, assignedBy: assignmentTable ?? $0, matching) },
      joint: distribution.probabilities.map { Float($0) },
      clusterShares: sizes.map { Float($0) / images },
      sampleProbabilities: sampleProbabilities)
  }
}

extension ClassScores {
  /// How clusters and classes go together, by the assignment that suits `assignmentTable` best.
  fileprivate init(
    _ table: ContingencyTable, assignedBy assignmentTable: ContingencyTable,
    _ matching: ClusterMatching
  ) {
    let assignment =
      switch matching {
      case .oneToOne: ClusterAssignment(oneToOne: assignmentTable)
      case .manyToOne: ClusterAssignment(majority: assignmentTable)
      case .identity: ClusterAssignment(classOfCluster: Array(0..<table.clusters))
      }
    self.init(
      accuracy: table.accuracy(under: assignment), nmi: table.normalizedMutualInformation,
      ari: table.adjustedRandIndex, classOfCluster: assignment.classOfCluster,
      contingency: table.counts)
  }
}
