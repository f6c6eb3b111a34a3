/// Which class each cluster stands for, when cluster numbers are scored against labels.
package struct ClusterAssignment: Equatable, Sendable {
  /// The class of each cluster; −1 where the cluster stands for none.
  package let classOfCluster: [Int]

  /// An assignment made elsewhere, as read from a stored run.
  package init(classOfCluster: [Int]) { self.classOfCluster = classOfCluster }

  /// The one-to-one assignment with the most matched images (the paper's unsupervised evaluation).
  ///
  /// With more clusters than classes the clusters left over map to −1; with fewer, some class has
  /// no cluster. Between equally good assignments the choice is the same every time.
  package init(oneToOne counts: ContingencyTable) {
    let weights = (0..<counts.clusters).map { cluster in
      (0..<counts.classes).map { counts[cluster, $0] }
    }
    classOfCluster = HungarianAssignment.maximizing(weights)
  }

  /// The many-to-one assignment where each cluster takes its most frequent class, the lowest on a
  /// tie (the paper's overclustering evaluation). An empty cluster maps to −1.
  package init(majority counts: ContingencyTable) {
    classOfCluster = (0..<counts.clusters).map { cluster in
      var best = -1
      var most = 0
      for label in 0..<counts.classes where counts[cluster, label] > most {
        most = counts[cluster, label]
        best = label
      }
      return best
    }
  }
}
