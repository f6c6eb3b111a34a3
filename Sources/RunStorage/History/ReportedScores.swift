import GRDB
import Snapshots

/// How the sub-head that is reported did at each evaluation: what a list of runs and the outline of
/// a run are made of.
extension HistoryQueries {
  /// Loss and accuracy of one sub-head: the columns of the index that a list of runs is read from.
  private struct Score: SubHeadStanding {
    var id: Int
    var step: Int
    var loss: Double
    var accuracy: Double
    /// Missing in what an older program wrote.
    var agreement: Double?
  }

  /// CROSS JOIN keeps the evaluations, in their order, outside: with the index nothing has to be
  /// sorted.
  ///
  /// - Parameter agreement: the column, or NULL for a history without it.
  static func scoresQuery(agreement: String = "agreement") -> String {
    """
    SELECT evaluation.id, evaluation.step, loss, accuracy, \(agreement) AS agreement
    FROM evaluation CROSS JOIN subHeadEvaluation ON evaluation = evaluation.id
    WHERE head = :head ORDER BY evaluation.step, evaluation.id, position
    """
  }

  /// An evaluation as one head's reported sub-head sees it.
  struct ReportedScore {
    /// The evaluation's number.
    var id: Int
    var step: Int
    var loss: Double
    /// nil without labels.
    var accuracy: Double?
  }

  /// The scores of `head` at each evaluation, in order.
  func reportedScores(of head: HeadID) throws -> [ReportedScore] {
    let isKnown = try database.columns(in: "subHeadEvaluation").contains { $0.name == "agreement" }
    let rows = try Row.fetchCursor(
      database, sql: Self.scoresQuery(agreement: isKnown ? "agreement" : "NULL"),
      arguments: ["head": head.rawValue])
    var scores: [ReportedScore] = []
    var subHeads: [Score] = []
    func finish() {
      guard let place = subHeads.indexOfReported else { return }
      let reported = subHeads[place]
      scores.append(
        ReportedScore(
          id: reported.id, step: reported.step, loss: reported.loss,
          accuracy: reported.accuracy.isNaN ? nil : reported.accuracy))
      subHeads = []
    }
    while let row = try rows.next() {
      let score = try score(row)
      if subHeads.last?.id != score.id { finish() }
      subHeads.append(score)
    }
    finish()
    return scores
  }

  /// Column by column: a long run has ten thousands of them, and a screen waits for them all.
  private func score(_ row: Row) throws -> Score {
    func value<Value: DatabaseValueConvertible>(
      _ index: Int, _ column: String, _ expected: String
    ) throws -> Value {
      let stored: DatabaseValue = row[index]
      if let value = Value.fromDatabaseValue(stored) { return value }
      throw damage("table subHeadEvaluation", column, Self.shown(stored), expected)
    }
    let measured: [Measurement] = try [(2, "loss"), (3, "accuracy"), (4, "agreement")].map {
      try value($0, $1, "a number")
    }
    return Score(
      id: try value(0, "id", "a whole number"), step: try value(1, "step", "a whole number"),
      loss: measured[0].value, accuracy: measured[1].value,
      agreement: measured[2].value.isNaN ? nil : measured[2].value)
  }
}
