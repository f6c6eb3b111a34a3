import Foundation
import Snapshots

/// A run's history as tables for spreadsheets and plotting programs. Sub-heads count from 1, as on
/// the screen; clusters from 0.
package enum HistoryExport {
  /// Writes `steps.csv`, `evaluations.csv`, `cluster-names.csv`, and of the last evaluation, for
  /// each head and sub-head, the matrices `joint-<head>-<sub-head>.csv` `[C, C]` and
  /// `confusion-<head>-<sub-head>.csv` `[C, classes]`, the former where there are pairs, the latter
  /// where the images have labels. Makes the folder if it is missing and replaces files of these
  /// names. Returns what was written. However long the run was, one step or evaluation is in memory
  /// at a time.
  ///
  /// - Throws: if the history cannot be read, or the folder cannot be made or written.
  @discardableResult
  package static func writeCSV(
    _ reader: RunHistoryReader, to folder: URL
  ) throws(StorageError) -> [URL] {
    let description = try reader.description()
    try storing(folder, "make the folder") {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    func url(_ name: String) -> URL { folder.appendingPathComponent("\(name).csv") }
    var written = [url("steps"), url("evaluations"), url("cluster-names")]
    let names = try reader.folder.clusterNames()
    let subHeads = description.heads.map(\.subHeads).max() ?? 0
    try CSV.write(stepColumns(subHeads: subHeads), to: written[0]) { append in
      try reader.forEachStep { try append(row($0, subHeads: subHeads)) }
    }
    try CSV.write(evaluationColumns, to: written[1]) { append in
      try reader.forEachEvaluation { for row in rows($0) { try append(row) } }
    }
    try AtomicFile.write(Data(table(names).text.utf8), to: written[2])
    for head in try reader.evaluation()?.heads ?? [] {
      for subHead in head.subHeads {
        let suffix = "\(head.head.rawValue)-\(subHead.index + 1)"
        var tables = subHead.hasJoint ? [(url("joint-\(suffix)"), joint(subHead))] : []
        if let scores = subHead.scores {
          let table = contingency(scores, classes: description.classNames)
          tables.append((url("confusion-\(suffix)"), table))
        }
        for (url, table) in tables {
          try AtomicFile.write(Data(table.text.utf8), to: url)
          written.append(url)
        }
      }
    }
    return written
  }

  /// One row a name that a person gave.
  private static func table(_ names: ClusterNames) -> CSV {
    var table = CSV(["head", "sub_head", "cluster", "name"])
    for (cluster, name) in names.all {
      table.append(
        [cluster.head.rawValue, "\(cluster.subHead + 1)", "\(cluster.cluster)", name])
    }
    return table
  }

  private static func stepColumns(subHeads: Int) -> [String] {
    ["step", "epoch", "head", "loss"] + (0..<subHeads).map { "loss_\($0 + 1)" }
      + ["mutual_information", "learning_rate", "images_per_second", "elapsed_seconds"]
  }

  private static func row(_ step: StepSnapshot, subHeads: Int) -> [String] {
    let losses = step.subHeadLosses.map { "\($0)" }
    let blank = Array(repeating: "", count: max(0, subHeads - losses.count))
    return ["\(step.step)", "\(step.epoch)", step.head.rawValue, "\(step.loss)"] + losses + blank
      + [
        text(step.mutualInformation), "\(step.learningRate)", "\(step.imagesPerSecond)",
        "\(step.elapsed)",
      ]
  }

  private static let evaluationColumns = [
    "step", "epoch", "elapsed_seconds", "images", "head", "sub_head", "is_lowest_loss", "loss",
    "mutual_information", "entropy", "conditional_entropy", "accuracy", "nmi", "ari",
    "empty_clusters",
  ]

  /// One row a sub-head.
  private static func rows(_ evaluation: EvaluationSnapshot) -> [[String]] {
    evaluation.heads.flatMap { head in
      head.subHeads.enumerated().map { position, subHead in
        [
          "\(evaluation.step)", "\(evaluation.epoch)", "\(evaluation.elapsed)",
          "\(evaluation.images)", head.head.rawValue, "\(subHead.index + 1)",
          position == head.lowestLossSubHead ? "1" : "0", "\(subHead.loss)",
          text(subHead.mutualInformation), text(subHead.entropy),
          text(subHead.conditionalEntropy), text(subHead.accuracy), text(subHead.nmi),
          text(subHead.ari), "\(subHead.emptyClusters)",
        ]
      }
    }
  }

  static func joint(_ subHead: SubHeadEvaluation) -> CSV {
    var table = CSV(["cluster"] + (0..<subHead.clusters).map(String.init))
    for cluster in 0..<subHead.clusters {
      let row = subHead.joint[cluster * subHead.clusters..<(cluster + 1) * subHead.clusters]
      table.append([String(cluster)] + row.map { "\($0)" })
    }
    return table
  }

  /// Empty for what was not measured.
  private static func text(_ value: Double?) -> String {
    value.map { $0.isNaN ? "" : "\($0)" } ?? ""
  }

  /// One row a cluster: the class it is assigned to, then its images by class.
  static func contingency(_ scores: ClassScores, classes: [String]) -> CSV {
    let clusters = scores.classOfCluster.count
    let count = clusters == 0 ? 0 : scores.contingency.count / clusters
    func name(_ index: Int) -> String {
      classes.indices.contains(index) ? classes[index] : index < 0 ? "" : String(index)
    }
    var table = CSV(["cluster", "mapped_class"] + (0..<count).map(name))
    for cluster in 0..<clusters {
      let row = scores.contingency[cluster * count..<(cluster + 1) * count]
      table.append(
        [String(cluster), name(scores.classOfCluster[cluster])] + row.map(String.init))
    }
    return table
  }
}
