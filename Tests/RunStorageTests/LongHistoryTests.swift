import Foundation
import GRDB
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

/// A run of the published MNIST setting, millions of steps long, is not gone through to be shown.
///
/// No clock is needed to see that: all rows that need not be read are damaged, and whoever reads
/// one fails.
struct LongHistoryTests {
  static let steps = 4_800_000
  static let evaluations = 9600
  static let stride = StepTimeline.stride(lastStep: steps)

  /// A run of so many steps, and as many evaluations spread over them.
  ///
  /// - Parameter spared: damages the evaluations that are neither the last one nor this step's, and
  ///   the steps that are neither on the timeline nor among the last ones before either of the two.
  private func withRun(
    steps: Int, evaluations: Int, damagedExcept spared: Int? = nil,
    _ body: (RunFolder) throws -> Void
  ) throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let recorder = try RunRecorder(run)
      let interval = steps / evaluations
      try recorder.record([
        Fixture.started(), .step(Fixture.step(1)), .evaluation(Fixture.evaluation(interval)),
      ])
      recorder.close()
      var configuration = Configuration()
      configuration.journalMode = .default
      let queue = try DatabaseQueue(path: run.historyURL.path, configuration: configuration)
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        let arguments: StatementArguments = [
          "last": steps, "stride": StepTimeline.stride(lastStep: steps),
          "limit": Moment.recentLimit, "spared": spared ?? 0, "isDamaged": spared != nil,
        ]
        try database.execute(
          sql: """
            WITH RECURSIVE number(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < :last)
            INSERT INTO step
              SELECT n, 1 + (n - 1) / 10, iif(n % 2 = 0, 'A', 'B'),
                iif(:isDamaged AND n % :stride <> 0 AND n <= :last - :limit
                  AND n NOT BETWEEN :spared - :limit + 1 AND :spared, 'damaged', -0.1 * n),
                subHeadLosses, 0.3 * n, learningRate, imagesPerSecond, n / 7.0
              FROM number CROSS JOIN step WHERE step.step = 1
            """, arguments: arguments)
        // Copies of the first evaluation, as the fixture has them for other steps.
        try database.execute(
          sql: """
            WITH RECURSIVE number(n) AS
              (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < :evaluations)
            INSERT INTO evaluation (id, step, epoch, elapsed, images, warnings)
              SELECT n, n * :interval, (n * :interval + 9) / 10, n * :interval / 7.0, images,
                warnings
              FROM number CROSS JOIN evaluation
              WHERE evaluation.id = 1 AND n <= :evaluations
            """, arguments: ["evaluations": evaluations, "interval": interval])
        try database.execute(
          sql: """
            INSERT INTO subHeadEvaluation
              SELECT evaluation.id, position, head, subHead, loss, mutualInformation, entropy,
                conditionalEntropy, accuracy, nmi, ari, joint, masses, mapping, confusion,
                sampleProbabilities, merges, agreement, alignment, oneToOneAccuracy,
                manyToOneAccuracy, suggestedClusters, jump, sampleMaps, displacements
              FROM evaluation CROSS JOIN subHeadEvaluation
              WHERE subHeadEvaluation.evaluation = 1 AND evaluation.id > 1
            """)
        try database.execute(
          sql: """
            UPDATE subHeadEvaluation SET joint = x'00' WHERE :isDamaged AND evaluation IN
              (SELECT id FROM evaluation WHERE step NOT IN (:spared, :last))
            """,
          arguments: ["spared": spared ?? 0, "last": steps, "isDamaged": spared != nil])
      }
      try queue.close()
      try body(run)
    }
  }

  @Test func onlyWhatIsAskedForIsRead() throws {
    let spared = 1_000_000
    try withRun(
      steps: Self.steps, evaluations: Self.evaluations, damagedExcept: spared
    ) { run in
      let reader = RunHistoryReader(run)
      let history = try reader.outline()
      #expect(history.description == Fixture.description() && history.samples == Fixture.samples)
      #expect(history.newest.step == Self.steps)
      #expect(history.newest.evaluation == Fixture.evaluation(Self.steps))
      #expect(history.evaluations.count == Self.evaluations)
      #expect(history.evaluations[1] == EvaluationSummary(Fixture.evaluation(1000)))
      let steps = Swift.stride(from: Self.stride, through: Self.steps, by: Self.stride)
      #expect(history.timeline.points.map(\.step) == Array(steps))
      #expect(history.timeline.points.count <= StepTimeline.capacity)

      let moment = try reader.moment(at: spared)
      #expect(moment.step == spared && moment.recentSteps.count == Moment.recentLimit)
      #expect(moment.lastSteps[.b]?.step == spared - 1)
      #expect(moment.evaluation == Fixture.evaluation(spared))
      let summary = run.summary()
      #expect(summary.error == nil && summary.steps == Self.steps && summary.accuracy == 0.75)
      #expect(try reader.evaluation(atOrBefore: 499) == nil)

      // The others are spoilt indeed.
      #expect(message { _ = try reader.evaluation(atOrBefore: 8000) }.contains("step 8000"))
      #expect(message { _ = try reader.moment(at: 8000) }.contains("table step"))
    }
  }

  /// A timeline that was read equals that of a screen that saw every step.
  @Test(arguments: [1, 101, 4096, 4097, 8193])
  func aTimelineThatWasRead(_ steps: Int) throws {
    try withRun(steps: steps, evaluations: 1) { run in
      var history = RunHistory(description: Fixture.description(), samples: Fixture.samples)
      try RunHistoryReader(run).forEach(
        step: { history.append(.step($0)) }, evaluation: { _ in })
      let read = try RunHistoryReader(run).outline()
      #expect(read.timeline == history.timeline)
      #expect(read.newest.recentSteps == history.newest.recentSteps)
      #expect(read.newest.lastSteps == history.newest.lastSteps)
    }
  }

  /// No query of a list goes through a table: SQLite's own plan says so.
  @Test func aListIsReadFromIndexes() throws {
    try withRun(steps: 100, evaluations: 2) { run in
      let plan = try RunHistoryReader(run).read { queries in
        try String.fetchAll(
          queries.database.makeStatement(
            sql: "EXPLAIN QUERY PLAN " + HistoryQueries.scoresQuery()),
          arguments: ["head": "B"], adapter: SuffixRowAdapter(fromIndex: 3))
      }
      #expect(plan.contains { $0.contains("COVERING INDEX subHeadEvaluationScores") }, "\(plan)")
      #expect(!plan.contains { $0.hasPrefix("SCAN subHeadEvaluation") }, "\(plan)")
      #expect(!plan.contains { $0.contains("TEMP B-TREE FOR ORDER BY") }, "\(plan)")
    }
  }
}
