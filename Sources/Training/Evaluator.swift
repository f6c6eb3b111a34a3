import Clustering
import Datasets
import Kernels
import NeuralNet
import Snapshots

/// Measures every sub-head of a network on a whole data set.
///
/// Each image is seen twice: its centre crop, which is assigned to a cluster, and one transformed copy, which
/// with the crop gives the joint distribution. The copies are the same in every evaluation of a seed.
package struct Evaluator {
  private let configuration: Configuration
  private let renderer: BatchRenderer
  private let network: Network
  private let samples: [Int]
  private let images: Tensor
  private let piece: Int

  /// - Parameter samples: the data set's images whose probabilities are reported.
  package init(
    configuration: Configuration, renderer: BatchRenderer, network: Network, samples: [Int]
  ) {
    self.configuration = configuration
    self.renderer = renderer
    self.network = network
    self.samples = samples
    piece = min(configuration.batchPairs, renderer.dataset.count)
    var shape = network.inputShape
    shape.images = 2 * piece
    images = Tensor(shape)
  }

  /// Evaluates all heads with running batch-norm statistics; nil if `isCancelled` said so on the way.
  package func evaluate(
    step: Int, epoch: Int, elapsed: Double, isCancelled: () -> Bool = { false }
  ) -> EvaluationSnapshot? {
    let dataset = renderer.dataset
    var tallies = configuration.heads.map { name, head in
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
        range, seed: configuration.seed,
        into: UnsafeMutableBufferPointer(start: batch.pointer, count: batch.shape.count),
        pool: network.context.pool)
      let features = network.trunk.forward(batch, .evaluation)
      for (index, (name, head)) in configuration.heads.enumerated() {
        let probabilities = network.head("head_\(name)").forward(features)
        for subHead in 0..<head.subHeads {
          tallies[index][subHead].add(
            probabilities, subHead: subHead, range: range, labels: dataset.labels,
            samplePlaces: samplePlaces)
        }
      }
    }
    let heads = zip(configuration.heads, tallies).map { entry, tallies in
      let name = HeadID(rawValue: entry.name)
      return HeadEvaluation(
        head: name,
        subHeads: tallies.enumerated().map { index, tally in
          tally.evaluation(index: index, head: name, lambda: configuration.lambda)
        })
    }
    return EvaluationSnapshot(step: step, epoch: epoch, elapsed: elapsed, heads: heads)
  }
}

/// What is counted of one sub-head while the images go by.
private struct Tally {
  var confusion: ConfusionCounts
  var joint: JointSum
  var sampleProbabilities: [Float]

  init(clusters: Int, classes: Int, samples: Int) {
    confusion = ConfusionCounts(clusters: clusters, classes: classes)
    joint = JointSum(clusters: clusters)
    sampleProbabilities = Array(repeating: 0, count: samples * clusters)
  }

  /// `probabilities` holds the centre crops of `range`, then their transformed copies.
  mutating func add(
    _ probabilities: Tensor, subHead: Int, range: Range<Int>, labels: [UInt8],
    samplePlaces: [Int: [Int]]
  ) {
    let clusters = confusion.clusters
    let (plain, transformed) = probabilities.sides(
      subHead: subHead, clusters: clusters, pairs: range.count)
    joint.accumulate(plain: plain, transformed: transformed)
    for (row, image) in range.enumerated() {
      let values = UnsafeBufferPointer(
        start: plain.base + row * plain.rowStride, count: clusters)
      var cluster = 0
      for index in 1..<clusters where values[index] > values[cluster] { cluster = index }
      confusion.add(cluster: cluster, label: Int(labels[image]))
      for place in samplePlaces[image] ?? [] {
        sampleProbabilities.replaceSubrange(
          place * clusters..<(place + 1) * clusters, with: values)
      }
    }
  }

  func evaluation(index: Int, head: HeadID, lambda: Double) -> SubHeadEvaluation {
    let distribution = JointDistribution(joint)
    let map =
      head == .b ? ClusterMap(oneToOne: confusion) : ClusterMap(majority: confusion)
    return SubHeadEvaluation(
      index: index, loss: -distribution.mutualInformation(lambda: lambda),
      mutualInformation: distribution.mutualInformation(), entropy: distribution.entropy,
      conditionalEntropy: distribution.conditionalEntropy,
      scores: ClassScores(
        accuracy: confusion.accuracy(under: map), nmi: confusion.normalizedMutualInformation,
        ari: confusion.adjustedRandIndex, classOfCluster: map.classOfCluster,
        contingency: confusion.counts),
      joint: distribution.probabilities.map { Float($0) },
      clusterShares: confusion.clusterMasses.map { Float($0) },
      sampleProbabilities: sampleProbabilities)
  }
}
