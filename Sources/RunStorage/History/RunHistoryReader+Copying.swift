import Foundation
import GRDB

extension RunHistoryReader {
  /// Copies the history, as it stands now, into a new database at `url`, whole in one file. A
  /// process that is writing it goes on.
  ///
  /// - Throws: if it cannot be read, or the copy cannot be written.
  func backUp(to url: URL) throws(StorageError) {
    try read { queries in
      try storing(folder.historyURL, "copy") {
        let copy = try DatabaseQueue(path: url.path)
        defer { try? copy.close() }
        try copy.writeWithoutTransaction { try queries.database.backup(to: $0) }
      }
    }
    // The copy of a history that is being written says that a log belongs to it.
    try storing(url, "write") {
      let copy = try DatabaseQueue(path: url.path)
      try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
      try copy.close()
    }
  }

  /// Looks at every page of the history.
  ///
  /// - Throws: if it is damaged, or holds no run.
  func checkSound() throws(StorageError) {
    try read { queries in
      _ = try queries.description()
      let answer = try String.fetchOne(queries.database, sql: "PRAGMA quick_check(1)") ?? ""
      guard answer == "ok" else { throw StorageError(folder.historyURL, answer) }
    }
  }
}
