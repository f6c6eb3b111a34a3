import Foundation
import GRDB
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

/// Histories that a killed process left in the middle of something.
@Suite struct KilledHistoryTests {
  /// A folder as a process leaves it that is killed within a transaction on a rollback journal, as
  /// SQLite makes when it changes its kind of journal.
  private func killedInAJournal(in folder: URL) throws -> RunFolder {
    let whole = RunFolder(folder.appendingPathComponent("whole"))
    let killed = RunFolder(folder.appendingPathComponent("killed"))
    try FileManager.default.createDirectory(at: whole.url, withIntermediateDirectories: true)
    let recorder = try RunRecorder(whole)
    try recorder.record([Fixture.started(), .step(Fixture.step(1)), .step(Fixture.step(2))])
    recorder.close()
    let queue = try DatabaseQueue(path: whole.historyURL.path)
    try queue.writeWithoutTransaction { database in
      // So small a cache writes pages into the database before the transaction ends.
      try database.execute(sql: "PRAGMA cache_size = 1; BEGIN IMMEDIATE")
      try database.execute(sql: "UPDATE run SET configuration = hex(randomblob(200000))")
      try database.execute(sql: "DELETE FROM step")
      try FileManager.default.copyItem(at: whole.url, to: killed.url)
      try database.execute(sql: "ROLLBACK")
    }
    try queue.close()
    let journal = try Data(contentsOf: URL(fileURLWithPath: killed.historyURL.path + "-journal"))
    try #require(journal.count > 1000)
    return killed
  }

  /// Once, such a run could never be resumed again, nor read.
  @Test func aJournalThatIsHot() throws {
    try withTemporaryFolder { folder in
      let killed = try killedInAJournal(in: folder)
      let before = try contents(killed.url)
      let history = try RunHistoryReader(killed).outline()
      #expect(history.timeline.points.map(\.step) == [1, 2])
      #expect(history.description.configuration == Fixture.description().configuration)
      #expect(try !killed.isUnbegun())
      #expect(killed.summary().status == .interrupted)
      #expect(try contents(killed.url) == before, "a reader mends nothing")
      let recorder = try RunRecorder(killed)
      try recorder.record([Fixture.started(), .step(Fixture.step(1))])
      recorder.close()
      #expect(try RunHistoryReader(killed).outline().timeline.points.map(\.step) == [1])
    }
  }

  /// What came between is looked at again; what did not is not read again.
  @Test func aFollowerReadsWhatHasChanged() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(folder)
      let recorder = try RunRecorder(run)
      try recorder.record([Fixture.started(), .step(Fixture.step(1))])
      var follower = RunFollower(run)
      guard case .history = try follower.poll() else {
        Issue.record("no history")
        return
      }
      #expect(try follower.poll() == .events([]))
      try recorder.record([.step(Fixture.step(2))])
      #expect(try follower.poll() == .events([.step(Fixture.step(2))]))
      #expect(try follower.poll() == .events([]))
      recorder.close()
    }
  }
}

/// The pipe through which others steer a training.
@Suite struct RunSteeringTests {
  @Test func requestsReachTheControl() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(folder)
      let control = TrainingControl()
      #expect(message { try run.steer(.evaluate) }.contains("no process that can be steered"))
      try run.startSteering(control)
      var status = stat()
      #expect(stat(folder.path + "/control", &status) == 0 && status.st_mode & 0o777 == 0o600)
      let requests: [SteeringRequest] = [
        .setPaused(true), .evaluate, .checkpoint, .setLearningRate(0.000125),
      ]
      for request in requests {
        #expect(SteeringRequest(line: request.line[...]) == request)
        try run.steer(request)
      }
      var expected = TrainingControl.Requests()
      expected.paused = true
      expected.evaluate = true
      expected.checkpoint = true
      expected.learningRate = 0.000125
      var taken = TrainingControl.Requests()
      for _ in 0..<500 where taken != expected {
        let new = control.take()
        taken.paused = new.paused
        taken.evaluate = taken.evaluate || new.evaluate
        taken.checkpoint = taken.checkpoint || new.checkpoint
        taken.learningRate = new.learningRate ?? taken.learningRate
        usleep(10_000)
      }
      #expect(taken == expected)
      run.stopSteering()
      #expect(message { try run.steer(.evaluate) }.contains("no process that can be steered"))
    }
  }

  @Test(arguments: [
    "", "stop", "pause now", "learning_rate", "learning_rate x", "learning_rate -1",
    "learning_rate inf", "learning_rate nan", "learning_rate 11", "quit\u{0}",
  ]) func otherLinesAskForNothing(line: String) {
    #expect(SteeringRequest(line: line[...]) == nil)
  }

  /// A file or a link of that name is nobody's pipe.
  @Test func whatIsNoPipe() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(folder)
      try Data("mine".utf8).write(to: folder.appendingPathComponent("control"))
      #expect(message { try run.steer(.checkpoint) }.contains("is not a pipe"))
      #expect(
        try String(contentsOf: folder.appendingPathComponent("control"), encoding: .utf8) == "mine")
    }
  }
}
