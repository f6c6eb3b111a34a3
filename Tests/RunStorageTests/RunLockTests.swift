import Foundation
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

struct RunLockTests {
  @Test func oneWriterAtATime() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      #expect(!run.isRunning)
      let recorder = try RunRecorder(run)
      try recorder.record([Fixture.started()])
      #expect(run.isRunning && run.summary().status == .running)
      let text = message { _ = try RunRecorder(run) }
      #expect(text == "\(url.path): the run is being written by process \(getpid())")
      recorder.close()
      #expect(!run.isRunning && run.summary().status == .interrupted)
      try RunRecorder(run).close()
    }
  }

  @Test func aLockFileThatNobodyHoldsIsFree() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      try Data("1\n".utf8).write(to: run.lockURL)
      try Data("half".utf8).write(to: AtomicFile.temporary(for: run.latestWeightsURL))
      #expect(!run.isRunning)
      try RunRecorder(run).close()
      #expect(try contents(url).keys.sorted() == ["history.sqlite"])
    }
  }

  /// What a killed process leaves: the database with its write-ahead log.
  @Test func aKilledRunReadsInFullAndResumes() throws {
    try withTemporaryFolder { url in
      let live = RunFolder(url.appendingPathComponent("live"))
      let killed = RunFolder(url.appendingPathComponent("killed"))
      try FileManager.default.createDirectory(at: live.url, withIntermediateDirectories: true)
      let recorder = try RunRecorder(live)
      try recorder.record(Array(HistoryTests.events.prefix(4)))
      try recorder.record([.checkpoint(Fixture.checkpoint(1)), .step(Fixture.step(3))])
      try FileManager.default.copyItem(at: live.url, to: killed.url)
      try FileManager.default.removeItem(
        at: killed.url.appendingPathComponent("history.sqlite-shm"))
      let before = try contents(killed.url)
      #expect(before["history.sqlite-wal"]?.isEmpty == false)

      // As from a folder that cannot be written, and as usual.
      let reader = RunHistoryReader(killed)
      let copied = try reader.readFromCopy {
        try HistoryQueries(database: $0, url: killed.historyURL).outline().history
      }
      #expect(try contents(killed.url) == before)
      let history = try reader.outline()
      #expect(history == copied)
      #expect(history.timeline.points.map(\.step) == [1, 2, 3])
      #expect(killed.summary().status == .interrupted)

      let resumed = try RunRecorder(killed)
      try resumed.record([Fixture.started()])
      resumed.close()
      #expect(try everything(killed).steps.map(\.step) == [1])
      #expect(
        try contents(killed.url).keys.sorted() == [
          "history.sqlite", "latest-optimizer-1.safetensors", "latest.safetensors",
        ])
    }
  }
}
