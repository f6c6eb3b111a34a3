/// The upper part of a sub-head's tree, ready to be drawn: its leaves in the order in which nothing
/// crosses.
package struct Dendrogram: Sendable, Equatable {
  package struct Node: Sendable, Equatable {
    /// The sub-head's clusters below it.
    package var clusters: [Int]
    /// What the merge that made it costs, in nats; 0 for a leaf.
    package var cost: Double
    /// Its place in the picture: leaves stand at 0, 1, 2…, others in the middle of what they merge.
    package var place: Double
    /// Places in `nodes`; nil for a leaf.
    package var children: [Int]?
  }

  /// Leaves from first to last, then merges in the order in which they were made.
  package private(set) var nodes: [Node]
  package let leaves: Int

  /// - Parameters:
  ///   - merges: of the whole tree.
  ///   - clusters: C, of the sub-head.
  ///   - limit: the most leaves; what is merged below them is one leaf.
  /// nil where there is no tree.
  package init?(_ merges: [TreeMerge], clusters: Int, limit: Int) {
    guard !merges.isEmpty, limit >= 2 else { return nil }
    let hidden = max(0, merges.count + 1 - limit)
    /// The clusters below each node of the tree, from 0.
    var members = (0..<clusters).map { [$0] }
    for merge in merges { members.append((members[merge.first] + members[merge.second]).sorted()) }
    let children = merges.map { [$0.first, $0.second] }
    func isLeaf(_ node: Int) -> Bool { node < clusters + hidden }
    /// Leaves from the root down, the first child first.
    func leafNodes(_ node: Int) -> [Int] {
      isLeaf(node) ? [node] : children[node - clusters].flatMap(leafNodes)
    }
    let order = leafNodes(clusters + merges.count - 1)
    leaves = order.count
    nodes = order.enumerated().map { place, node in
      Node(clusters: members[node], cost: 0, place: Double(place), children: nil)
    }
    var places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    for (position, merge) in merges.enumerated().dropFirst(hidden) {
      let below = [merge.first, merge.second].compactMap { places[$0] }
      places[clusters + position] = nodes.count
      nodes.append(
        Node(
          clusters: members[clusters + position], cost: merge.cost,
          place: below.reduce(0) { $0 + nodes[$1].place } / Double(below.count), children: below))
    }
  }

  /// Of each node, whether it is one of the `count` groups that are left last, or part of one.
  package func isInGroup(of count: Int) -> [Bool] {
    var isIn = nodes.map { _ in false }
    guard count > 0 else { return isIn }
    let groups = Set(groups(count))
    for index in nodes.indices.reversed() {
      if groups.contains(index) { isIn[index] = true }
      if isIn[index] { for child in nodes[index].children ?? [] { isIn[child] = true } }
    }
    return isIn
  }

  /// The nodes that are left when there are `count` groups, first leaves first.
  package func groups(_ count: Int) -> [Int] {
    let kept = nodes.indices.prefix(leaves + max(0, leaves - count))
    let inner = Set(kept.flatMap { nodes[$0].children ?? [] })
    return kept.filter { !inner.contains($0) }.sorted { nodes[$0].place < nodes[$1].place }
  }
}
