import Snapshots

/// In which order the clusters of a sub-head are drawn, and what they are called.
package struct ClusterOrder: Sendable, Equatable {
  /// Cluster by place: by class, larger clusters first within a class, those without a class last;
  /// by number where the images have no labels.
  package let clusters: [Int]
  /// Class by place; −1 for none.
  package let classes: [Int]
  private let hasClasses: Bool
  private let classNames: [String]

  package init(_ subHead: SubHeadEvaluation, classNames: [String]) {
    self.classNames = classNames
    let shares = subHead.clusterShares
    guard let classOfCluster = subHead.scores?.classOfCluster else {
      hasClasses = false
      clusters = Array(shares.indices)
      classes = shares.map { _ in -1 }
      return
    }
    hasClasses = true
    func rank(_ cluster: Int) -> Int {
      classOfCluster[cluster] < 0 ? Int.max : classOfCluster[cluster]
    }
    clusters = classOfCluster.indices.sorted { left, right in
      if rank(left) != rank(right) { return rank(left) < rank(right) }
      if shares[left] != shares[right] { return shares[left] > shares[right] }
      return left < right
    }
    classes = clusters.map { classOfCluster[$0] }
  }

  /// The class of the cluster at `place`, as people call it, "?" if it has none; the cluster's
  /// number where the images have no labels.
  package func name(_ place: Int) -> String {
    guard classes.indices.contains(place) else { return "?" }
    if !hasClasses { return "\(clusters[place])" }
    return Self.name(classes[place], classNames)
  }

  package static func name(_ label: Int, _ classNames: [String]) -> String {
    classNames.indices.contains(label) ? classNames[label] : label < 0 ? "?" : "\(label)"
  }

  /// The name in at most `width` columns: cut off without a mark, as on a plot's axis; of a number
  /// its last digits.
  package func shortName(_ place: Int, _ width: Int) -> String {
    if !hasClasses { return String(name(place).suffix(max(1, width))) }
    return String(name(place).filter { $0.columns == 1 }.prefix(max(1, width)))
  }
}
