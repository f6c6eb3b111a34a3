extension ClusterNames {
  /// These names, and for clusters without one those of the clusters of other sub-heads of the head
  /// that hold the same images: which sub-head is reported may change while its clusters hardly do.
  ///
  /// A sub-head's own names come first, and none of them is given to a second of its clusters. Of
  /// several sub-heads with names the one with most counts, then the first.
  ///
  /// - Parameter evaluation: says which clusters correspond; without it nothing is carried.
  package func carried(by evaluation: HeadEvaluation?) -> ClusterNames {
    guard let evaluation else { return self }
    let head = evaluation.head
    var all = self
    let sources = namedSubHeads(of: head).map { ($0, named(in: head, $0)) }
      .sorted { ($1.1.count, $0.0) < ($0.1.count, $1.0) }
    for subHead in evaluation.subHeads {
      var used = Set(named(in: head, subHead.index).values)
      for (cluster, reported) in (subHead.alignment ?? []).enumerated() where reported >= 0 {
        let target = ClusterID(head: head, subHead: subHead.index, cluster: cluster)
        guard all[target] == nil else { continue }
        let found = sources.lazy.compactMap { source, names -> String? in
          guard source != subHead.index,
            let there = evaluation.subHeads.first(where: { $0.index == source })?.alignment?
              .firstIndex(of: reported)
          else { return nil }
          return names[there]
        }
        if let name = found.first, used.insert(name).inserted { all[target] = name }
      }
    }
    return all
  }

  /// By cluster.
  private func named(in head: HeadID, _ subHead: Int) -> [Int: String] {
    Dictionary(
      uniqueKeysWithValues: all.filter { $0.cluster.head == head && $0.cluster.subHead == subHead }
        .map { ($0.cluster.cluster, $0.name) })
  }
}
