import Clustering
import Kernels

/// The over-clustering head's clusters in as many groups as the main head has clusters: each
/// sub-head's own idea of the classes. They start from its tree's cut, and single clusters are then
/// moved to where they keep more information, of an image and its transformed copy and of images
/// that look alike.
struct TreePartitions {
  struct Cut {
    /// The group of each cluster; −1 for one that no image is in.
    var groups: [Int]
    /// The group of each measured image.
    var partition: [Int32]
    /// The share of the images on which it agrees with another cut, the mean over the others.
    var consensus = 1.0
  }

  let groups: Int
  /// By sub-head; nil for one whose tree has fewer leaves.
  let cuts: [Cut?]
  /// The share of the images on which two cuts agree, 1 with itself; 0 if one is missing.
  let agreements: [[Double]]
  /// The cut that the others agree with most, the first of equal ones; nil if there is none.
  let best: Int?

  /// - Parameters:
  ///   - measurements: of each sub-head, on the same images.
  ///   - trees: of their joints.
  ///   - neighbours: places of images that look alike; none to do without.
  ///   - pool: shares the search for groups.
  init(
    _ measurements: [SubHeadMeasurement], trees: [ClusterTree],
    neighbours: [NearestNeighbours.Pair], groups: Int, pool: WorkerPool
  ) {
    self.groups = groups
    var cuts = zip(measurements, trees).map { measurement, tree -> Cut? in
      guard tree.leaves >= groups else { return nil }
      let groups = InformativeGroups(
        [JointDistribution(measurement.joint)] + measurement.joint(of: neighbours), tree: tree,
        count: groups, pool: pool
      ).groups
      return Cut(groups: groups, partition: measurement.assigned.map { Int32(groups[Int($0)]) })
    }
    let there = cuts.indices.filter { cuts[$0] != nil }
    var agreements = cuts.map { _ in cuts.map { _ in 0.0 } }
    for index in there {
      agreements[index][index] = 1
      for other in there where other > index {
        guard let first = cuts[index], let second = cuts[other] else { continue }
        let matching = PartitionMatching(
          first.partition, clusters: groups, second.partition, clusters: groups)
        agreements[index][other] = matching.agreement
        agreements[other][index] = matching.agreement
      }
    }
    for index in there where there.count > 1 {
      let others = there.filter { $0 != index }.map { agreements[index][$0] }
      cuts[index]?.consensus = others.reduce(0, +) / Double(others.count)
    }
    self.cuts = cuts
    self.agreements = agreements
    best = there.max { (cuts[$0]?.consensus ?? 0, $1) < (cuts[$1]?.consensus ?? 0, $0) }
  }

  var bestCut: Cut? { best.flatMap { cuts[$0] } }

  /// Trees have settled when the best cut's consensus is so large.
  static let settledConsensus = 0.8
}

extension SubHeadMeasurement {
  /// The joint of pairs of measured images; none of no pairs.
  fileprivate func joint(of pairs: [NearestNeighbours.Pair]) -> [JointDistribution] {
    guard !pairs.isEmpty else { return [] }
    var sums = [Double](repeating: 0, count: clusters * clusters)
    for pair in pairs {
      sums[Int(assigned[pair.point]) * clusters + Int(assigned[pair.neighbour])] += 1
    }
    return [JointDistribution(JointSum(clusters: clusters, sums: sums, pairs: pairs.count))]
  }
}
