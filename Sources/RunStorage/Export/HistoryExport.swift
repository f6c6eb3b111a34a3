import Foundation
import Snapshots

/// A run's history as tables for spreadsheets and plotting programs. Sub-heads count from 1, as on the
/// screen; clusters from 0.
package enum HistoryExport {
  /// Writes `steps.csv`, `evaluations.csv`, and of the last evaluation, for each head and sub-head, the matrices
  /// `joint-<head>-<sub-head>.csv` `[C, C]` and `confusion-<head>-<sub-head>.csv` `[C, classes]`, the latter
  /// where the images have labels.
  /// Makes the folder if it is missing and replaces files of these names. Returns what was written.
  ///
  /// - Throws: if the folder cannot be made or written.
  @discardableResult
  package static func writeCSV(
    _ history: RunHistory, to folder: URL
  ) throws(StorageError) -> [URL] {
    try storing(folder, "make the folder") {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    var tables = [
      ("steps", steps(history.steps)), ("evaluations", evaluations(history.evaluations)),
    ]
    for head in history.evaluations.last?.heads ?? [] {
      for subHead in head.subHeads {
        let suffix = "\(head.head.rawValue)-\(subHead.index + 1)"
        tables.append(("joint-\(suffix)", joint(subHead)))
        if let scores = subHead.scores {
          let classes = history.description.classNames
          tables.append(("confusion-\(suffix)", contingency(scores, classes: classes)))
        }
      }
    }
    var written: [URL] = []
    for (name, table) in tables {
      let url = folder.appendingPathComponent("\(name).csv")
      try AtomicFile.write(Data(table.text.utf8), to: url)
      written.append(url)
    }
    return written
  }

  static func steps(_ steps: [StepSnapshot]) -> CSV {
    let subHeads = steps.map(\.subHeadLosses.count).max() ?? 0
    var table = CSV(
      ["step", "epoch", "head", "loss"] + (0..<subHeads).map { "loss_\($0 + 1)" }
        + ["mutual_information", "learning_rate", "images_per_second", "elapsed_seconds"])
    for step in steps {
      let losses = step.subHeadLosses.map { "\($0)" }
      let blank = Array(repeating: "", count: subHeads - losses.count)
      table.append(
        ["\(step.step)", "\(step.epoch)", step.head.rawValue, "\(step.loss)"] + losses + blank + [
          "\(step.mutualInformation)", "\(step.learningRate)", "\(step.imagesPerSecond)",
          "\(step.elapsed)",
        ])
    }
    return table
  }

  static func evaluations(_ evaluations: [EvaluationSnapshot]) -> CSV {
    var table = CSV([
      "step", "epoch", "elapsed_seconds", "images", "head", "sub_head", "is_lowest_loss", "loss",
      "mutual_information", "entropy", "conditional_entropy", "accuracy", "nmi", "ari",
      "empty_clusters",
    ])
    for evaluation in evaluations {
      for head in evaluation.heads {
        for (position, subHead) in head.subHeads.enumerated() {
          table.append([
            "\(evaluation.step)", "\(evaluation.epoch)", "\(evaluation.elapsed)",
            "\(evaluation.images)", head.head.rawValue, "\(subHead.index + 1)",
            position == head.lowestLossSubHead ? "1" : "0", "\(subHead.loss)",
            "\(subHead.mutualInformation)", "\(subHead.entropy)",
            "\(subHead.conditionalEntropy)", text(subHead.accuracy), text(subHead.nmi),
            text(subHead.ari), "\(subHead.emptyClusters)",
          ])
        }
      }
    }
    return table
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
  private static func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

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
