import Snapshots

/// How well each class is found by the sub-head that speaks for a run.
struct ClassLine: Encodable {
  var name: String
  var images: Int
  var precision: JSONNumber<Double>?
  var recall: JSONNumber<Double>?
  var f1: JSONNumber<Double>?

  /// One for each class; none without labels.
  static func all(
    of evaluation: EvaluationSnapshot, main: HeadID?, classNames: [String]
  ) -> [ClassLine] {
    guard let main, let head = evaluation[main],
      let scores = head.subHeads[head.reportedSubHead].scores
    else { return [] }
    return scores.classReports.enumerated().map { label, report in
      ClassLine(
        name: classNames.indices.contains(label) ? classNames[label] : String(label),
        images: report.images, precision: report.precision.map { JSONNumber($0) },
        recall: report.recall.map { JSONNumber($0) }, f1: report.f1.map { JSONNumber($0) })
    }
  }
}

extension Format {
  /// Every class, one a row; empty without labels.
  static func table(_ classes: [ClassLine]) -> String {
    guard !classes.isEmpty else { return "" }
    var table = TextTable(
      ["class", "images", "precision", "recall", "F1"],
      alignRight: [false, true, true, true, true])
    for line in classes {
      table.add(
        [line.name, String(line.images)]
          + [line.precision, line.recall, line.f1].map { percent($0?.value) })
    }
    return "\n" + table.text
  }
}
