import Foundation
import GRDB
import Snapshots
import Synchronization

/// A checkpoint that is on disk.
package struct RecordedCheckpoint: Sendable, Equatable {
  package var step: Int
  /// Path of its weights.
  package var path: String
}

/// Writes what leaves the trainer into a run's folder. Holds the run's lock from `init` to `close`,
/// so make it before loading the checkpoint to resume from. Any one thread at a time may use it.
package final class RunRecorder: Sendable {
  package let folder: RunFolder
  private let state: Mutex<Open?>

  private struct Open {
    let database: DatabaseQueue
    let lock: RunLock
  }

  /// Opens the run for writing, new or to be resumed.
  ///
  /// - Throws: if another recorder is writing the run, a newer program wrote it, or the folder
  ///   cannot be written.
  package init(_ folder: RunFolder) throws(StorageError) {
    self.folder = folder
    let lock = try RunLock(folder.lockURL)
    folder.removePartialFiles()
    let url = folder.historyURL
    let database = try storing(url, "open for writing") {
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      let database = try DatabaseQueue(path: url.path, configuration: configuration)
      // Only a connection that may write can mend what a process that was killed left half done;
      // until the version is known, nothing else is changed.
      try database.read { try HistorySchema.checkNotNewer($0, at: url) }
      try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
      try HistorySchema.migrator.migrate(database)
      return database
    }
    state = Mutex(Open(database: database, lock: lock))
  }

  deinit { close() }

  /// What is recorded at once: wholly, or not at all.
  package enum Part: Sendable {
    /// Events without a checkpoint among them, in one transaction.
    case history([TrainingEvent])
    case checkpoint(CheckpointSnapshot)

    /// Events in their order: history before the checkpoint that follows from it, and nothing that
    /// comes after a checkpoint before that is on disk.
    package static func parts(of events: [TrainingEvent]) -> [Part] {
      var parts: [Part] = []
      var history: [TrainingEvent] = []
      for event in events {
        guard case .checkpoint(let checkpoint) = event else {
          history.append(event)
          continue
        }
        if !history.isEmpty { parts.append(.history(history)) }
        history = []
        parts.append(.checkpoint(checkpoint))
      }
      return history.isEmpty ? parts : parts + [.history(history)]
    }
  }

  /// Records events part by part, and returns the checkpoints among them.
  ///
  /// - Throws: as `record` of a part; the parts before it are recorded.
  @discardableResult
  package func record(_ events: [TrainingEvent]) throws(StorageError) -> [RecordedCheckpoint] {
    try withDatabase { _ in }
    var recorded: [RecordedCheckpoint] = []
    for part in Part.parts(of: events) {
      if let checkpoint = try record(part) { recorded.append(checkpoint) }
    }
    return recorded
  }

  /// Records a part, and returns the checkpoint if it is one.
  ///
  /// `.started` on a run that was started before resumes it: what was recorded after its checkpoint
  /// is forgotten, so that its history becomes that of a run that was never interrupted.
  ///
  /// - Throws: if the disk refuses or the recorder is closed; then nothing of the part is recorded,
  ///   and the call can be made again.
  package func record(_ part: Part) throws(StorageError) -> RecordedCheckpoint? {
    try withDatabase { database throws(StorageError) in
      switch part {
      case .history(let events):
        try storing(folder.historyURL, "write") {
          try database.write { database in
            for event in events { try self.record(event, in: database) }
          }
        }
        return nil
      case .checkpoint(let checkpoint):
        // Makes the history durable before the weights that follow from it.
        try storing(folder.historyURL, "flush to disk") {
          _ = try database.writeWithoutTransaction { try $0.checkpoint(.passive) }
        }
        let path = try folder.write(checkpoint).path
        try storing(folder.historyURL, "write") {
          try database.write { try $0.noteCheckpoint(step: checkpoint.step) }
        }
        return RecordedCheckpoint(step: checkpoint.step, path: path)
      }
    }
  }

  private func withDatabase<Result: Sendable>(
    _ body: (DatabaseQueue) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try state.withLock { open throws(StorageError) in
      guard let database = open?.database else {
        throw StorageError(folder.url, "the run's recorder is closed")
      }
      return try body(database)
    }
  }

  /// Leaves the run as one self-contained `history.sqlite` beside its weights, and lets others
  /// write it. A run that has not ended then counts as interrupted. Does nothing the second time.
  package func close() {
    state.withLock { open in
      guard let database = open?.database else { return }
      // Most readers have the database open only for a moment; until they let go, the journal
      // cannot be folded in. For one that takes longer nobody waits: the files stay as SQLite left
      // them, which is safe.
      for _ in 0..<20 {
        let mode = try? database.writeWithoutTransaction { database in
          try database.execute(sql: "PRAGMA busy_timeout = 0")
          try database.checkpoint(.truncate)
          return try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
        }
        if mode == "delete" { break }
        usleep(50_000)
      }
      try? database.close()
      open = nil
    }
  }

  private func record(_ event: TrainingEvent, in database: Database) throws {
    switch event {
    case .started(let description, let samples):
      if try database.hasRun() { try database.truncateHistory(after: folder.checkpointStep()) }
      try database.start(description, samples: samples, at: Date().timeIntervalSince1970)
    case .changedHeads(let description, _): try database.update(description)
    case .step(let step): try database.insert(step)
    case .evaluation(let evaluation): try database.insert(evaluation)
    case .restart(let restart): try database.insert(restart)
    case .checkpoint, .storageProblem: break
    case .paused(let isPaused): try database.setPaused(isPaused)
    case .ended(let status, _, let message): try database.end(status, message: message)
    }
  }
}
