import Foundation
import GRDB
import Snapshots

extension RunFolder {
  /// Whether anything is at its place.
  package var exists: Bool { FileManager.default.fileExists(atPath: url.path) }

  /// Whether it was made for a run of which nothing is recorded: its process was killed before the
  /// first event. A run may start in it as in a new folder.
  package func isUnbegun() throws(StorageError) -> Bool {
    guard url.isFolder, !hasCheckpoint else { return false }
    guard FileManager.default.fileExists(atPath: historyURL.path) else { return true }
    return try RunHistoryReader(self).readUnchecked { database in
      try !database.tableExists("run") || !database.hasRun()
    }
  }
}

extension RunRecorder {
  /// Says that a run whose last checkpoint and evaluation are on disk is completed, for a process
  /// that was killed before it could.
  package func recordCompletion(step: Int) throws(StorageError) {
    try record([.ended(.completed, step: step, message: nil)])
  }
}
