import Foundation
import GRDB
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

struct HistoryDamageTests {
  private func withRun(_ body: (RunFolder) throws -> Void) throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      let recorder = try RunRecorder(run)
      try recorder.record(HistoryTests.events)
      recorder.close()
      try body(run)
    }
  }

  private func alter(_ run: RunFolder, _ sql: String) throws {
    let database = try DatabaseQueue(path: run.historyURL.path)
    try database.write { try $0.execute(sql: sql) }
    try database.close()
  }

  @Test func aNewerHistoryIsRefused() throws {
    try withRun { run in
      try alter(run, "INSERT INTO grdb_migrations VALUES ('9 holograms')")
      let bytes = try contents(run.url)
      let expected = "\(run.historyURL.path): was written by a newer iic-tui (it has '9 holograms'"
      #expect(message { _ = try RunHistoryReader(run).outline() }.hasPrefix(expected))
      #expect(message { _ = try RunRecorder(run) }.hasPrefix(expected))
      #expect(try contents(run.url) == bytes)
      #expect(run.summary().status == .broken)
      #expect(!run.isRunning)
    }
  }

  @Test(arguments: [
    ("UPDATE run SET heads = '[{'", "table run, column 'heads': '[{', expected a JSON array"),
    ("UPDATE run SET seed = '-1'", "table run, column 'seed': '-1', expected a whole number"),
    ("UPDATE run SET epochs = 'x'", "column 'epochs': 'x', expected a whole number"),
    ("UPDATE run SET status = 'odd'", "column 'status': 'odd', expected running"),
    ("DELETE FROM run", "no run was started in it"),
    ("DELETE FROM sampleImages", "no sample images"),
    ("UPDATE sampleImages SET pixels = x'00'", "column 'pixels': 1 bytes, expected [2, 3, 2, 1]"),
    ("UPDATE sampleImages SET width = 9223372036854775807", "column 'pixels': 12 bytes"),
    ("UPDATE step SET head = 'C' WHERE step = 2", "table step after step 1, column 'head': 'C'"),
    ("UPDATE step SET subHeadLosses = x'00'", "column 'subHeadLosses': 1 bytes"),
    ("UPDATE step SET loss = x'00'", "column 'loss': 1 bytes, expected a number"),
    (
      "UPDATE step SET loss = ' - column: \"head\"'",
      "after step 0, column 'loss': ' - column: \"head\"', expected a number"
    ),
    ("UPDATE sampleImages SET labels = 'x'", "column 'labels': 'x', expected int32 values"),
    ("UPDATE subHeadEvaluation SET joint = x'0000'", "column 'joint': 2 bytes, expected float32"),
    ("UPDATE subHeadEvaluation SET joint = x'00000000'", "column 'joint': 4 bytes, expected 16"),
    ("UPDATE subHeadEvaluation SET mapping = x''", "column 'mapping': 0 bytes, expected 4"),
  ])
  func damagedRowsAreNamed(_ sql: String, _ part: String) throws {
    try withRun { run in
      try alter(run, sql)
      let text = message { _ = try RunHistoryReader(run).outline() }
      #expect(text.hasPrefix("\(run.historyURL.path): ") && text.contains(part), "\(text)")
    }
  }

  @Test func filesThatAreNoHistory() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      let reader = RunHistoryReader(run)
      #expect(
        message { _ = try reader.outline() }.hasSuffix("is not a run: it has no history.sqlite"))
      try Data().write(to: run.historyURL)
      #expect(message { _ = try reader.outline() }.hasSuffix("its tables are missing"))
      try Data("certainly not a database, but long enough to look like one".utf8)
        .write(to: run.historyURL)
      #expect(message { _ = try reader.outline() }.contains("cannot read: file is not a database"))
      #expect(message { _ = try RunRecorder(run) }.contains("file is not a database"))
      #expect(!FileManager.default.fileExists(atPath: run.lockURL.path))
      let missing = RunHistoryReader(RunFolder(url.appendingPathComponent("none")))
      #expect(message { _ = try missing.outline() }.hasSuffix("none: no such run"))
    }
  }

  /// SQLite reads a page that is cut off as zeros, so the very last ones may go unnoticed; the
  /// others may not.
  @Test func truncatedHistoriesNeverTrap() throws {
    try withRun { run in
      let bytes = try Data(contentsOf: run.historyURL)
      for length in stride(from: 0, to: bytes.count, by: 997) {
        try bytes.prefix(length).write(to: run.historyURL)
        let history = try? RunHistoryReader(run).outline()
        #expect(history == nil || length > bytes.count / 2)
      }
    }
  }
}
