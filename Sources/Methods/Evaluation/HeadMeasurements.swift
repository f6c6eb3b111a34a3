import Clustering
import Kernels
import NeuralNet
import Snapshots

/// What follows from counts of every sub-head of every head, however they were counted.
struct HeadMeasurements {
  let heads: [HeadDescription]
  /// By head, in their order, then by sub-head.
  let measured: [[SubHeadMeasurement]]
  /// How the clusters of each head's sub-heads flow together; none for heads that do not
  /// over-cluster.
  let trees: [[ClusterTree]]
  /// Places of measured images that look alike.
  private let neighbours: [NearestNeighbours.Pair]
  private let pool: WorkerPool

  init(
    _ heads: [HeadDescription], _ measured: [[SubHeadMeasurement]],
    neighbours: [NearestNeighbours.Pair] = [], context: ComputeContext
  ) {
    self.heads = heads
    self.measured = measured
    self.neighbours = neighbours
    pool = context.pool
    trees = zip(heads, measured).map { head, subHeads in
      guard head.overClusters else { return [] }
      return subHeads.map {
        ClusterTree(JointDistribution($0.joint), kernels: context.kernels, pool: context.pool)
      }
    }
  }

  /// The main head's sub-heads; none without such a head.
  var main: [SubHeadMeasurement] {
    heads.firstIndex(where: \.isMain).map { measured[$0] } ?? []
  }

  /// The over-clustering head's clusters in as many groups as the main head has; nil without both
  /// heads.
  var partitions: TreePartitions? {
    guard let main = heads.first(where: \.isMain), !main.overClusters else { return nil }
    return partitions(groups: main.clusters)
  }

  /// The over-clustering head's clusters in so many groups; nil without such a head.
  func partitions(groups: Int) -> TreePartitions? {
    heads.firstIndex(where: \.overClusters).map {
      TreePartitions(
        measured[$0], trees: trees[$0], neighbours: neighbours, groups: groups, pool: pool)
    }
  }

  /// How many classes the over-clustering head's joints speak for; nil where they show none.
  var suggestion: SuggestedCount? { heads.firstIndex(where: \.overClusters).flatMap(suggestion) }

  private func suggestion(ofHead index: Int) -> SuggestedCount? {
    let curves = zip(measured[index], trees[index]).map {
      InformationCurve(JointDistribution($0.joint), tree: $1, pool: pool)
    }
    return InformationCurve.suggestedCount(curves).map {
      SuggestedCount(clusters: $0.clusters, jump: $0.jump)
    }
  }

  /// - Parameters:
  ///   - images: that were measured.
  ///   - batchPairs: see `EvaluationWarnings`.
  func evaluation(
    step: Int, epoch: Int, elapsed: Double, images: Int, lambda: Double, batchPairs: Int?,
    viewsAreIdentical: Bool
  ) -> EvaluationSnapshot {
    let evaluations = heads.indices.map {
      HeadEvaluation(
        heads[$0], measured[$0], trees: trees[$0], suggestion: suggestion(ofHead: $0),
        lambda: lambda)
    }
    let warnings = EvaluationWarnings(
      heads: heads, batchPairs: batchPairs, viewsAreIdentical: viewsAreIdentical)
    return EvaluationSnapshot(
      step: step, epoch: epoch, elapsed: elapsed, images: images, heads: evaluations,
      warnings: warnings.warnings(
        epoch: epoch, evaluations, partitions: partitions, main: main))
  }
}
