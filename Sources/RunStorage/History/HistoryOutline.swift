import GRDB
import Snapshots

/// What a screen needs of a history, read without going through all of it.
extension HistoryQueries {
  /// The run as it stood after step `step` and its past in outline, and from where to go on
  /// reading.
  func outline(upTo step: Int = .max) throws -> (history: RunHistory, cursor: RunFollower.Cursor) {
    let state = try state()
    var history = RunHistory(description: try description(), samples: try samples())
    history.end = state.end
    history.endMessage = state.endMessage
    history.isPaused = state.isPaused
    var known: KnownMoment?
    history.newest = try moment(at: step, knowing: &known)
    history.timeline = try timeline(newest: history.newest.lastStep)
    history.evaluations = try evaluationSummaries(of: history.description.heads)
      .filter { $0.step <= step }
    history.restarts = try restarts(upTo: step)
    let cursor = RunFollower.Cursor(
      step: history.newest.lastStep?.step ?? -1, evaluation: try lastEvaluation(),
      restarts: try restarts(upTo: .max).count, state: state)
    return (history, cursor)
  }

  /// The run as it stood after step `step`.
  ///
  /// - Parameter known: the moment that was read last, from which only what came after it is read;
  ///   then this one.
  func moment(at step: Int, knowing known: inout KnownMoment?) throws -> Moment {
    let version = try version()
    if known?.version != version { known = nil }
    let heads = try known?.heads ?? headNames()
    var moment: Moment
    if let last = known, (0...Moment.recentLimit).contains(step - last.moment.step) {
      moment = last.moment
      for step in try steps(after: moment.step, upTo: step, heads: heads) { moment.append(step) }
    } else {
      moment = try newestSteps(at: step, heads: heads)
    }
    let evaluation = try evaluation(atOrBefore: step, knowing: known?.evaluation)
    moment.evaluation = evaluation?.snapshot
    known = KnownMoment(moment: moment, evaluation: evaluation, version: version, heads: heads)
    return moment
  }

  /// A moment without its evaluation.
  private func newestSteps(at step: Int, heads: Set<String>) throws -> Moment {
    let recent = try Row.fetchAll(
      database,
      sql: """
        SELECT * FROM (SELECT * FROM step WHERE step <= :step ORDER BY step DESC LIMIT :limit)
        ORDER BY step
        """, arguments: ["step": step, "limit": Moment.recentLimit])
    var steps: [StepSnapshot] = []
    for row in recent {
      steps.append(try self.step(row, after: steps.last?.step ?? 0, heads: heads))
    }
    let lastSteps = try heads.compactMap { try lastStep(of: $0, atOrBefore: step) }
    return Moment(recentSteps: steps, lastSteps: lastSteps, evaluation: nil)
  }

  private func steps(
    after first: Int, upTo last: Int, heads: Set<String>
  ) throws -> [StepSnapshot] {
    guard first < last else { return [] }
    return try Row.fetchAll(
      database, sql: "SELECT * FROM step WHERE step > :first AND step <= :last ORDER BY step",
      arguments: ["first": first, "last": last]
    ).map { try step($0, after: first, heads: heads) }
  }

  private func lastStep(of head: String, atOrBefore step: Int) throws -> StepSnapshot? {
    let row = try Row.fetchOne(
      database,
      sql: "SELECT * FROM step WHERE step <= :step AND head = :head ORDER BY step DESC LIMIT 1",
      arguments: ["step": step, "head": head])
    return try row.map { try self.step($0, after: 0, heads: [head]) }
  }

  /// Looks up the steps that a timeline keeps, one by one.
  private func timeline(newest: StepSnapshot?) throws -> StepTimeline {
    guard let newest else { return StepTimeline() }
    let stride = StepTimeline.stride(lastStep: newest.step)
    let rows = try Row.fetchCursor(
      database,
      sql: """
        WITH RECURSIVE kept(number) AS
          (VALUES (:stride) UNION ALL SELECT number + :stride FROM kept WHERE number < :last)
        SELECT step, head, loss, elapsed FROM kept CROSS JOIN step ON step = number
        """, arguments: ["stride": stride, "last": newest.step])
    let heads = try headNames()
    var points: [StepTimeline.Point] = []
    while let row = try rows.next() {
      let place = "table step after step \(points.last?.step ?? 0)"
      let record: TimelineRecord = try decode(row, place)
      try check(record.head, of: heads, place)
      points.append(record.point)
    }
    return StepTimeline(points: points, newest: StepTimeline.Point(newest))
  }

  private struct TimelineRecord: Codable, FetchableRecord {
    var step: Int
    var head: String
    var loss: Measurement
    var elapsed: Measurement

    var point: StepTimeline.Point {
      StepTimeline.Point(
        step: step, head: HeadID(rawValue: head), loss: loss.value, elapsed: elapsed.value)
    }
  }

  private func evaluationSummaries(of heads: [HeadDescription]) throws -> [EvaluationSummary] {
    var summaries: [EvaluationSummary] = []
    var places: [Int: Int] = [:]
    for head in heads {
      for score in try reportedScores(of: head.name) {
        if places[score.id] == nil {
          places[score.id] = summaries.count
          summaries.append(EvaluationSummary(step: score.step, accuracies: [:]))
        }
        if let place = places[score.id] { summaries[place].accuracies[head.name] = score.accuracy }
      }
    }
    return summaries
  }

  /// The number of the evaluation that was recorded last; 0 if there is none.
  private func lastEvaluation() throws -> Int {
    try Int.fetchOne(database, sql: "SELECT max(id) FROM evaluation") ?? 0
  }
}
