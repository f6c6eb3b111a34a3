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
      // Opening for writing already changes the file, so a newer one is turned away before.
      if FileManager.default.fileExists(atPath: url.path) {
        try RunHistoryReader.read(from: url) { try HistorySchema.checkNotNewer($0, at: url) }
      }
      var configuration = Configuration()
      configuration.journalMode = .wal
      configuration.busyMode = .timeout(5)
      let database = try DatabaseQueue(path: url.path, configuration: configuration)
      try HistorySchema.migrator.migrate(database)
      return database
    }
    state = Mutex(Open(database: database, lock: lock))
  }

  deinit { close() }

  /// Records the events, the history in one transaction, then the checkpoints among them, and
  /// returns those. History is never behind a checkpoint.
  ///
  /// `.started` on a run that was started before resumes it: what was recorded after its checkpoint
  /// is forgotten, so that its history becomes that of a run that was never interrupted.
  ///
  /// - Throws: if the disk refuses or the recorder is closed; then no event of the transaction is
  ///   recorded.
  @discardableResult
  package func record(_ events: [TrainingEvent]) throws(StorageError) -> [RecordedCheckpoint] {
    try state.withLock { open throws(StorageError) in
      guard let database = open?.database else {
        throw StorageError(folder.url, "the run's recorder is closed")
      }
      try storing(folder.historyURL, "write") {
        try database.write { database in
          for event in events { try self.record(event, in: database) }
        }
      }
      return try writeCheckpoints(of: events, database)
    }
  }

  /// Leaves the run as one self-contained `history.sqlite` beside its weights, and lets others
  /// write it. A run that has not ended then counts as interrupted. Does nothing the second time.
  package func close() {
    state.withLock { open in
      guard let database = open?.database else { return }
      // A reader has the database open only for a moment; until it lets go, the journal cannot be
      // folded in. Failing that, the files stay as SQLite left them, which is safe.
      for _ in 0..<20 {
        let mode = try? database.writeWithoutTransaction { database in
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
    case .checkpoint: break
    case .paused(let isPaused): try database.setPaused(isPaused)
    case .ended(let status, _, let message): try database.end(status, message: message)
    }
  }

  private func writeCheckpoints(
    of events: [TrainingEvent], _ database: DatabaseQueue
  ) throws(StorageError) -> [RecordedCheckpoint] {
    var recorded: [RecordedCheckpoint] = []
    for case .checkpoint(let checkpoint) in events {
      if recorded.isEmpty {
        // Makes the history durable before the weights that follow from it.
        try storing(folder.historyURL, "flush to disk") {
          _ = try database.writeWithoutTransaction { try $0.checkpoint(.passive) }
        }
      }
      let path = try folder.write(checkpoint).path
      recorded.append(RecordedCheckpoint(step: checkpoint.step, path: path))
    }
    return recorded
  }
}
