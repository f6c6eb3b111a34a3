import Snapshots

/// How the clusters of one sub-head that a person has named agree with the classes.
struct NamedAccuracy: Encodable {
  var head: String
  /// From 1.
  var subHead: Int
  var clusters: Int
  var named: Int
  /// 0...1.
  var accuracy: Double

  enum CodingKeys: String, CodingKey {
    case head, clusters, named, accuracy
    case subHead = "sub_head"
  }

  /// Of every sub-head with names, where the images have labels.
  static func all(
    of evaluation: EvaluationSnapshot, names: ClusterNames, classNames: [String]
  ) -> [NamedAccuracy] {
    evaluation.heads.flatMap { head in
      head.subHeads.compactMap { subHead in
        let own = names.names(
          head: head.head, subHead: subHead.index, clusters: subHead.clusters)
        return subHead.accuracy(underNames: own, classNames: classNames).map {
          NamedAccuracy(
            head: head.head.rawValue, subHead: subHead.index + 1, clusters: subHead.clusters,
            named: $0.named, accuracy: $0.accuracy)
        }
      }
    }
  }

  var line: String {
    "by the names of \(head)\(subHead), given to \(named) of \(clusters) clusters: accuracy "
      + "\(Format.percent(accuracy))\n"
  }
}
