import Snapshots

/// Which classes the clusters of the sub-head that speaks for a run hold.
struct ContingencyLines: Encodable {
  /// What each cluster is called, by number.
  var clusters: [String]
  var classes: [String]
  /// Images or pixels by cluster, then by class.
  var counts: [[Int]]

  /// nil without labels.
  init?(
    _ evaluation: EvaluationSnapshot, main: HeadID?, names: ClusterNames, classNames: [String]
  ) {
    guard let main, let head = evaluation[main],
      let scores = head.subHeads[head.reportedSubHead].scores, !classNames.isEmpty,
      scores.contingency.count == scores.classOfCluster.count * classNames.count
    else { return nil }
    let subHead = head.subHeads[head.reportedSubHead]
    let carried = names.carried(by: head)
    clusters = (0..<subHead.clusters).map {
      ClusterLabel(cluster: $0, of: subHead, head: main, names: carried, classNames: classNames)
        .text(amongClasses: true)
    }
    classes = classNames
    counts = (0..<subHead.clusters).map { cluster in
      Array(scores.contingency[cluster * classNames.count..<(cluster + 1) * classNames.count])
    }
  }
}

extension Format {
  /// Wider tables are in `--json` alone.
  private static let mostClasses = 16

  /// A row a cluster, a column a class; empty without labels, or with too many classes.
  static func table(_ contingency: ContingencyLines?) -> String {
    guard let contingency, contingency.classes.count <= mostClasses else { return "" }
    var table = TextTable(
      ["cluster", "called"] + contingency.classes,
      alignRight: [true, false] + contingency.classes.map { _ in true })
    for (cluster, counts) in contingency.counts.enumerated() {
      table.add([String(cluster), contingency.clusters[cluster]] + counts.map(String.init))
    }
    return "\n" + table.text
  }
}
