import Foundation
import Kernels

/// How the clusters of one joint distribution flow together when they are merged pairwise, each
/// time the two whose merging costs least mutual information (agglomerative information bottleneck:
/// Slonim and Tishby 1999). No label enters it.
///
/// Merging clusters i and j adds row i to row j and column i to column j of P; the cost is I(P)
/// before less I(P) after, in nats, never negative but for rounding. Costs that differ by less than
/// `tolerance` count as equal, and of equal pairs the first one is merged, so that the tree does
/// not depend on how a machine rounds.
package struct ClusterTree: Equatable, Sendable {
  /// One merge. Nodes 0..<C are the clusters themselves; the merge at position k makes node C + k.
  package struct Merge: Equatable, Sendable {
    /// The node that holds the lowest cluster of both.
    package var first: Int
    package var second: Int
    /// What it costs, in nats.
    package var cost: Double

    package init(first: Int, second: Int, cost: Double) {
      self.first = first
      self.second = second
      self.cost = cost
    }
  }

  /// Costs that differ by less are equal, in nats.
  package static let tolerance = 1e-12

  /// C, the clusters of the joint.
  package let clusters: Int
  /// Whether each cluster is in the tree. One with no probability at all is left out.
  package let isPresent: [Bool]
  /// In order, down to one node: one less than there are clusters in the tree. None where the joint
  /// is not a number.
  package let merges: [Merge]

  /// In O(C³) logarithms.
  ///
  /// - Parameter pool: shares the work; the tree is the same without.
  package init(
    _ joint: JointDistribution, kernels: KernelTable = InstructionSet.fastest.kernels,
    pool: WorkerPool? = nil
  ) {
    clusters = joint.clusters
    let isNumber = joint.probabilities.allSatisfy(\.isFinite)
    let isPresent = joint.marginal.map { isNumber && $0 > 0 }
    self.isPresent = isPresent
    let members = isPresent.indices.filter { isPresent[$0] }
    merges = Agglomeration(joint, members: members, kernels: kernels, pool: pool).run()
  }

  /// A tree made elsewhere, as read from a stored run.
  package init(clusters: Int, isPresent: [Bool], merges: [Merge]) {
    self.clusters = clusters
    self.isPresent = isPresent
    self.merges = merges
  }

  /// Clusters in the tree.
  package var leaves: Int { isPresent.count { $0 } }

  /// The group of each cluster when only `count` groups are left, numbered by their lowest
  /// clusters; −1 for a cluster that is not in the tree. Fewer groups where there are fewer
  /// clusters.
  package func groups(_ count: Int) -> [Int] {
    precondition(count >= 1, "\(count) groups")
    var root = Array(0..<clusters + merges.count)
    for (position, merge) in merges.prefix(max(0, leaves - count)).enumerated() {
      root[merge.first] = clusters + position
      root[merge.second] = clusters + position
    }
    return Self.numbered(
      (0..<clusters).map { cluster in
        guard isPresent[cluster] else { return -1 }
        var node = cluster
        while root[node] != node { node = root[node] }
        return node
      })
  }

  /// The same groups, numbered by their lowest clusters; −1 stays.
  static func numbered(_ groups: [Int]) -> [Int] {
    var numbers: [Int: Int] = [:]
    return groups.map { group in
      guard group >= 0 else { return -1 }
      let number = numbers[group] ?? numbers.count
      numbers[group] = number
      return number
    }
  }
}
