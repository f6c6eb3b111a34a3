import Snapshots

/// How well each class is found by the sub-head that speaks for a run.
struct ClassLine: Encodable {
  var name: String
  var images: Int
  var precision: JSONNumber<Double>?
  var recall: JSONNumber<Double>?
  var f1: JSONNumber<Double>?
  /// Of pixels: intersection over union; nil of whole images.
  var iou: JSONNumber<Double>?

  /// One for each class; none without labels.
  static func all(
    of evaluation: EvaluationSnapshot, main: HeadID?, classNames: [String]
  ) -> [ClassLine] {
    guard let main, let head = evaluation[main],
      let scores = head.subHeads[head.reportedSubHead].scores
    else { return [] }
    let clustersPixels = head.subHeads.contains { !$0.displacementInformation.isEmpty }
    return scores.classReports.enumerated().map { label, report in
      ClassLine(
        name: classNames.indices.contains(label) ? classNames[label] : String(label),
        images: report.images, precision: report.precision.map { JSONNumber($0) },
        recall: report.recall.map { JSONNumber($0) }, f1: report.f1.map { JSONNumber($0) },
        iou: clustersPixels ? report.intersectionOverUnion.map { JSONNumber($0) } : nil)
    }
  }
}

extension Format {
  /// Every class, one a row; empty without labels.
  static func table(_ classes: [ClassLine]) -> String {
    guard !classes.isEmpty else { return "" }
    let ofPixels = classes.contains { $0.iou != nil }
    var table = TextTable(
      ["class", ofPixels ? "pixels" : "images", "precision", "recall", "F1"]
        + (ofPixels ? ["IoU"] : []),
      alignRight: [false, true, true, true, true] + (ofPixels ? [true] : []))
    for line in classes {
      table.add(
        [line.name, String(line.images)]
          + ([line.precision, line.recall, line.f1] + (ofPixels ? [line.iou] : [])).map {
            percent($0?.value)
          })
    }
    return "\n" + table.text
  }
}
