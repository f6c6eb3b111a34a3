import Clustering
import Kernels

/// The over-clustering head's trees cut at as many groups as the main head has clusters: each
/// sub-head's own idea of the classes.
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
  /// By sub-head; nil for one whose tree has fewer groups.
  let cuts: [Cut?]
  /// The cut that the others agree with most, the first of equal ones; nil if there is none.
  let best: Int?

  /// - Parameters:
  ///   - measurements: of each sub-head, on the same images.
  ///   - trees: of their joints.
  init(_ measurements: [SubHeadMeasurement], trees: [ClusterTree], groups: Int) {
    self.groups = groups
    var cuts = zip(measurements, trees).map { measurement, tree -> Cut? in
      guard tree.leaves >= groups else { return nil }
      let groups = tree.groups(groups)
      return Cut(groups: groups, partition: measurement.assigned.map { Int32(groups[Int($0)]) })
    }
    let there = cuts.indices.filter { cuts[$0] != nil }
    for index in there {
      let agreements = there.filter { $0 != index }.compactMap { other in
        Self.agreement(cuts[index], cuts[other], groups)
      }
      if !agreements.isEmpty {
        cuts[index]?.consensus = agreements.reduce(0, +) / Double(agreements.count)
      }
    }
    self.cuts = cuts
    best = there.max { (cuts[$0]?.consensus ?? 0, $1) < (cuts[$1]?.consensus ?? 0, $0) }
  }

  var bestCut: Cut? { best.flatMap { cuts[$0] } }

  /// The share of the images on which two cuts agree; 0 if one is missing.
  func agreement(_ first: Int, _ second: Int) -> Double {
    Self.agreement(cuts[first], cuts[second], groups) ?? 0
  }

  private static func agreement(_ first: Cut?, _ second: Cut?, _ groups: Int) -> Double? {
    guard let first, let second else { return nil }
    return PartitionMatching(
      first.partition, clusters: groups, second.partition, clusters: groups
    ).agreement
  }
}
