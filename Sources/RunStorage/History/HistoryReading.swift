import Foundation
import GRDB
import Snapshots

/// An evaluation and its row's number, by which one that was read is known again.
struct NumberedEvaluation {
  let number: Int?
  let snapshot: EvaluationSnapshot
}

/// A moment that was read, and what tells whether one after it can be read from there on.
package struct KnownMoment {
  let moment: Moment
  let evaluation: NumberedEvaluation?
  let version: HistoryQueries.Version
  /// Their names.
  let heads: Set<String>
}

/// Rows into snapshots, in one view of the database. A damaged row is an error that names its
/// table, step and column.
final class HistoryQueries {
  let database: Database
  let url: URL
  /// The row of the run once it was read: nearly every question needs its heads.
  private var knownRun: RunRecord?

  init(database: Database, url: URL) {
    self.database = database
    self.url = url
  }

  /// What changes about a run while it goes on.
  struct State: Equatable {
    /// nil while it goes on, or was interrupted.
    var end: EndStatus?
    var endMessage: String?
    var isPaused: Bool
    /// How many times the run was started; another number means that history was rewritten.
    var generation: Int
    /// Seconds since 1970.
    var resumedAt: Double
    /// They may change once.
    var heads: [HeadDescription]
  }

  /// Under its folder's name: a run that was copied or renamed is called what people see.
  func description() throws -> RunDescription {
    var description = try run().description
    description.name = url.deletingLastPathComponent().lastPathComponent
    return description
  }

  func state() throws -> State {
    let run = try run()
    let end = EndStatus(rawValue: run.status)
    guard end != nil || run.status == "running" else {
      throw damage(
        "table run", "status", "'\(run.status.prefix(40))'",
        "running, completed, stopped or failed")
    }
    return State(
      end: end, endMessage: run.endMessage, isPaused: run.isPaused != 0,
      generation: run.generation, resumedAt: run.resumedAt, heads: run.heads.values)
  }

  /// Step of the last checkpoint, 0 before the first; nil if an older program wrote the history.
  func checkpointStep() throws -> Int? { try run().checkpointStep }

  /// Tells whether what was read before still holds, as the columns are stored: what a run that is
  /// started again trains anew takes the place of other steps, and its heads may change.
  struct Version: Equatable {
    let generation: DatabaseValue
    let heads: DatabaseValue
  }

  func version() throws -> Version {
    let row = try one("SELECT generation, heads FROM run", "no run was started in it")
    return Version(generation: row[0], heads: row[1])
  }

  private func run() throws -> RunRecord {
    if let knownRun { return knownRun }
    let run: RunRecord = try decode(
      one("SELECT * FROM run", "no run was started in it"), "table run")
    // They are parts of the names of files.
    guard run.heads.values.allSatisfy({ $0.name.isPlain }) else {
      throw damage("table run", "heads", "a name of other signs", "letters and digits")
    }
    knownRun = run
    return run
  }

  func samples() throws -> SampleImages {
    let record: SampleImagesRecord = try decode(
      one("SELECT * FROM sampleImages", "no sample images"), "table sampleImages")
    let labels = record.labels.values
    var bytes = labels.count
    for dimension in [record.height, record.width, record.channels] {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
      bytes = overflow ? -1 : product
    }
    guard bytes == record.pixels.count else {
      throw damage(
        "table sampleImages", "pixels", "\(record.pixels.count) bytes",
        "[\(labels.count), \(record.height), \(record.width), \(record.channels)]")
    }
    let labelMaps = record.labelMaps?.bytes ?? []
    guard labelMaps.isEmpty || labelMaps.count * record.channels == bytes else {
      throw damage(
        "table sampleImages", "labelMaps", "\(labelMaps.count) bytes",
        "[\(labels.count), \(record.height), \(record.width)]")
    }
    return SampleImages(
      width: record.width, height: record.height, channels: record.channels,
      pixels: [UInt8](record.pixels), labels: labels, labelMaps: labelMaps)
  }

