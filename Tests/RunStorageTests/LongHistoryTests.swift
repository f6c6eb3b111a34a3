import Foundation
import GRDB
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

/// What a list, `show`, `evaluate` and `predict` ask of a long run does not go through all of it.
struct LongHistoryTests {
  static let steps = 200_000

  /// 200,000 steps and an evaluation each 1,000 of them, but two evaluations and the last step
  /// apart all are damaged: whoever reads them fails.
  private func withLongRun(_ body: (RunFolder) throws -> Void) throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      let recorder = try RunRecorder(run)
      try recorder.record([Fixture.started(), .step(Fixture.step(Self.steps))])
      for step in stride(from: 1000, through: Self.steps, by: 1000) {
        try recorder.record([.evaluation(Fixture.evaluation(step))])
      }
      recorder.close()
      let queue = try DatabaseQueue(path: run.historyURL.path)
      try queue.write { database in
        try database.execute(
          sql: """
            WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :last)
            INSERT INTO step (step, epoch, head, loss, subHeadLosses)
            SELECT n, 1, 'nobody', 'damaged', x'00' FROM number
            """, arguments: ["last": Self.steps - 1])
        try database.execute(
          sql: """
            UPDATE subHeadEvaluation SET joint = x'00' WHERE evaluation IN
              (SELECT id FROM evaluation WHERE step NOT IN (7000, :last))
            """, arguments: ["last": Self.steps])
      }
      try queue.close()
      try body(run)
    }
  }

  @Test func onlyWhatIsAskedForIsRead() throws {
    try withLongRun { run in
      let reader = RunHistoryReader(run)
      let (description, samples) = (try reader.description(), try reader.samples())
      #expect(description == Fixture.description() && samples == Fixture.samples)
      let summary = run.summary()
      #expect(summary.error == nil && summary.steps == Self.steps && summary.accuracy == 0.75)
      let last = try reader.evaluation()
      let earlier = try reader.evaluation(atOrBefore: 7999)
      let none = try reader.evaluation(atOrBefore: 999)
      #expect(last == Fixture.evaluation(Self.steps) && none == nil)
      #expect(earlier == Fixture.evaluation(7000))
      #expect(message { _ = try reader.evaluation(atOrBefore: 8000) }.contains("step 8000"))
      #expect(message { _ = try reader.load() }.contains("at step 1000"))
    }
  }

  /// No query of a list goes through a table: SQLite's own plan says so.
  @Test func aListIsReadFromIndexes() throws {
    try withLongRun { run in
      let plan = try RunHistoryReader(run).read { queries in
        try String.fetchAll(
          queries.database.makeStatement(
            sql: "EXPLAIN QUERY PLAN " + HistoryQueries.scoresQuery),
          arguments: ["head": "B"], adapter: SuffixRowAdapter(fromIndex: 3))
      }
      #expect(plan.contains { $0.contains("COVERING INDEX subHeadEvaluationScores") }, "\(plan)")
      #expect(!plan.contains { $0.hasPrefix("SCAN subHeadEvaluation") }, "\(plan)")
      #expect(!plan.contains { $0.contains("TEMP B-TREE FOR ORDER BY") }, "\(plan)")
    }
  }
}
