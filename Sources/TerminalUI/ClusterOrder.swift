import Snapshots

/// In which order the clusters of a sub-head are drawn, and what they are called.
package struct ClusterOrder: Sendable, Equatable {
  /// Cluster by place.
  package let clusters: [Int]
  /// Class by place; −1 for none.
  package let classes: [Int]
  private let hasClasses: Bool
  private let classNames: [String]
  /// What a person called each cluster, by number; empty without names.
  private let names: [String?]

  /// - Parameter names: by cluster, nil for one that nobody has named; empty without names.
  package init(_ subHead: SubHeadEvaluation, classNames: [String], names: [String?] = []) {
    self.classNames = classNames
    self.names = names
    clusters = subHead.clustersByClass
    let classOfCluster = subHead.scores?.classOfCluster
    hasClasses = classOfCluster != nil
    classes = clusters.map { classOfCluster?[$0] ?? -1 }
  }

  /// The name that a person gave the cluster at `place`; nil if none did.
  package func givenName(_ place: Int) -> String? {
    guard clusters.indices.contains(place) else { return nil }
    let cluster = clusters[place]
    return names.indices.contains(cluster) ? names[cluster] : nil
  }

  /// The name that a person gave the cluster at `place`, else its class, as people call it, "?" if
  /// it has none: its number would read as a class. The number where the images have no labels.
  package func name(_ place: Int) -> String {
    guard classes.indices.contains(place) else { return "?" }
    if let name = givenName(place) { return name }
    if !hasClasses { return "\(clusters[place])" }
    return Self.name(classes[place], classNames)
  }

  package static func name(_ label: Int, _ classNames: [String]) -> String {
    classNames.indices.contains(label) ? classNames[label] : label < 0 ? "?" : "\(label)"
  }

  /// The name in at most `width` columns: cut off without a mark, as on a plot's axis; of a number
  /// its last digits.
  package func shortName(_ place: Int, _ width: Int) -> String {
    let room = max(1, width)
    let whole = name(place)
    if !hasClasses, givenName(place) == nil { return String(whole.suffix(room)) }
    let short = whole.prefix(columns: room)
    if !short.isEmpty { return short }
    // A wide character does not fit into one column; the cluster's number would read as a class.
    return whole.first { $0.columns == 1 && $0 != " " }.map { String($0) } ?? "?"
  }
}
