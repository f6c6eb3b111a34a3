import Foundation
import GRDB
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

struct HistoryTests {
  static let events: [TrainingEvent] = [
    Fixture.started(), .evaluation(Fixture.evaluation(0)), .step(Fixture.step(1)),
    .step(Fixture.step(2)), .evaluation(Fixture.evaluation(2)), .paused(true), .paused(false),
    .step(Fixture.step(3)), .ended(.failed, step: 3, message: "loss is\nnot a number"),
  ]

  static func expected(_ events: [TrainingEvent]) -> RunHistory {
    var history = RunHistory(description: Fixture.description(), samples: Fixture.samples)
    for event in events { history.append(event) }
    return history
  }

  @Test func roundTrip() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let recorder = try RunRecorder(run)
      for (count, event) in Self.events.enumerated() {
        try recorder.record([event])
        // A reader beside the open writer sees each event at once.
        let history = try RunHistoryReader(run).outline()
        #expect(history == Self.expected(Array(Self.events.prefix(count + 1))))
      }
      recorder.close()
      recorder.close()
      #expect(try contents(run.url).keys.sorted() == ["history.sqlite"])
      let history = try RunHistoryReader(run).outline()
      #expect(history == Self.expected(Self.events))
      let (steps, evaluations) = try everything(run)
      #expect(steps == (1...3).map { Fixture.step($0) })
      #expect(evaluations == [Fixture.evaluation(0), Fixture.evaluation(2)])
      #expect(message { try recorder.record([]) }.contains("is closed"))
    }
  }

  @Test func oneBatchEqualsManyAndReadingChangesNothing() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let recorder = try RunRecorder(run)
      try recorder.record(Self.events)
      recorder.close()
      let before = try contents(run.url)
      let history = try RunHistoryReader(run).outline()
      var follower = RunFollower(run)
      #expect(history == Self.expected(Self.events))
      #expect(try follower.poll() == .history(history))
      #expect(run.summary().status == .failed)
      #expect(try contents(run.url) == before)
    }
  }

  /// SQLite has no NaN of its own.
  @Test func lossesThatAreNotNumbersSurvive() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let recorder = try RunRecorder(run)
      let evaluation = Fixture.evaluation(3, losses: [.nan, -.infinity])
      try recorder.record([
        Fixture.started(), .step(Fixture.step(1, loss: .nan)),
        .step(Fixture.step(2, loss: .infinity)), .step(Fixture.step(3, loss: -.infinity)),
        .evaluation(evaluation),
      ])
      recorder.close()
      let (steps, evaluations) = try everything(run)
      #expect(steps[0].loss.isNaN && steps[0].subHeadLosses[1].isNaN)
      #expect(steps[0].mutualInformation == Fixture.step(1).mutualInformation)
      #expect(steps[1].loss == .infinity && steps[2].loss == -.infinity)
      #expect(evaluations[0][.b]?.subHeads[0].loss.isNaN == true)
      #expect(evaluations[0][.b]?.subHeads[1].loss == -.infinity)
      let outline = try RunHistoryReader(run).outline()
      #expect(outline.timeline.points.first?.loss.isNaN == true)
    }
  }

  /// A head that is trained with labels knows no pairs: it has no joint, and none is made up.
  @Test func aHeadWithoutPairsHasNoJoint() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let recorder = try RunRecorder(run)
      var description = Fixture.description()
      description.heads = [
        HeadDescription(name: .b, clusters: 3, subHeads: 1, matching: .identity, isMain: true)
      ]
      var step = Fixture.step(1)
      step.mutualInformation = .nan
      let scores = Fixture.subHead(0, clusters: 3, loss: 0, accuracy: 0.5).scores
      let classifier = SubHeadEvaluation(
        index: 0, loss: 0.25, scores: scores, clusterShares: [0.5, 0.25, 0.25],
        sampleProbabilities: [1, 0, 0, 0, 1, 0])
      try recorder.record([
        .started(description, Fixture.samples), .step(step),
        .evaluation(
          EvaluationSnapshot(
            step: 1, epoch: 1, elapsed: 1, images: 6,
            heads: [HeadEvaluation(head: .b, subHeads: [classifier])])),
      ])
      recorder.close()
      #expect(try RunHistoryReader(run).description().heads == description.heads)
      let (steps, evaluations) = try everything(run)
      #expect(steps.first?.mutualInformation.isNaN == true)
      let found = try #require(evaluations.first?[.b]?.subHeads.first)
      #expect(!found.hasJoint && found.clusters == 3 && found.loss == 0.25)
      #expect(found.scores == scores && found.clusterShares == classifier.clusterShares)
      #expect(found.mutualInformation.isNaN && found.entropy.isNaN)
      let tables = url.appendingPathComponent("tables")
      let written = try HistoryExport.writeCSV(RunHistoryReader(run), to: tables)
      #expect(
        written.map(\.lastPathComponent) == [
          "steps.csv", "evaluations.csv", "heads.csv", "classes.csv", "clusters.csv", "trees.csv",
          "warnings.csv", "restarts.csv", "cluster-names.csv", "confusion-B-1.csv",
          "samples-B-1.csv",
        ])
      let row = try String(contentsOf: written[1], encoding: .utf8).split(separator: "\n")[1]
      #expect(row == "1,1,1.0,6,B,1,1,0.25,,,,0.5,0.4,-0.01,0,1,,0.25,0.5")
    }
  }

  @Test func resumingForgetsWhatCameAfterTheCheckpoint() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let first = try RunRecorder(run)
      try first.record([
        Fixture.started(), .step(Fixture.step(1)), .step(Fixture.step(2)),
        .evaluation(Fixture.evaluation(2)),
      ])
      let recorded = try first.record([
        .checkpoint(Fixture.checkpoint(2, isBest: true)), .step(Fixture.step(3, loss: 99)),
        .evaluation(Fixture.evaluation(3)), .ended(.stopped, step: 3, message: nil),
      ])
      #expect(recorded == [RecordedCheckpoint(step: 2, path: run.latestWeightsURL.path)])
      first.close()

      let second = try RunRecorder(run)
      #expect(try run.loadLatest().step == 2)
      var description = Fixture.description()
      description.startedAt += 1000
      description.plannedSteps = 40
      try second.record([.started(description, Fixture.samples)])
      #expect(run.summary().status == .running)
      try second.record([.step(Fixture.step(3)), .ended(.completed, step: 3, message: nil)])
      second.close()

      let history = try RunHistoryReader(run).outline()
      description.startedAt -= 1000
      #expect(history.description == description)
      let (steps, evaluations) = try everything(run)
      #expect(steps == (1...3).map { Fixture.step($0) })
      #expect(evaluations == [Fixture.evaluation(2)])
      #expect(history.end == .completed)
      let orphans = try DatabaseQueue(path: run.historyURL.path).read {
        try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM subHeadEvaluation")
      }
      #expect(orphans == 4)
    }
  }

  @Test func resumingWithoutACheckpointStartsOver() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      for _ in 0..<2 {
        let recorder = try RunRecorder(run)
        try recorder.record(Array(Self.events.prefix(5)))
        recorder.close()
        let history = try RunHistoryReader(run).outline()
        #expect(history == Self.expected(Array(Self.events.prefix(5))))
        #expect(run.summary().status == .interrupted)
      }
    }
  }

  /// What images without labels do not have comes back as absent, through the history, its
  /// follower, the list and the tables.
  @Test func imagesWithoutLabels() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      var description = Fixture.description()
      description.classNames = []
      var samples = Fixture.samples
      samples.labels = [-1, -1]
      let events: [TrainingEvent] = [
        .started(description, samples), .step(Fixture.step(1)),
        .evaluation(Fixture.evaluation(1).withoutLabels),
      ]
      let recorder = try RunRecorder(run)
      try recorder.record(events)
      recorder.close()
      let reader = RunHistoryReader(run)
      let history = try reader.outline()
      #expect(history == Self.expected(events))
      #expect(history.newest.evaluation?.heads.allSatisfy { $0.meanAccuracy == nil } == true)
      #expect(history.evaluations == [EvaluationSummary(step: 1, accuracies: [:])])
      #expect(run.summary().accuracy == nil && run.summary().bestAccuracy == nil)
      #expect(run.summary().error == nil)
      let nulls = try DatabaseQueue(path: run.historyURL.path).read {
        try Int.fetchOne(
          $0,
          sql: """
            SELECT COUNT(*) FROM subHeadEvaluation WHERE accuracy IS NULL AND nmi IS NULL
              AND ari IS NULL AND mapping IS NULL AND confusion IS NULL
            """)
      }
      #expect(nulls == 4)
      let files = try HistoryExport.writeCSV(reader, to: url.appendingPathComponent("csv"))
      #expect(!files.contains { $0.lastPathComponent.hasPrefix("confusion") })
      let rows = try String(contentsOf: files[1], encoding: .utf8).split(separator: "\n")
      #expect(rows[1] == "1,1,0.14285714285714285,6,A,1,1,-2.0,0.7,1.01,0.31,,,,1,1,0.875,,")
    }
  }

  /// Maps of pixels, which are stored compressed.
  @Test func mapsOfPixelsComeBack() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      var samples = Fixture.samples
      samples.labelMaps = (0..<samples.count * samples.width * samples.height).map {
        UInt8(truncatingIfNeeded: $0 * 7)
      }
      var evaluation = Fixture.evaluation(1)
      evaluation.heads[0].subHeads[0].sampleMaps = samples.labelMaps
      evaluation.heads[0].subHeads[0].displacementInformation = [0.1, 0.2, .nan, 0.4, 0.5]
      let recorder = try RunRecorder(run)
      try recorder.record([
        .started(Fixture.description(), samples), .step(Fixture.step(1)), .evaluation(evaluation),
      ])
      recorder.close()
      #expect(try RunHistoryReader(run).samples() == samples)
      let read = try #require(try RunHistoryReader(run).evaluation())
      #expect(read.heads[0].subHeads[0].sampleMaps == samples.labelMaps)
      #expect(
        read.heads[0].subHeads[0].displacementInformation.map(\.bitPattern)
          == evaluation.heads[0].subHeads[0].displacementInformation.map(\.bitPattern))
      #expect(!read.heads[0].subHeads[1].hasMaps)
      // Cut short, they are damage and no trap.
      let queue = try DatabaseQueue(path: run.historyURL.path)
      try queue.write {
        try $0.execute(sql: "UPDATE sampleImages SET labelMaps = substr(labelMaps, 1, 12)")
      }
      try queue.close()
      #expect(message { _ = try RunHistoryReader(run).samples() }.contains("labelMaps"))
    }
  }

  /// A history of the program before there were images without labels reads as it is, and is
  /// brought up to date, rows and all, when it is resumed.
  @Test func historiesOfTheFirstProgram() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let queue = try DatabaseQueue(path: run.historyURL.path)
      try HistorySchema.migrator.migrate(queue, upTo: "1 runs, steps, evaluations")
      try queue.write { database in
        // What writes rows today knows a column less and some more.
        try database.execute(sql: "ALTER TABLE run DROP COLUMN stepsPerEpoch")
        try database.execute(sql: "ALTER TABLE sampleImages ADD COLUMN labelMaps")
        for column in ["data", "checkpointStep"] {
          try database.execute(sql: "ALTER TABLE run ADD COLUMN \(column)")
        }
        try database.start(Fixture.description(), samples: Fixture.samples, at: 0)
        try database.execute(sql: "ALTER TABLE sampleImages DROP COLUMN labelMaps")
        for column in ["data", "checkpointStep"] {
          try database.execute(sql: "ALTER TABLE run DROP COLUMN \(column)")
        }
        try database.execute(sql: "ALTER TABLE run ADD COLUMN stepsPerEpoch NOT NULL DEFAULT 10")
        try database.insert(Fixture.step(1))
        let newer = [
          ("evaluation", ["images", "warnings"]),
          (
            "subHeadEvaluation",
            [
              "merges", "agreement", "alignment", "oneToOneAccuracy", "manyToOneAccuracy",
              "suggestedClusters", "jump", "sampleMaps", "displacements",
            ]
          ),
        ]
        for (table, columns) in newer {
          for column in columns {
            try database.execute(sql: "ALTER TABLE \(table) ADD COLUMN \(column)")
          }
        }
        try database.insert(Fixture.evaluation(1, images: 1))
        for (table, columns) in newer {
          for column in columns {
            try database.execute(sql: "ALTER TABLE \(table) DROP COLUMN \(column)")
          }
        }
      }
      try queue.close()
      let first = Fixture.evaluation(1).withoutTrees
      #expect(try everything(run).evaluations == [first])
      #expect(try RunHistoryReader(run).outline().restarts.isEmpty)
      #expect(run.summary().accuracy == 0.75)
      #expect(try RunHistoryReader(run).checkpointStep() == nil)
      try RunRecorder(run).record([.evaluation(Fixture.evaluation(2).withoutLabels)])
      #expect(
        try everything(run).evaluations
          == [first, Fixture.evaluation(2).withoutLabels])
      let counts = try DatabaseQueue(path: run.historyURL.path).read {
        try Int.fetchAll($0, sql: "SELECT images FROM evaluation ORDER BY step")
      }
      #expect(counts == [6, 6])
    }
  }

  /// An evaluation says how many images it measured; a step, in which epoch it was taken.
  @Test func evaluationsOnASample() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let recorder = try RunRecorder(run)
      let evaluations = [Fixture.evaluation(0, images: 4), Fixture.evaluation(11)]
      try recorder.record(
        [Fixture.started()] + evaluations.map { .evaluation($0) }
          + [10, 11].map { .step(Fixture.step($0)) })
      recorder.close()
      let reader = RunHistoryReader(run)
      #expect(try everything(run).evaluations == evaluations)
      let epochs = try [0, 10, 11, 12].map { try reader.epoch(ofStep: $0) }
      #expect(epochs == [0, 1, 2, 0])
      let files = try HistoryExport.writeCSV(reader, to: url.appendingPathComponent("csv"))
      let csv = try String(contentsOf: files[1], encoding: .utf8).split(separator: "\n")
      #expect(csv[1].hasPrefix("0,0,0.0,4,A,") && csv[5].contains(",6,A,"))
    }
  }

  @Test func aFailedBatchLeavesNothing() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let recorder = try RunRecorder(run)
      try recorder.record([Fixture.started()])
      var broken = Fixture.description()
      broken.startedAt = .nan
      let text = message {
        try recorder.record([.step(Fixture.step(1)), .started(broken, Fixture.samples)])
      }
      #expect(text.hasPrefix("\(run.historyURL.path): cannot write: NOT NULL"), "\(text)")
      #expect(try everything(run).steps.isEmpty)
    }
  }
}
