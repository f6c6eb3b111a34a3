import Clustering
import Datasets
import Kernels
import NeuralNet
import Snapshots

/// Measures every sub-head of a network on a whole data set.
///
/// Each image is seen twice: its centre crop, which is assigned to a cluster, and one transformed copy, which
/// with the crop gives the joint distribution. The copies are the same in every evaluation of a seed.
package struct ClusterEvaluator {
  private let heads: [HeadDescription]
  private let lambda: Double
  private let seed: UInt64
  private let renderer: BatchRenderer
  private let network: Network<ClusterHead>
  private let samples: [Int]
  private let images: Tensor
  private let piece: Int

  /// - Parameters:
  ///   - lambda: of the losses.
  ///   - batchSize: images at a time, each with its transformed copy.
  ///   - samples: the data set's images whose probabilities are reported.
  package init(
    heads: [HeadDescription], lambda: Double, seed: UInt64, batchSize: Int,
    renderer: BatchRenderer, network: Network<ClusterHead>, samples: [Int]
  ) {
    self.heads = heads
    self.lambda = lambda
    self.seed = seed
    self.renderer = renderer
    self.network = network
    self.samples = samples
    piece = min(batchSize, renderer.dataset.count)
    var shape = network.inputShape
    shape.images = 2 * piece
    images = Tensor(shape)
  }

  /// Evaluates all heads with running batch-norm statistics; nil if `isCancelled` said so on the way.
  package func evaluate(
    step: Int, epoch: Int, elapsed: Double, isCancelled: () -> Bool
  ) -> EvaluationSnapshot? {
    let dataset = renderer.dataset
    var tallies = heads.map { head in
      (0..<head.subHeads).map { _ in
        Tally(clusters: head.clusters, classes: dataset.classes, samples: samples.count)
      }
    }
    var samplePlaces: [Int: [Int]] = [:]
    for (place, image) in samples.enumerated() { samplePlaces[image, default: []].append(place) }

    for first in stride(from: 0, to: dataset.count, by: piece) {
      if isCancelled() { return nil }
      let range = first..<min(first + piece, dataset.count)
      var batch = images
      batch.shape.images = 2 * range.count
      renderer.renderEvaluationPairs(
        range, seed: seed,
        into: UnsafeMutableBufferPointer(start: batch.pointer, count: batch.shape.count),
        pool: network.context.pool)
      let features = network.features(of: batch, .evaluation)
      for (index, head) in heads.enumerated() {
        let probabilities = network.head(head.name.tensorPrefix).forward(features, .evaluation)
        for subHead in 0..<head.subHeads {
          tallies[index][subHead].add(
            probabilities, subHead: subHead, range: range, labels: dataset.labels,
            samplePlaces: samplePlaces)
        }
      }
    }
    return EvaluationSnapshot(
      step: step, epoch: epoch, elapsed: elapsed,
      heads: zip(heads, tallies).map { head, tallies in
        HeadEvaluation(
          head: head.name,
          subHeads: tallies.enumerated().map { index, tally in
            tally.evaluation(index: index, matching: head.matching, lambda: lambda)
          })
      })
  }
}

/// What is counted of one sub-head while the images go by.
private struct Tally {
  private let clusters: Int
  private var sizes: [Int]
  /// nil without classes.
  private var contingency: ContingencyTable?
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

  /// `probabilities` holds the centre crops of `range`, then their transformed copies. An image with a negative
  /// label is in no class.
  mutating func add(
    _ probabilities: Tensor, subHead: Int, range: Range<Int>, labels: [some BinaryInteger],
    samplePlaces: [Int: [Int]]
  ) {
    let (plain, transformed) = probabilities.views(subHead: subHead, clusters: clusters)
    joint.accumulate(plain: plain, transformed: transformed)
    for (row, image) in range.enumerated() {
      let values = UnsafeBufferPointer(
        start: plain.base + row * plain.rowStride, count: clusters)
      var cluster = 0
      for index in 1..<clusters where values[index] > values[cluster] { cluster = index }
      sizes[cluster] += 1
      if labels[image] >= 0 { contingency?.add(cluster: cluster, label: Int(labels[image])) }
      for place in samplePlaces[image] ?? [] {
        sampleProbabilities.replaceSubrange(
          place * clusters..<(place + 1) * clusters, with: values)
      }
    }
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
      scores: contingency.map { ClassScores($0, matching) },
      joint: distribution.probabilities.map { Float($0) },
      clusterShares: sizes.map { Float($0) / images },
      sampleProbabilities: sampleProbabilities)
  }
}

extension ClassScores {
  /// How clusters and classes go together.
  fileprivate init(_ table: ContingencyTable, _ matching: ClusterMatching) {
    let assignment =
      switch matching {
      case .oneToOne: ClusterAssignment(oneToOne: table)
      case .manyToOne: ClusterAssignment(majority: table)
      }
    self.init(
      accuracy: table.accuracy(under: assignment), nmi: table.normalizedMutualInformation,
      ari: table.adjustedRandIndex, classOfCluster: assignment.classOfCluster,
      contingency: table.counts)
  }
}
