import Snapshots

/// A table to which each evaluation adds rows.
struct EvaluationTable: Sendable {
  /// Of its file, without the ending.
  var name: String
  var columns: [String]
  var rows: @Sendable (EvaluationSnapshot) -> [[String]]

  static func all(classNames: [String]) -> [EvaluationTable] {
    [
      subHeads, heads, classes(classNames), clusters(classNames), trees, warnings,
    ]
  }

  /// A table with what `rows` says of each sub-head, behind the columns that tell which one it is.
  private init(
    _ name: String, ofSubHeads columns: [String],
    _ rows: @escaping @Sendable (SubHeadEvaluation) -> [[String]]
  ) {
    self.name = name
    self.columns = ["step", "epoch", "head", "sub_head"] + columns
    self.rows = { evaluation in
      evaluation.heads.flatMap { head in
        head.subHeads.flatMap { subHead in
          let place = [
            "\(evaluation.step)", "\(evaluation.epoch)", head.head.rawValue,
            "\(subHead.index + 1)",
          ]
          return rows(subHead).map { place + $0 }
        }
      }
    }
  }

  private init(
    name: String, columns: [String], rows: @escaping @Sendable (EvaluationSnapshot) -> [[String]]
  ) {
    self.name = name
    self.columns = columns
    self.rows = rows
  }

  /// One row a sub-head.
  private static let subHeads = EvaluationTable(
    name: "evaluations",
    columns: [
      "step", "epoch", "elapsed_seconds", "images", "head", "sub_head", "is_lowest_loss", "loss",
      "mutual_information", "entropy", "conditional_entropy", "accuracy", "nmi", "ari",
      "empty_clusters", "is_reported", "agreement", "one_to_one_accuracy", "many_to_one_accuracy",
    ]
  ) { evaluation in
    evaluation.heads.flatMap { head in
      let (lowest, reported) = (head.lowestLossSubHead, head.reportedSubHead)
      return head.subHeads.enumerated().map { position, subHead in
        [
          "\(evaluation.step)", "\(evaluation.epoch)", "\(evaluation.elapsed)",
          "\(evaluation.images)", head.head.rawValue, "\(subHead.index + 1)",
          position == lowest ? "1" : "0", "\(subHead.loss)",
          text(subHead.mutualInformation), text(subHead.entropy),
          text(subHead.conditionalEntropy), text(subHead.accuracy), text(subHead.nmi),
          text(subHead.ari), "\(subHead.emptyClusters)", position == reported ? "1" : "0",
          text(subHead.agreement), text(subHead.scores?.oneToOneAccuracy),
          text(subHead.scores?.manyToOneAccuracy),
        ]
      }
    }
  }

  /// One row a head.
  private static let heads = EvaluationTable(
    name: "heads",
    columns: [
      "step", "epoch", "head", "reported_sub_head", "lowest_loss_sub_head", "mean_accuracy",
      "accuracy_deviation", "suggested_clusters", "jump",
    ]
  ) { evaluation in
    evaluation.heads.map { head in
      [
        "\(evaluation.step)", "\(evaluation.epoch)", head.head.rawValue,
        "\(head.subHeads[head.reportedSubHead].index + 1)",
        "\(head.subHeads[head.lowestLossSubHead].index + 1)", text(head.meanAccuracy),
        text(head.accuracyDeviation), head.suggestion.map { "\($0.clusters)" } ?? "",
        text(head.suggestion?.jump),
      ]
    }
  }

  private static func classes(_ names: [String]) -> EvaluationTable {
    EvaluationTable(
      "classes",
      ofSubHeads: ["class", "images", "precision", "recall", "f1", "intersection_over_union"]
    ) { subHead in
      (subHead.scores?.classReports ?? []).enumerated().map { label, report in
        [
          HistoryExport.name(ofClass: label, among: names), "\(report.images)",
          text(report.precision), text(report.recall), text(report.f1),
          text(report.intersectionOverUnion),
        ]
      }
    }
  }

  /// `corresponds_to` is a cluster of the head's reported sub-head.
  private static func clusters(_ names: [String]) -> EvaluationTable {
    EvaluationTable("clusters", ofSubHeads: ["cluster", "share", "class", "corresponds_to"]) {
      subHead in
      subHead.clusterShares.enumerated().map { cluster, share in
        let own = subHead.alignment.flatMap { $0.indices.contains(cluster) ? $0[cluster] : nil }
        return [
          "\(cluster)", "\(share)",
          subHead.scores.map {
            HistoryExport.name(ofClass: $0.classOfCluster[cluster], among: names)
          } ?? "",
          own.map { $0 < 0 ? "" : "\($0)" } ?? "",
        ]
      }
    }
  }

  /// `node` is what the merge makes of `first` and `second`; nodes below C are clusters.
  private static let trees = EvaluationTable(
    "trees", ofSubHeads: ["node", "first", "second", "cost"]
  ) { subHead in
    subHead.merges.enumerated().map { place, merge in
      [
        "\(subHead.clusters + place)", "\(merge.first)", "\(merge.second)", text(merge.cost),
      ]
    }
  }

  private static let warnings = EvaluationTable(
    name: "warnings", columns: ["step", "epoch", "kind", "text"]
  ) { evaluation in
    evaluation.warnings.map {
      ["\(evaluation.step)", "\(evaluation.epoch)", $0.kind.rawValue, $0.text]
    }
  }

  private static func text(_ value: Double?) -> String { HistoryExport.text(value) }
}
