import Foundation
import GRDB
import Snapshots

/// Reads a run's history and changes nothing, whether or not another process is writing it, and
/// from a folder that cannot be written too. Each call opens the database for its own duration
/// only, so that a reader never stands in a writer's way.
package struct RunHistoryReader: Sendable {
  package let folder: RunFolder

  package init(_ folder: RunFolder) { self.folder = folder }

  /// How the run stood after step `step`, its last one if not given, and its past in outline; `end`
  /// is nil if it goes on or was interrupted.
  ///
  /// - Throws: if there is no history, what is read of it is damaged, or a newer program wrote it.
  package func outline(upTo step: Int = .max) throws(StorageError) -> RunHistory {
    try read { queries in try queries.outline(upTo: step).history }
  }

  /// The run as it stood after step `step`.
  ///
  /// - Throws: as `outline`.
  package func moment(at step: Int) throws(StorageError) -> Moment {
    var known: KnownMoment?
    return try moment(at: step, knowing: &known)
  }

  /// The run as it stood after step `step`, for who reads one moment after the other.
  ///
  /// - Parameter known: the moment that was read last; what it has of this one is not read again.
  ///   Then this one.
  /// - Throws: as `outline`.
  package func moment(
    at step: Int, knowing known: inout KnownMoment?
  ) throws(StorageError) -> Moment {
    try read { queries in try queries.moment(at: step, knowing: &known) }
  }

  /// What is fixed about the run.
  ///
  /// - Throws: as `outline`.
  package func description() throws(StorageError) -> RunDescription {
    try read { queries in try queries.description() }
  }

  /// The run's sample images.
  ///
  /// - Throws: as `outline`.
  package func samples() throws(StorageError) -> SampleImages {
    try read { queries in try queries.samples() }
  }

  /// The newest evaluation taken at or before `step`, the last one if not given; nil if there is
  /// none. However long the run was, it alone is read.
  ///
  /// - Throws: as `outline`.
  package func evaluation(atOrBefore step: Int = .max) throws(StorageError) -> EvaluationSnapshot? {
    try read { queries in try queries.evaluation(atOrBefore: step)?.snapshot }
  }

  /// The step of the last checkpoint that was written, whether or not it is still there; 0 before
  /// the first, nil if an older program wrote the history.
  ///
  /// - Throws: as `outline`.
  package func checkpointStep() throws(StorageError) -> Int? {
    try read { queries in try queries.checkpointStep() }
  }

  /// The epoch that a step was taken in; 0 for step 0 or one that is not recorded.
  ///
  /// - Throws: as `outline`.
  package func epoch(ofStep step: Int) throws(StorageError) -> Int {
    try read { queries in try queries.epoch(ofStep: step) }
  }

  /// Calls `body` with every evaluation in order, one in memory at a time.
  ///
  /// - Throws: as `outline`.
  package func forEachEvaluation(
    _ body: (EvaluationSnapshot) throws -> Void
  ) throws(StorageError) {
    try read { queries in try queries.forEachEvaluation(body) }
  }

  /// Calls `step` with every step and then `evaluation` with every evaluation, in order, one in
  /// memory at a time. They belong together, also while another process adds to the history.
  ///
  /// - Throws: as `outline`, and what the two throw.
  package func forEach(
    step: (StepSnapshot) throws -> Void, evaluation: (EvaluationSnapshot) throws -> Void
  ) throws(StorageError) {
    try read { queries in
      try queries.forEachStep(after: -1, step)
      try queries.forEachEvaluation(evaluation)
    }
  }

  /// Runs `body` on one consistent view of the database.
  func read<Result>(_ body: (HistoryQueries) throws -> Result) throws(StorageError) -> Result {
    let url = folder.historyURL
    try folder.checkHasHistory()
    return try readUnchecked { database in
      try HistorySchema.check(database, at: url)
      return try body(HistoryQueries(database: database, url: url))
    }
  }

  /// Runs `body` on one consistent view of a database that may hold no history.
  func readUnchecked<Result>(_ body: (Database) throws -> Result) throws(StorageError) -> Result {
    try storing(folder.historyURL, "read") {
      do {
        return try Self.read(from: folder.historyURL, body)
      } catch let error as DatabaseError
        where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode.primaryResultCode)
      {
        // A write-ahead log needs files beside it that a folder which cannot be written will not
        // get, and a journal that a killed process left needs somebody who may write.
        return try readFromCopy(body)
      }
    }
  }

  /// Reads a copy of the database and its logs in the system's temporary folder. What a process
  /// that was killed left half done is mended there, not in the run.
  func readFromCopy<Result>(_ body: (Database) throws -> Result) throws -> Result {
    let copies = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: copies) }
    let copy = copies.appendingPathComponent("history.sqlite")
    // A writer between two of the files would leave copies that do not belong together.
    for attempt in 1... {
      let before = HistoryStamp(folder)
      for suffix in HistoryStamp.suffixes {
        let original = folder.historyURL.path + suffix
        unlink(copy.path + suffix)
        if suffix.isEmpty || FileManager.default.fileExists(atPath: original) {
          try FileManager.default.copyItem(atPath: original, toPath: copy.path + suffix)
          chmod(copy.path + suffix, 0o600)
        }
      }
      if HistoryStamp(folder) == before || attempt == 5 { break }
    }
    return try Self.read(from: copy, mayMend: true, body)
  }

  /// Runs `body` on one consistent view of the database at `url`, which stays as it is unless
  /// `mayMend` lets SQLite finish what a process that was killed left half done.
  static func read<Result>(
    from url: URL, mayMend: Bool = false, _ body: (Database) throws -> Result
  ) throws -> Result {
    var configuration = Configuration()
    configuration.readonly = !mayMend
    configuration.busyMode = .timeout(5)
    let database = try DatabaseQueue(path: url.path, configuration: configuration)
    defer { try? database.close() }
    return try database.read(body)
  }
}

/// Tells whether a history may have changed: when its files were written last, and how long they
/// are.
struct HistoryStamp: Equatable {
  /// The database, its write-ahead log and its rollback journal.
  static let suffixes = ["", "-wal", "-journal"]

  private let files: [FileStamp?]

  init(_ folder: RunFolder) {
    files = Self.suffixes.map { FileStamp(path: folder.historyURL.path + $0) }
  }
}
