import Foundation
import Snapshots

/// What of one evaluation is no series: tables of a sub-head at one moment.
extension HistoryExport {
  /// The tables that the sub-head has, and what their files begin with.
  static func matrices(
    of subHead: SubHeadEvaluation, classNames: [String], sampleLabels: [Int]
  ) -> [(name: String, table: CSV)] {
    var tables: [(name: String, table: CSV)] = []
    if subHead.hasJoint { tables.append(("joint", joint(subHead))) }
    if let scores = subHead.scores {
      tables.append(("confusion", contingency(scores, classes: classNames)))
    }
    if !subHead.sampleProbabilities.isEmpty {
      tables.append(("samples", samples(subHead, labels: sampleLabels, classes: classNames)))
    }
    if !subHead.displacementInformation.isEmpty {
      tables.append(("displacements", displacements(subHead)))
    }
    return tables
  }

  static func joint(_ subHead: SubHeadEvaluation) -> CSV {
    var table = CSV(["cluster"] + (0..<subHead.clusters).map(String.init))
    for cluster in 0..<subHead.clusters {
      let row = subHead.joint[cluster * subHead.clusters..<(cluster + 1) * subHead.clusters]
      table.append([String(cluster)] + row.map { "\($0)" })
    }
    return table
  }

  /// One row a cluster: the class it is assigned to, then its images by class.
  static func contingency(_ scores: ClassScores, classes: [String]) -> CSV {
    let clusters = scores.classOfCluster.count
    let count = clusters == 0 ? 0 : scores.contingency.count / clusters
    func name(_ label: Int) -> String { Self.name(ofClass: label, among: classes) }
    var table = CSV(["cluster", "mapped_class"] + (0..<count).map(name))
    for cluster in 0..<clusters {
      let row = scores.contingency[cluster * count..<(cluster + 1) * count]
      table.append(
        [String(cluster), name(scores.classOfCluster[cluster])] + row.map(String.init))
    }
    return table
  }

  /// One row a sample image: its class, then its probability of each cluster.
  private static func samples(
    _ subHead: SubHeadEvaluation, labels: [Int], classes: [String]
  ) -> CSV {
    let clusters = max(1, subHead.clusters)
    var table = CSV(["sample", "class"] + (0..<subHead.clusters).map(String.init))
    for sample in 0..<subHead.sampleProbabilities.count / clusters {
      let row = subHead.sampleProbabilities[sample * clusters..<(sample + 1) * clusters]
      let label = labels.indices.contains(sample) ? labels[sample] : -1
      table.append(
        [String(sample), name(ofClass: label, among: classes)] + row.map { "\($0)" })
    }
    return table
  }

  /// A row for each vertical displacement, a column for each horizontal one, from −d to d.
  private static func displacements(_ subHead: SubHeadEvaluation) -> CSV {
    let values = subHead.displacementInformation
    let side = Int(Double(values.count).squareRoot())
    var table = CSV(["vertical"] + (0..<side).map { "\($0 - side / 2)" })
    for row in 0..<side {
      table.append(
        ["\(row - side / 2)"] + values[row * side..<(row + 1) * side].map { "\($0)" })
    }
    return table
  }
}

extension CSV {
  /// The file's bytes.
  var data: Data { Data(text.utf8) }
}
