import Foundation
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

struct RunFollowerTests {
  @Test func eventsArriveOnceAndInOrder() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      var follower = RunFollower(run)
      #expect(message { _ = try follower.poll() }.contains("no history.sqlite"))
      let recorder = try RunRecorder(run)
      #expect(message { _ = try follower.poll() }.contains("no run was started"))
      try recorder.record([Fixture.started()])
      #expect(try follower.poll() == .history(HistoryTests.expected([Fixture.started()])))
      #expect(try follower.poll() == .events([]))
      #expect(follower.isRunning)
      var sent: [TrainingEvent] = []
      for batch in [HistoryTests.events[1...4], HistoryTests.events[5...5]] {
        try recorder.record(Array(batch))
        #expect(try follower.poll() == .events(Array(batch)))
        sent += batch
      }
      try recorder.record(Array(HistoryTests.events[6...]))
      let rest: [TrainingEvent] = [
        .step(Fixture.step(3)), .paused(false), HistoryTests.events[8],
      ]
      #expect(try follower.poll() == .events(rest))
      recorder.close()
      #expect(try follower.poll() == .events([]))
      #expect(!follower.isRunning)
      let history = try RunHistoryReader(run).outline()
      #expect(HistoryTests.expected([Fixture.started()] + sent + rest) == history)
    }
  }

  @Test func aResumedRunIsReadAnew() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      var follower = RunFollower(run)
      let first = try RunRecorder(run)
      try first.record([
        Fixture.started(), .step(Fixture.step(1)), .checkpoint(Fixture.checkpoint(1)),
        .step(Fixture.step(2)),
      ])
      _ = try follower.poll()
      first.close()
      let second = try RunRecorder(run)
      try second.record([Fixture.started(), .step(Fixture.step(2, loss: 5))])
      let events: [TrainingEvent] = [.step(Fixture.step(1)), .step(Fixture.step(2, loss: 5))]
      #expect(try follower.poll() == .history(HistoryTests.expected(events)))
    }
  }

  @Test func aRunWithOtherHeadsIsReadAnew() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      var follower = RunFollower(run)
      let recorder = try RunRecorder(run)
      try recorder.record([Fixture.started(), .step(Fixture.step(1))])
      _ = try follower.poll()
      var description = Fixture.description()
      description.heads[0].clusters += 1
      description.parameterCount += 7
      try recorder.record([.changedHeads(description, step: 1), .step(Fixture.step(2))])
      let expected = HistoryTests.expected([
        Fixture.started(), .step(Fixture.step(1)), .changedHeads(description, step: 1),
        .step(Fixture.step(2)),
      ])
      #expect(expected.description == description)
      #expect(try follower.poll() == .history(expected))
      #expect(try follower.poll() == .events([]))
      recorder.close()
    }
  }

  @Test func restartsArriveOnceAndGoWithTheStepsThatAreForgotten() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      var follower = RunFollower(run)
      let first = try RunRecorder(run)
      let (early, late) = (Fixture.restart(1), Fixture.restart(2))
      try first.record([Fixture.started(), .step(Fixture.step(1))])
      _ = try follower.poll()
      let events: [TrainingEvent] = [
        .restart(early), .step(Fixture.step(2)), .restart(late), .step(Fixture.step(3)),
      ]
      try first.record(events)
      #expect(try follower.poll() == .events(events))
      #expect(try follower.poll() == .events([]))
      try first.record([.checkpoint(Fixture.checkpoint(2)), .step(Fixture.step(4))])
      first.close()
      #expect(try RunHistoryReader(run).outline().restarts == [early, late])
      #expect(try RunHistoryReader(run).outline(upTo: 1).restarts == [early])
      // The checkpoint after step 2 is from before the restart that followed it.
      let second = try RunRecorder(run)
      try second.record([Fixture.started()])
      #expect(try RunHistoryReader(run).outline().restarts == [early])
      try second.record([.restart(late), .step(Fixture.step(3))])
      second.close()
      guard case .history(let history) = try follower.poll() else {
        Issue.record("a run that was resumed is read anew")
        return
      }
      #expect(history.restarts == [early, late])
    }
  }

  /// A reader that never rests does not make the writer fail, and sees whole batches only.
  @Test func readingBesideAWriter() async throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let run = RunFolder(folder.url)
    let recorder = try RunRecorder(run)
    try recorder.record([Fixture.started()])
    var first = RunFollower(run)
    _ = try first.poll()
    async let watched: Int = { [first] in
      var follower = first
      var steps = 0
      while true {
        guard case .events(let events) = try follower.poll() else { continue }
        for event in events {
          if case .step(let step) = event {
            steps += 1
            #expect(step == Fixture.step(steps))
          }
          if case .ended = event { return steps }
        }
        #expect(steps % 2 == 0)
      }
    }()
    for step in stride(from: 1, through: 200, by: 2) {
      try recorder.record([.step(Fixture.step(step)), .step(Fixture.step(step + 1))])
    }
    try recorder.record([.ended(.completed, step: 200, message: nil)])
    recorder.close()
    #expect(try await watched == 200)
  }
}
