import Snapshots

/// In which order the clusters of a sub-head are drawn, and what they are called.
package struct ClusterOrder: Sendable, Equatable {
  /// Cluster by place: by mapped class, heavier clusters first within a class, unmapped ones last.
  package let clusters: [Int]
  /// Class by place; −1 if unmapped.
  package let classes: [Int]
  private let classNames: [String]

  package init(_ subHead: SubHeadEvaluation, classNames: [String]) {
    let mapping = subHead.mapping
    func rank(_ cluster: Int) -> Int { mapping[cluster] < 0 ? Int.max : mapping[cluster] }
    clusters = mapping.indices.sorted { left, right in
      if rank(left) != rank(right) { return rank(left) < rank(right) }
      if subHead.masses[left] != subHead.masses[right] {
        return subHead.masses[left] > subHead.masses[right]
      }
      return left < right
    }
    classes = clusters.map { mapping[$0] }
    self.classNames = classNames
  }

  /// The class of the cluster at `place`, as people call it, "?" if it has none.
  package func name(_ place: Int) -> String {
    guard classes.indices.contains(place) else { return "?" }
    return Self.name(classes[place], classNames)
  }

  package static func name(_ label: Int, _ classNames: [String]) -> String {
    classNames.indices.contains(label) ? classNames[label] : label < 0 ? "?" : "\(label)"
  }

  /// The name in at most `width` columns: cut off without a mark, as on a plot's axis.
  package func shortName(_ place: Int, _ width: Int) -> String {
    String(name(place).filter { $0.columns == 1 }.prefix(max(1, width)))
  }
}
