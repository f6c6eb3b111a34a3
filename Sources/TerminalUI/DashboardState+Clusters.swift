import Snapshots

extension DashboardState {
  /// A cluster that is being given a name.
  struct Naming: Sendable, Equatable {
    /// As it was when the field was opened: what is shown may follow another sub-head meanwhile.
    var cluster: ClusterID
    var field: TextField
    /// Why the text was not taken, until the next key.
    var problem: String?
  }

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
    naming = Naming(
      cluster: cluster,
      field: TextField(shownNames[cluster] ?? "", limit: ClusterNames.longestName))
  }

  /// A key while a name is typed.
  mutating func type(_ key: Key) -> [DashboardAction] {
    guard var open = naming else { return [] }
    open.problem = nil
    switch open.field.press(key) {
    case .goesOn: naming = open
    case .left: naming = nil
    case .accepted:
      do throws(ClusterNameProblem) {
        let name = try ClusterNames.checked(open.field.text)
        naming = nil
        return [.nameCluster(open.cluster, name: name)]
      } catch {
        open.problem = "the name \(error)"
        naming = open
      }
    }
    return []
  }
}
