import Clustering

/// What one sub-head of the main head takes over from the auxiliary head.
struct Takeover: Equatable, Sendable {
  /// The sub-head of the auxiliary head.
  var source: Int
  /// The main head's cluster of each of its clusters; −1 for none.
  var groups: [Int]
}

/// Says, without labels, which sub-heads of the main head are stuck, and what they start anew from.
struct RestartRule {
  let settings: RestartSettings

  /// What each sub-head of the main head is to take over; nil for one that stays. None where the
  /// trees have not settled.
  ///
  /// - Parameters:
  ///   - partitions: the auxiliary head's clusters in as many groups as the main head has.
  ///   - main: the main head's sub-heads on the same images, nil for one that has learnt nothing.
  func takeovers(_ partitions: TreePartitions, main: [SubHeadMeasurement?]) -> [Takeover?] {
    guard let best = partitions.best, let bestCut = partitions.bestCut,
      bestCut.consensus >= settings.settled
    else { return main.map { _ in nil } }
    let trusted = partitions.cuts.indices.filter {
      $0 == best || partitions.agreements[$0][best] >= settings.agreement
    }
    return main.enumerated().map { index, subHead in
      if let subHead {
        let matching = PartitionMatching(
          subHead.assigned, clusters: subHead.clusters, bestCut.partition,
          clusters: partitions.groups)
        guard matching.agreement < settings.agreement else { return nil }
      }
      // Its own if that can be trusted, so that sub-heads stay independent of each other.
      let source = trusted.contains(index) ? index : trusted[index % trusted.count]
      guard let cut = partitions.cuts[source] else { return nil }
      return Takeover(
        source: source, groups: subHead.map { Self.renumbered(cut, after: $0) } ?? cut.groups)
    }
  }

  /// Groups called as the clusters of the sub-head that they resemble most, so that a cluster keeps
  /// its number as far as it stays what it was.
  private static func renumbered(
    _ cut: TreePartitions.Cut, after subHead: SubHeadMeasurement
  ) -> [Int] {
    let clusters = subHead.clusters
    var numbers = PartitionMatching(
      cut.partition, clusters: clusters, subHead.assigned, clusters: clusters
    ).matchOfCluster
    var free = (0..<clusters).filter { !numbers.contains($0) }
    for group in numbers.indices where numbers[group] < 0 { numbers[group] = free.removeFirst() }
    return cut.groups.map { $0 < 0 ? -1 : numbers[$0] }
  }
}
