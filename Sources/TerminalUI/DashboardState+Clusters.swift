import Snapshots

extension DashboardState {
  /// The cluster that the cursor is on; nil for none, and while another sub-head is shown than the
  /// one that it belongs to.
  package var chosenCluster: ClusterID? {
    guard let cursor = clusterCursor, cursor.head == head,
      cursor.subHead == chosenSubHead(at: moment)
    else { return nil }
    return cursor
  }

  /// What the clusters of the chosen head are called at the moment that is shown.
  var shownNames: ClusterNames { names.carried(by: moment.evaluation?[head]) }

  /// In which order the clusters of a sub-head of the chosen head are drawn, and their names.
  package func clusterOrder(_ subHead: SubHeadEvaluation) -> ClusterOrder {
    ClusterOrder(
      subHead, classNames: history.description.classNames,
      names: shownNames.names(head: head, subHead: subHead.index, clusters: subHead.clusters))
  }

  /// Moves the cursor over the clusters in the order in which they are drawn; from none to the
  /// first or the last.
  mutating func moveCluster(_ direction: Int) {
    guard let subHead = chosenEvaluation(at: moment), subHead.clusters > 0 else {
      say("no evaluation yet, which tells the clusters")
      return
    }
    let clusters = clusterOrder(subHead).clusters
    let place = chosenCluster.flatMap { clusters.firstIndex(of: $0.cluster) }
    let next = place.map { ($0 + direction + clusters.count) % clusters.count }
    clusterCursor = ClusterID(
      head: head, subHead: chosenSubHead(at: moment),
      cluster: clusters[next ?? (direction > 0 ? 0 : clusters.count - 1)])
    rewindSamples()
  }

  mutating func leaveClusters() {
    if clusterCursor != nil { rewindSamples() }
    clusterCursor = nil
  }

  mutating func openNaming() {
    guard let cluster = chosenCluster else {
      say("j and k choose a cluster to name")
      return
    }
    prompt = Prompt(
      purpose: .name(cluster),
      field: TextField(shownNames[cluster] ?? "", limit: ClusterNames.longestName))
  }
}
