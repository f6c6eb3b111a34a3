import Foundation
import Snapshots

/// A run's history as tables for spreadsheets and plotting programs. Sub-heads count from 1, as on
/// the screen; clusters from 0.
package enum HistoryExport {
  /// Writes every series of the history as a table:
  ///
  ///     steps          each step: losses, I(z, z′), learning rate, pace
  ///     evaluations    each sub-head at each evaluation: losses, entropies, scores, agreement
  ///     heads          each head at each evaluation: who is reported, means, suggested clusters
  ///     classes        each class of each sub-head: images, precision, recall, F1, IoU
  ///     clusters       each cluster: its share of the images, its class, what it corresponds to
  ///     trees          each merge of each tree: the nodes, and the nats that it costs
  ///     warnings, restarts, cluster-names
  ///
  /// and of the last evaluation, for each head and sub-head, as far as it has them, the matrices
  /// `joint-<head>-<sub-head>` `[C, C]`, `confusion-…` `[C, classes]`, `samples-…` `[samples, C]`
  /// (the probabilities of the sample images) and `displacements-…` `[2d + 1, 2d + 1]`.
  ///
  /// Makes the folder if it is missing and replaces files of these names, all of them or none: a
  /// full disk leaves the old ones. However long the run was, one step or evaluation is in memory
  /// at a time.
  ///
  /// - Returns: what was written.
  /// - Throws: if the history cannot be read, or the folder cannot be made or written.
  @discardableResult
  package static func writeCSV(
    _ reader: RunHistoryReader, to folder: URL
  ) throws(StorageError) -> [URL] {
    let files = AtomicFiles()
    let names = try reader.folder.clusterNames()
    // One view of the history, so that the tables fit together while it grows.
    try reader.read { queries in
      let description = try queries.description()
      try storing(folder, "make the folder") {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      }
      func url(_ name: String) -> URL { folder.appendingPathComponent("\(name).csv") }
      let subHeads = description.heads.map(\.subHeads).max() ?? 0
      let steps = CSVFile(stepColumns(subHeads: subHeads), to: try files.begin(url("steps")))
      try queries.forEachStep(after: -1) { try steps.append(row($0, subHeads: subHeads)) }
      try steps.finish()

      let tables = try EvaluationTable.all(classNames: description.classNames).map { table in
        (table, CSVFile(table.columns, to: try files.begin(url(table.name))))
      }
      var last: EvaluationSnapshot?
      try queries.forEachEvaluation { evaluation in
        for (table, file) in tables {
          for row in table.rows(evaluation) { try file.append(row) }
        }
        last = evaluation
      }
      for (_, file) in tables { try file.finish() }

      try files.add(
        table(try queries.restarts(upTo: .max)).data, as: url("restarts"))
      try files.add(table(names).data, as: url("cluster-names"))
      let labels = try queries.samples().labels
      for head in last?.heads ?? [] {
        for subHead in head.subHeads {
          let matrices = matrices(
            of: subHead, classNames: description.classNames, sampleLabels: labels)
          for (name, table) in matrices {
            let place = url("\(name)-\(head.head.rawValue)-\(subHead.index + 1)")
            try files.add(table.data, as: place)
          }
        }
      }
    }
    try files.putInPlace()
    return files.urls
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

  /// One row a sub-head that started anew.
  private static func table(_ restarts: [RestartSnapshot]) -> CSV {
    var table = CSV(["step", "epoch", "head", "sub_head"])
    for restart in restarts {
      for subHead in restart.subHeads {
        table.append(
          ["\(restart.step)", "\(restart.epoch)", restart.head.rawValue, "\(subHead + 1)"])
      }
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

  /// Empty for what was not measured.
  static func text(_ value: Double?) -> String {
    value.map { $0.isNaN ? "" : "\($0)" } ?? ""
  }

  /// The class's name; its number if it has none, empty for no class.
  static func name(ofClass label: Int, among names: [String]) -> String {
    names.indices.contains(label) ? names[label] : label < 0 ? "" : String(label)
  }
}
