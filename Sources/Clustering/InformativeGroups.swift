import Kernels

/// The groups of clusters that keep most mutual information, as far as moving one cluster at a time
/// can find them (sequential information bottleneck: Slonim, Friedman and Tishby 2002). No label
/// enters it.
///
/// There may be several joints of the same clusters, of different kinds of pairs; what they keep is
/// added up. A kind that knows little of the clusters then has little to say.
///
/// A tree's merges are for good: two classes that met early stay together, however much better
/// another cut turns out to be. So its cut is only one of the starts here; the others are drawn at
/// random, and the one that ends with the most information counts.
package struct InformativeGroups: Equatable, Sendable {
  /// The group of each cluster, numbered by their lowest clusters; −1 for a cluster that is not in
  /// the tree.
  package let groups: [Int]
  /// I of the joints with their clusters added up by group, in nats, and added up.
  package let information: Double

  /// A move has to gain so much, in nats, and so does a later start: what rounding leaves.
  static let tolerance = 1e-10
  /// On the digits and MNIST sixteen random starts found the most in every joint that was looked at.
  package static let usualRandomStarts = 16
  /// Terms that all starts may look at in one sweep over the clusters, so that very many clusters
  /// stay a matter of seconds.
  private static let mostTerms = 4_000_000

  /// - Parameters:
  ///   - joints: at least one.
  ///   - tree: of the first joint.
  ///   - count: of groups; fewer where there are fewer clusters.
  ///   - randomStarts: how many starts are drawn, at most.
  ///   - pool: shares the starts; the groups are the same without.
  package init(
    _ joints: [JointDistribution], tree: ClusterTree, count: Int,
    randomStarts: Int = usualRandomStarts, pool: WorkerPool? = nil
  ) {
    let members = tree.isPresent.indices.filter { tree.isPresent[$0] }
    let count = min(count, members.count)
    let cut = tree.groups(max(1, count))
    guard count > 1, count < members.count, !tree.merges.isEmpty else {
      groups = cut
      information = GroupDescent(joints, members: members, groups: cut, count: count).information
      return
    }
    let random = min(randomStarts, Self.mostTerms / (members.count * count * count))
    let starts =
      [cut]
      + (0..<random).map {
        Self.randomGroups(of: members, among: cut.count, count: count, start: $0)
      }
    let descents = starts.map {
      GroupDescent(joints, members: members, groups: $0, count: count)
    }
    if let pool {
      pool.forEach(descents.count) { descents[$0].run() }
    } else {
      for descent in descents { descent.run() }
    }
    let best = descents.dropFirst().reduce(descents[0]) {
      $1.information > $0.information + Self.tolerance ? $1 : $0
    }
    groups = ClusterTree.numbered(best.groups)
    information = best.information
  }

  /// Each cluster in some group, and none empty.
  private static func randomGroups(
    of members: [Int], among clusters: Int, count: Int, start: Int
  ) -> [Int] {
    var random = RandomStream(seed: 0, sample: start, purpose: .clusterGroups)
    var groups = [Int](repeating: -1, count: clusters)
    for (position, member) in members.shuffled(using: &random).enumerated() {
      groups[member] = position < count ? position : random.integer(below: count)
    }
    return groups
  }
}
