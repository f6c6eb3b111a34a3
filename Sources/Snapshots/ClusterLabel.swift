/// What a cluster is called: the name that a person gave it, else the class that it is matched to,
/// else its number.
package enum ClusterLabel: Sendable, Equatable {
  case name(String)
  case className(String)
  case number(Int)

  /// - Parameters:
  ///   - subHead: its evaluation, which says which class a cluster is matched to.
  ///   - classNames: the run's, by index.
  package init(
    cluster: Int, of subHead: SubHeadEvaluation, head: HeadID, names: ClusterNames,
    classNames: [String]
  ) {
    if let name = names.name(head: head, subHead: subHead.index, cluster: cluster) {
      self = .name(name)
      return
    }
    let label = subHead.scores.flatMap { scores in
      scores.classOfCluster.indices.contains(cluster) ? scores.classOfCluster[cluster] : nil
    }
    if let label, classNames.indices.contains(label) {
      self = .className(classNames[label])
    } else {
      self = .number(cluster)
    }
  }

  package var text: String { text(amongClasses: false) }

  /// - Parameter amongClasses: whether other clusters are called as classes, one of which a number
  ///   alone would read as.
  package func text(amongClasses: Bool) -> String {
    switch self {
    case .name(let text), .className(let text): text
    case .number(let number): amongClasses ? "cluster \(number)" : String(number)
    }
  }
}

extension SubHeadEvaluation {
  /// How many clusters have a name, and the share of the labelled images whose cluster's name is
  /// the name of their class, 0...1, upper and lower case alike. Several clusters may share a name;
  /// images in a cluster without one are wrong. nil without names or without labels.
  package func accuracy(
    underNames names: [String?], classNames: [String]
  ) -> (named: Int, accuracy: Double)? {
    let named = names.count { $0 != nil }
    guard named > 0, let table = scores?.contingency, !classNames.isEmpty,
      table.count == names.count * classNames.count
    else { return nil }
    let images = table.reduce(0, +)
    guard images > 0 else { return nil }
    let classes = classNames.map { $0.lowercased() }
    var right = 0
    for (cluster, name) in names.enumerated() {
      guard let name = name?.lowercased() else { continue }
      for (label, className) in classes.enumerated() where className == name {
        right += table[cluster * classes.count + label]
      }
    }
    return (named, Double(right) / Double(images))
  }
}
