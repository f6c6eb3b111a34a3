import Foundation
import GRDB
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

/// Looking at a history from moment to moment, and beside who writes it.
struct HistoryReadingTests {
  /// Who looks from moment to moment sees what a fresh look sees, also when an evaluation has come
  /// since.
  @Test func oneMomentAfterTheOther() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let recorder = try RunRecorder(run)
      try recorder.record(Array(HistoryTests.events.prefix(6)))
      let reader = RunHistoryReader(run)
      var known: KnownMoment?
      for (step, evaluated) in [(0, 0), (1, 0), (2, 2), (2, 2), (1, 0)] {
        let moment = try reader.moment(at: step, knowing: &known)
        #expect(try moment == reader.moment(at: step))
        #expect(moment.evaluation == Fixture.evaluation(evaluated))
      }
      let newer = Fixture.evaluation(1, losses: [-0.5, -0.25])
      try recorder.record([.evaluation(newer)])
      #expect(try reader.moment(at: 1, knowing: &known).evaluation == newer)
      recorder.close()
    }
  }

  /// Far more steps than a moment holds, of two heads in turn, in small and large paces, forth and
  /// back; and steps that a resumed run puts in the place of others.
  @Test func momentsGoOnFromTheLastOne() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let reader = RunHistoryReader(run)
      var known: KnownMoment?
      func walk(_ steps: [Int]) throws {
        for step in steps {
          #expect(try reader.moment(at: step, knowing: &known) == reader.moment(at: step))
        }
      }
      func events(loss: Double?) -> [TrainingEvent] {
        [Fixture.started()] + (1...400).map { .step(Fixture.step($0, loss: loss)) }
      }
      let recorder = try RunRecorder(run)
      try recorder.record(events(loss: nil))
      try walk([0, 1, 4, 4, 3, 40, 141, 143, 145, 247, 399, 398, 1000])
      try recorder.record([.step(Fixture.step(401))])
      try walk([1000, 401])
      #expect(known?.moment.step == 401)
      recorder.close()
      let resumed = try RunRecorder(run)
      try resumed.record(events(loss: -9))
      #expect(try reader.moment(at: 402, knowing: &known).lastStep?.loss == -9)
      resumed.close()
    }
  }

  /// Somebody who reads for minutes, or stands still, holds no end.
  @Test func aReaderHoldsNoEnd() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let recorder = try RunRecorder(run)
      try recorder.record(HistoryTests.events)
      try RunHistoryReader(run).forEach(
        step: { step in if step.step == 1 { recorder.close() } }, evaluation: { _ in })
      #expect(try RunHistoryReader(run).outline() == HistoryTests.expected(HistoryTests.events))
      let resumed = try RunRecorder(run)
      resumed.close()
      #expect(try contents(run.url).keys.sorted() == ["history.sqlite"])
    }
  }

  /// A head's name is a part of files' names.
  @Test func namesOfHeadsAreLettersAndDigits() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let recorder = try RunRecorder(run)
      try recorder.record([Fixture.started()])
      recorder.close()
      let queue = try DatabaseQueue(path: run.historyURL.path)
      try queue.write { database in
        try database.execute(sql: "UPDATE run SET heads = replace(heads, '\"A\"', '\"x/../A\"')")
      }
      try queue.close()
      #expect(message { _ = try RunHistoryReader(run).outline() }.contains("column 'heads'"))
    }
  }
}
