import Foundation
import Snapshots
import TerminalUI

/// Columns of text, padded to line up on a terminal; numbers to the right.
struct TextTable {
  private var rows: [[String]]
  private let alignRight: [Bool]

  init(_ header: [String], alignRight: [Bool]) {
    precondition(header.count == alignRight.count, "\(header.count) columns")
    rows = [header]
    self.alignRight = alignRight
  }

  /// What would move a terminal's cursor shows as "·".
  mutating func add(_ row: [String]) { rows.append(row.map { String($0.map(\.printable)) }) }

  /// With a newline at the end of each row.
  var text: String {
    let widths = alignRight.indices.map { column in
      rows.map { $0[column].printedColumns }.max() ?? 0
    }
    return rows.map { row in
      let cells = zip(row, zip(widths, alignRight)).map { cell, layout in
        Self.padded(cell, layout.0, toRight: layout.1)
      }
      let line = cells.joined(separator: "  ")
      return line.reversed().drop { $0 == " " }.reversed().map(String.init).joined() + "\n"
    }.joined()
  }

  private static func padded(_ cell: String, _ width: Int, toRight: Bool) -> String {
    let blanks = String(repeating: " ", count: max(0, width - cell.printedColumns))
    return toRight ? blanks + cell : cell + blanks
  }
}

enum Format {
  /// 0.853 → `85.3 %`
  static func percent(_ share: Double?) -> String {
    share.map { String(format: "%.1f %%", 100 * $0) } ?? "–"
  }

  static func nats(_ value: Double) -> String {
    let text = String(format: "%.3f", value)
    return text == "-0.000" ? "0.000" : text
  }

  /// A bar of 20 columns, `filled` of them full.
  static func bar(filled: Int) -> String {
    String(repeating: "█", count: filled) + String(repeating: "░", count: max(0, 20 - filled))
  }

  /// Seconds as `1:02:03` or `2:03`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    let whole = Int(seconds.rounded())
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
      : String(format: "%d:%02d", minutes, whole % 60)
  }

  /// `999 B`, `12 MB`: three figures at most, of thousands.
  static func bytes(_ count: Int) -> String {
    var value = Double(max(0, count))
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 999.5 { return short(value, isWhole: unit == "B") + " " + unit }
      value /= 1000
    }
    return short(value, isWhole: false) + " TB"
  }

  private static func short(_ value: Double, isWhole: Bool) -> String {
    String(format: isWhole || value >= 9.95 ? "%.0f" : "%.1f", value)
  }

  /// Seconds as `just now`, `5 min`, `3 h`, `12 days`.
  static func age(_ seconds: Double) -> String {
    switch seconds {
    case ..<60: "just now"
    case ..<3600: "\(Int(seconds / 60)) min"
    case ..<172_800: "\(Int(seconds / 3600)) h"
    default: "\(Int(min(seconds, 1e11) / 86400)) days"
    }
  }

  static func date(_ secondsSince1970: Double) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd HH:mm"
    return formatter.string(from: Date(timeIntervalSince1970: secondsSince1970))
  }

  /// Every sub-head of an evaluation, one a row; of each head the reported one, the one with the
  /// lowest loss and the most accurate one are marked. A line a head with mean and deviation
  /// follows. Images without labels have no column that speaks of classes.
  static func table(_ evaluation: EvaluationSnapshot) -> String {
    let hasClasses = evaluation.heads.contains { $0.subHeads.contains { $0.scores != nil } }
    let scores = hasClasses ? ["accuracy", "1 to 1", "many to 1", "NMI", "ARI"] : []
    var table = TextTable(
      ["head", "sub-head", "loss", "I(z,z')"] + scores + ["agreement", "empty clusters", ""],
      alignRight: [false, true, true, true] + scores.map { _ in true } + [true, true, false])
    for head in evaluation.heads {
      for (index, subHead) in head.subHeads.enumerated() {
        let measured = [
          percent(subHead.accuracy), percent(subHead.scores?.oneToOneAccuracy),
          percent(subHead.scores?.manyToOneAccuracy), subHead.nmi.map(nats) ?? "–",
          subHead.ari.map(nats) ?? "–",
        ]
        table.add(
          [
            head.head.rawValue, String(subHead.index + 1), nats(subHead.loss),
            subHead.hasJoint ? nats(subHead.mutualInformation) : "–",
          ] + (hasClasses ? measured : []) + [
            percent(subHead.agreement), String(subHead.emptyClusters),
            marks(index, head),
          ])
      }
    }
    return table.text + evaluation.heads.map(spread).joined()
  }

  /// Mean and deviation of a head's sub-heads; nothing of one alone or without labels.
  private static func spread(_ head: HeadEvaluation) -> String {
    guard head.subHeads.count > 1, let mean = head.meanAccuracy,
      let deviation = head.accuracyDeviation
    else { return "" }
    return "head \(head.head.rawValue): sub-heads have \(percent(mean)) on average, "
      + "± \(percent(deviation))\n"
  }

  private static func marks(_ subHead: Int, _ head: HeadEvaluation) -> String {
    var marks: [String] = []
    if subHead == head.reportedSubHead { marks.append("reported") }
    if subHead == head.lowestLossSubHead { marks.append("lowest loss") }
    if subHead == head.bestSubHead { marks.append("best") }
    return marks.joined(separator: ", ")
  }
}
