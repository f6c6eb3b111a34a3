import Clustering
import Snapshots

extension HeadEvaluation {
  /// - Parameters:
  ///   - trees: of the sub-heads; none for a head that does not over-cluster.
  ///   - suggestion: the number of classes that it speaks for.
  init(
    _ head: HeadDescription, _ measurements: [SubHeadMeasurement], trees: [ClusterTree],
    suggestion: SuggestedCount?, lambda: Double
  ) {
    let clusters = head.clusters
    var subHeads = measurements.enumerated().map { index, measurement in
      SubHeadEvaluation(
        measurement, index: index, matching: head.matching, lambda: lambda,
        tree: trees.isEmpty ? nil : trees[index])
    }
    func matching(_ first: Int, _ second: Int) -> PartitionMatching {
      PartitionMatching(
        measurements[first].assigned, clusters: clusters, measurements[second].assigned,
        clusters: clusters)
    }
    var agreements = subHeads.map { _ in [Double]() }
    for first in subHeads.indices {
      for second in subHeads.indices where second > first {
        let agreement = matching(first, second).agreement
        agreements[first].append(agreement)
        agreements[second].append(agreement)
      }
    }
    for index in subHeads.indices {
      let others = agreements[index]
      subHeads[index].agreement =
        others.isEmpty ? nil : others.reduce(0, +) / Double(others.count)
    }
    let reported = subHeads.indexOfReported ?? 0
    for index in subHeads.indices {
      subHeads[index].alignment = matching(index, reported).matchOfCluster
    }
    self.init(head: head.name, subHeads: subHeads, suggestion: suggestion)
  }
}

extension SubHeadEvaluation {
  /// What was counted of a sub-head.
  init(
    _ measurement: SubHeadMeasurement, index: Int, matching: ClusterMatching, lambda: Double,
    tree: ClusterTree?
  ) {
    let distribution = JointDistribution(measurement.joint)
    let loss = measurement.loss(lambda: lambda)
    let images = Float(max(1, measurement.sizes.reduce(0, +)))
    self.init(
      index: index, loss: loss.value, mutualInformation: loss.mutualInformation,
      entropy: distribution.entropy,
      conditionalEntropy: distribution.conditionalEntropy,
      // Of nothing that has a class there is nothing to score.
      scores: measurement.contingency.flatMap {
        $0.total == 0
          ? nil : ClassScores($0, assignedBy: measurement.assignmentTable ?? $0, matching)
      },
      joint: distribution.probabilities.map { Float($0) },
      clusterShares: measurement.sizes.map { Float($0) / images },
      sampleProbabilities: measurement.sampleProbabilities,
      merges: (tree?.merges ?? []).map {
        TreeMerge(first: $0.first, second: $0.second, cost: $0.cost)
      })
    sampleMaps = measurement.sampleMaps
    displacementInformation = loss.byDisplacement
  }
}

extension ClassScores {
  /// How clusters and classes go together, by the assignment that suits `assignmentTable` best.
  init(
    _ table: ContingencyTable, assignedBy assignmentTable: ContingencyTable,
    _ matching: ClusterMatching
  ) {
    let oneToOne = ClusterAssignment(oneToOne: assignmentTable)
    let majority = ClusterAssignment(majority: assignmentTable)
    let assignment =
      switch matching {
      case .oneToOne: oneToOne
      case .manyToOne: majority
      case .identity: ClusterAssignment(classOfCluster: Array(0..<table.clusters))
      }
    self.init(
      accuracy: table.accuracy(under: assignment), nmi: table.normalizedMutualInformation,
      ari: table.adjustedRandIndex, oneToOneAccuracy: table.accuracy(under: oneToOne),
      manyToOneAccuracy: table.accuracy(under: majority),
      classOfCluster: assignment.classOfCluster, contingency: table.counts)
  }
}