  /// Calls `body` with every step after `step` in order, one in memory at a time.
  func forEachStep(after step: Int, _ body: (StepSnapshot) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      database, sql: "SELECT * FROM step WHERE step > :step ORDER BY step",
      arguments: ["step": step])
    let heads = try headNames()
    var last = step
    while let row = try rows.next() {
      let snapshot = try self.step(row, after: last, heads: heads)
      last = snapshot.step
      try body(snapshot)
    }
  }

  /// The steps after `step`, in order.
  func steps(after step: Int) throws -> [StepSnapshot] {
    var steps: [StepSnapshot] = []
    try forEachStep(after: step) { steps.append($0) }
    return steps
  }

  /// - Parameter last: the step before it, for messages.
  func step(_ row: Row, after last: Int, heads: Set<String>) throws -> StepSnapshot {
    let place = "table step after step \(last)"
    let record: StepRecord = try decode(row, place)
    try check(record.head, of: heads, place)
    return record.snapshot
  }

  /// The evaluations recorded after the one numbered `identifier`, in order of step, and the last
  /// one's number.
  func evaluations(
    after identifier: Int
  ) throws -> (evaluations: [EvaluationSnapshot], last: Int) {
    let heads = try headNames()
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM evaluation WHERE id > :id ORDER BY step, id",
      arguments: ["id": identifier])
    var last = identifier
    let evaluations = try rows.map { row in
      last = max(last, row["id"] ?? last)
      return try evaluation(row, heads: heads)
    }
    return (evaluations, last)
  }

  /// The newest evaluation taken at or before `step`; nil if there is none. Reads that one alone.
  ///
  /// - Parameter known: is returned if it is the one.
  func evaluation(
    atOrBefore step: Int, knowing known: NumberedEvaluation? = nil
  ) throws -> NumberedEvaluation? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT * FROM evaluation WHERE step <= :step ORDER BY step DESC, id DESC LIMIT 1
        """, arguments: ["step": step])
    guard let row else { return nil }
    let number: Int? = row["id"]
    if let known, known.number == number { return known }
    return NumberedEvaluation(
      number: number, snapshot: try evaluation(row, heads: headNames()))
  }

  /// Every evaluation in order, one in memory at a time.
  func forEachEvaluation(_ body: (EvaluationSnapshot) throws -> Void) throws {
    let heads = try headNames()
    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM evaluation ORDER BY step, id")
    while let row = try rows.next() { try body(evaluation(row, heads: heads)) }
  }

  func evaluation(_ row: Row, heads names: Set<String>) throws -> EvaluationSnapshot {
    let record: EvaluationRecord = try decode(row, "table evaluation")
    return EvaluationSnapshot(
      step: record.step, epoch: record.epoch, elapsed: record.elapsed.value,
      images: try record.images ?? description().evaluationImages,
      heads: try heads(ofEvaluation: record.id ?? 0, step: record.step, among: names),
      warnings: record.warnings?.values ?? [])
  }

  private func heads(
    ofEvaluation identifier: Int, step: Int, among names: Set<String>
  ) throws -> [HeadEvaluation] {
    let place = "table subHeadEvaluation at step \(step)"
    let rows = try Row.fetchCursor(
      database, sql: "SELECT * FROM subHeadEvaluation WHERE evaluation = :id ORDER BY position",
      arguments: ["id": identifier])
    var heads: [HeadEvaluation] = []
    while let row = try rows.next() {
      let record: SubHeadRecord = try decode(row, place)
      try check(record.head, of: names, place)
      let clusters = record.masses.values.count
      if !record.joint.values.isEmpty {
        try check(record.joint.values.count, 4, clusters * clusters, "float32", place, "joint")
      }
      if let mapping = record.mapping {
        try check(mapping.values.count, 4, clusters, "int32", place, "mapping")
      }
      if let alignment = record.alignment {
        try check(alignment.values.count, 4, clusters, "int32", place, "alignment")
      }
      guard record.treeMerges != nil else {
        throw damage(
          place, "merges", "\(record.merges?.values.count ?? 0) float64 values",
          "three for each merge of \(clusters) clusters")
      }
      let head = HeadID(rawValue: record.head)
      if heads.last?.head == head {
        heads[heads.count - 1].subHeads.append(record.snapshot)
      } else {
        heads.append(
          HeadEvaluation(
            head: head, subHeads: [record.snapshot], suggestion: record.suggestion))
      }
    }
    guard !heads.isEmpty else {
      throw StorageError(
        url, "table subHeadEvaluation has no rows for the evaluation at step \(step)")
    }
    return heads
  }

  /// The restarts before the step after `step`, in order.
  func restarts(upTo step: Int) throws -> [RestartSnapshot] {
    let heads = try headNames()
    // Older histories have no such table.
    guard try database.tableExists("restart") else { return [] }
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM restart WHERE step <= :step ORDER BY step, head",
      arguments: ["step": step])
    return try rows.map { row in
      let record: RestartRecord = try decode(row, "table restart")
      try check(record.head, of: heads, "table restart")
      return record.snapshot
    }
  }

  /// The epoch that a step was taken in; 0 for step 0 or one that is not recorded.
  func epoch(ofStep step: Int) throws -> Int {
    try Int.fetchOne(
      database, sql: "SELECT epoch FROM step WHERE step = :step", arguments: ["step": step]) ?? 0
  }

  /// What a list shows of the last step.
  func lastStep() throws -> (step: Int, epoch: Int, elapsed: Double)? {
    let sql = "SELECT * FROM step ORDER BY step DESC LIMIT 1"
    guard let row = try Row.fetchOne(database, sql: sql) else { return nil }
    let record: StepRecord = try decode(row, "table step, its last row")
    return (record.step, record.epoch, record.elapsed.value)
  }

  func one(_ sql: String, _ otherwise: String) throws -> Row {
    guard let row = try Row.fetchOne(database, sql: sql) else {
      throw StorageError(url, otherwise)
    }
    return row
  }

  func headNames() throws -> Set<String> {
    Set(try description().heads.map(\.name.rawValue))
  }

  func check(_ head: String, of heads: Set<String>, _ place: String) throws {
    guard heads.contains(head) else {
      throw damage(place, "head", "'\(head.prefix(40))'", heads.sorted().joined(separator: " or "))
    }
  }

  private func check(
    _ count: Int, _ size: Int, _ expected: Int, _ type: String, _ place: String, _ column: String
  ) throws {
    guard count == expected else {
      throw damage(place, column, "\(count * size) bytes", "\(expected) \(type) values")
    }
  }
}

extension HeadID {
  fileprivate var isPlain: Bool {
    (1...16).contains(rawValue.utf8.count)
      && rawValue.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }
}
