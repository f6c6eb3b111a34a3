import Foundation
import RunStorage
import Settings
import Snapshots
import Synchronization
import TestSupport
import Testing
import Training

@testable import Sessions

/// Experiments from their file to the table, and on from any point at which they were killed.
@Suite struct ExperimentSessionTests {
  /// A folder with digits and experiments on them.
  private final class Lab {
    let folder: TemporaryFolder
    var runs: RunsFolder { RunsFolder(folder.url.appendingPathComponent("runs")) }

    init() throws {
      folder = try TemporaryFolder()
      try SyntheticDigits(count: 60).writeMNIST(
        to: folder.url.appendingPathComponent("digits"), testCount: 20)
    }

    func session(
      _ variants: String, seeds: [UInt64] = [1], steps: Int? = nil
    ) throws -> ExperimentSession {
      let yaml = """
        preset: mnist-small
        data: digits
        settings:
          network: {width: 2}
          heads: {A: {clusters: 12, sub_heads: 2}, B: {sub_heads: 2}}
          training: {batch_pairs: 20, sample_repeats: 2, steps: 4, threads: 2}
          transform: {input_size: 8}
          evaluation: {samples: 4}
        variants:
        \(variants)
        """
      let experiment = try Experiment(
        yaml: yaml, name: "lab", source: folder.path + "/lab.yaml")
      var request = ExperimentRequest()
      request.seeds = seeds
      request.flags = steps.map { [("--steps", "training.steps", String($0))] } ?? []
      return ExperimentSession(experiment, request, in: runs)
    }

    func run(_ name: String) -> RunFolder {
      RunFolder(runs.url.appendingPathComponent(name))
    }
  }

  /// Trains, and returns the names of what was begun.
  private func begun(_ session: ExperimentSession, jobs: Int = 1) -> [String] {
    let names = Mutex<[String]>([])
    session.train(jobs: jobs, control: ExperimentControl()) { event in
      if case .began(let run, _, _) = event { names.withLock { $0.append(run.name) } }
    }
    return names.withLock { $0 }
  }

  @Test func variantsBySeeds() throws {
    let lab = try Lab()
    let variants = "  plain:\n  one: {settings: {heads: {B: {sub_heads: 1}}}}"
    let session = try lab.session(variants, seeds: [1, 2])
    #expect(session.table().rows.map(\.note) == [nil, nil])
    #expect(session.table().rows.map(\.finished) == [0, 0])
    #expect(
      begun(session)
        == ["lab-plain-seed-1", "lab-one-seed-1", "lab-plain-seed-2", "lab-one-seed-2"])
    let table = session.table()
    #expect(table.rows.map(\.finished) == [2, 2] && table.impossible.isEmpty)
    #expect(table.rows.map(\.dataset) == ["mnist", "mnist"])
    for (row, subHeads) in zip(table.rows, [2, 1]) {
      let accuracies = try row.runs.map { run in
        let evaluation = try #require(try RunHistoryReader(lab.run(run.name)).evaluation())
        let head = try #require(evaluation[.b])
        #expect(evaluation.step == 4 && head.subHeads.count == subHeads)
        return try #require(head.subHeads[head.lowestLossSubHead].accuracy)
      }
      let spread = try #require(row.spread(\.accuracy))
      #expect(spread.mean == (accuracies[0] + accuracies[1]) / 2)
      #expect(
        spread.deviation.map { abs($0 - abs(accuracies[0] - accuracies[1]) / 2) < 1e-9 } == true)
    }
    // The runs are as any other.
    #expect(try lab.runs.resolve("lab-one-seed-2").summary().status == .completed)
    #expect(begun(session).isEmpty)
    #expect(session.table() == table)
  }

  @Test func labelsOnTopOfAnotherVariant() throws {
    let lab = try Lab()
    let few = "settings: {training: {steps: 2, batch_size: 8}, head: {hidden_units: 4}}"
    let variants = """
        tuned: {fine_tunes: plain, \(few)}
        scratch: {from_scratch_like: plain, \(few)}
        plain:
      """
    let session = try lab.session(variants, seeds: [1, 2])
    // What they start from comes first, wherever it stands in the file.
    #expect(
      begun(session) == [
        "lab-plain-seed-1", "lab-plain-seed-2", "lab-tuned-seed-1", "lab-scratch-seed-1",
        "lab-tuned-seed-2", "lab-scratch-seed-2",
      ])
    #expect(session.table().impossible.isEmpty)
    #expect(session.table().rows.map(\.finished) == [2, 2, 2])
    func configuration(_ run: String) throws -> Configuration {
      try Configuration(
        recorded: RunHistoryReader(lab.run(run)).description().configuration, source: run)
    }
    let (tuned, scratch) = (
      try configuration("lab-tuned-seed-2"), try configuration("lab-scratch-seed-2")
    )
    #expect(
      tuned.fineTuning.start
        == UserPath.absolute(lab.run("lab-plain-seed-2").latestWeightsURL.path))
    #expect(scratch.fineTuning.start.isEmpty)
    for configuration in [tuned, scratch] {
      #expect(configuration.method == .fineTuning && configuration.seed == 2)
      #expect(configuration.fineTuning.network.width == 2 && configuration.dataset == "mnist")
    }
    #expect(begun(session).isEmpty)
  }

  /// The command line's most steps are those of all runs.
  @Test func stepsOfWhatIsFineTuned() throws {
    let lab = try Lab()
    let session = try lab.session("  tuned: {fine_tunes: plain}\n  plain:", steps: 2)
    #expect(begun(session) == ["lab-plain-seed-1", "lab-tuned-seed-1"])
    #expect(session.table().rows.map(\.finished) == [1, 1])
    for run in ["lab-plain-seed-1", "lab-tuned-seed-1"] {
      #expect(try lab.run(run).checkpointStep() == 2)
    }
  }

  @Test func whatIsFineTunedMustBeTrained() throws {
    let lab = try Lab()
    let session = try lab.session(
      "  tuned: {fine_tunes: plain}\n  plain: {settings: {network: {width: 0}}}")
    #expect(begun(session).isEmpty)
    let problem = try #require(session.table().impossible.last)
    #expect("\(problem)".contains("network.width"))
  }

  @Test func severalAtOnceAreTheSame() throws {
    let variants = "  plain:\n  narrow: {settings: {network: {width: 1}}}"
    let (lab, other) = (try Lab(), try Lab())
    #expect(begun(try lab.session(variants, seeds: [1, 2]), jobs: 3).count == 4)
    #expect(begun(try other.session(variants, seeds: [1, 2])).count == 4)
    for name in ["lab-plain-seed-1", "lab-narrow-seed-2"] {
      #expect(try lab.run(name).loadLatestWeights() == other.run(name).loadLatestWeights())
    }
  }

  @Test func foldersOfRunsThatNeverBeganAreUsed() throws {
    let lab = try Lab()
    let session = try lab.session("  plain:", seeds: [1, 2, 3])
    try FileManager.default.createDirectory(
      at: lab.run("lab-plain-seed-1").url, withIntermediateDirectories: true)
    _ = try lab.runs.createRun(name: "lab-plain-seed-2", preset: "mnist-small")
    // Killed while SQLite made the file.
    try FileManager.default.createDirectory(
      at: lab.run("lab-plain-seed-3").url, withIntermediateDirectories: true)
    try Data().write(to: lab.run("lab-plain-seed-3").historyURL)
    #expect(session.table().rows[0].note == nil)
    #expect(begun(session).count == 3)
    #expect(session.table().rows[0].finished == 3)
  }

  @Test func aRunWithoutACheckpointStartsAgain() throws {
    let (lab, whole) = (try Lab(), try Lab())
    #expect(begun(try whole.session("  plain:")).count == 1)
    let reader = RunHistoryReader(whole.run("lab-plain-seed-1"))
    // As recorded for the other folder, with the data of this one.
    var description = try reader.description()
    description.configuration = description.configuration.replacingOccurrences(
      of: whole.folder.path, with: lab.folder.path)
    let recorder = try RunRecorder(
      lab.runs.createRun(name: "lab-plain-seed-1", preset: "mnist-small"))
    try recorder.record([
      .started(description, reader.samples()),
      .step(
        StepSnapshot(
          step: 1, epoch: 1, head: .a, loss: 5, subHeadLosses: [5, 5], mutualInformation: 0,
          learningRate: 1, imagesPerSecond: 1, elapsed: 1000)),
    ])
    recorder.close()
    let session = try lab.session("  plain:")
    #expect(session.table().rows[0].note == "stopped at step 0 of 4")
    #expect(begun(session).count == 1)
    #expect(session.table().rows[0].finished == 1 && session.table().rows[0].note == nil)
    var losses: [Double] = []
    try RunHistoryReader(lab.run("lab-plain-seed-1")).forEach(
      step: { losses.append($0.loss) }, evaluation: { _ in })
    #expect(losses.count == 4 && losses.first != 5)
    #expect(
      try lab.run("lab-plain-seed-1").loadLatestWeights()
        == whole.run("lab-plain-seed-1").loadLatestWeights())
  }

  @Test func aRunThatWasKilledBeforeItCouldSaySoIsFinished() throws {
    let lab = try Lab()
    let session = try lab.session("  plain:")
    #expect(begun(session).count == 1)
    let run = lab.run("lab-plain-seed-1")
    let table = session.table()
    let weights = try Data(contentsOf: run.latestWeightsURL)
    let reader = RunHistoryReader(run)
    let recorder = try RunRecorder(run)
    try recorder.record([.started(reader.description(), reader.samples())])
    recorder.close()
    #expect(run.summary().status == .interrupted)
    #expect(session.table() == table)
    #expect(begun(session) == ["lab-plain-seed-1"])
    #expect(run.summary().status == .completed)
    #expect(try Data(contentsOf: run.latestWeightsURL) == weights)
    #expect(session.table() == table)
    #expect(begun(session).isEmpty)
  }

  @Test func aStoppedRunGoesOn() throws {
    let variants =
      "  long: {settings: {training: {steps: 150, epochs: 100}, evaluation: {epochs: 100}}}\n"
      + "  other: {settings: {network: {width: 1}}}"
    let (lab, whole) = (try Lab(), try Lab())
    let session = try lab.session(variants)
    let control = ExperimentControl()
    session.train(jobs: 1, control: control) { event in
      if case .step = event { control.stop() }
    }
    let step = try lab.run("lab-long-seed-1").checkpointStep()
    #expect(step > 0 && step < 150)
    #expect(session.table().rows.map(\.note) == ["stopped at step \(step) of 150", nil])
    #expect(begun(session) == ["lab-long-seed-1", "lab-other-seed-1"])
    #expect(session.table().rows.map(\.finished) == [1, 1])
    #expect(begun(try whole.session(variants)).count == 2)
    #expect(
      try lab.run("lab-long-seed-1").loadLatestWeights()
        == whole.run("lab-long-seed-1").loadLatestWeights())
  }

  @Test func whatCannotStartDoesNotStopTheOthers() throws {
    let lab = try Lab()
    let session = try lab.session(
      """
        large: {settings: {training: {batch_pairs: 400}}}
        wrong: {settings: {heads: {A: {epochs: -1}}}}
        none: {preset: nope}
        free: {needs: unlabelled, settings: {heads: {A: {splits: [train, test]}}}}
        plain:
      """)
    #expect(begun(session) == ["lab-plain-seed-1"])
    let table = session.table()
    #expect(table.rows.map(\.finished) == [0, 0, 0, 0, 1])
    let file = lab.folder.path + "/lab.yaml"
    let notes = table.rows.map { $0.note ?? "" }
    #expect(
      notes[0]
        == "\(file): variants.large.settings: training.batch_pairs: 200 images a batch "
        + "(batch_pairs / sample_repeats), expected at most the 80 of mnist: "
        + "--set training.batch_pairs=160 or less"
    )
    #expect(
      notes[1]
        == "\(file): variants.wrong.settings: heads.A.epochs: is '-1', expected an integer from 0 "
        + "to 100")
    #expect(
      notes[2].hasPrefix(
        "\(file): variants.none.preset: unknown preset 'nope', expected one of "
          + "camvid-3-small, cifar10,"))
    #expect(notes[3] == "mnist has no unlabelled images")
    #expect(table.impossible.map(\.variant) == [0, 1, 2])
    #expect(try lab.runs.list().map(\.name) == ["lab-plain-seed-1"])
  }

  /// Nothing on disk tells of what failed on its way; the table of this session does.
  @Test func whatFailsIsInItsRow() throws {
    let lab = try Lab()
    let session = try lab.session("  most: {baseline: majority}\n  plain:")
    #expect(begun(session).count == 2)
    let rows = session.table().rows
    #expect(rows.map(\.finished) == [0, 1])
    #expect(rows[0].note?.isEmpty == false && session.table().impossible.count == 1)
  }

  @Test func aRunWithOtherSettingsIsNotCounted() throws {
    let lab = try Lab()
    #expect(begun(try lab.session("  plain:", seeds: [1, 2])).count == 2)
    let changed = try lab.session(
      "  plain: {settings: {training: {steps: 5, threads: 1}}}", seeds: [1, 2])
    #expect(begun(changed).isEmpty)
    #expect(
      changed.table().rows[0].note
        == "the run was made with training.steps 4, expected 5; give the same options, another "
        + "--name, or delete it")
  }

  @Test func baselinesAreKept() throws {
    let lab = try Lab()
    let variants = "  pixels: {baseline: k-means}\n  network: {baseline: random-network}"
    let session = try lab.session(variants, seeds: [1, 2])
    #expect(begun(session).count == 4)
    let table = session.table()
    #expect(table.rows.map(\.finished) == [2, 2])
    // Bars at ten places: most of them are far apart.
    #expect(try #require(table.rows[0].spread(\.accuracy)).mean > 0.7)
    for row in table.rows {
      let nmi = try #require(row.spread(\.nmi))
      #expect(nmi.mean > 0 && nmi.mean <= 1)
      #expect(row.spread(\.loss) == nil && row.spread(\.meanAccuracy) == nil)
    }
    #expect(begun(session).isEmpty && session.table() == table)

    let wider = try lab.session(
      variants.replacingOccurrences(
        of: "means}", with: "means, settings: {network: {width: 3}}}"
      )
      .replacingOccurrences(
        of: "network}", with: "network, settings: {network: {width: 3}}}"))
    #expect(
      wider.table().rows.map(\.note) == [
        nil,
        "lab-network-seed-1.json was made with network.width 2, expected 3; give the same options, "
          + "another --name, or delete it",
      ])
    let file = lab.runs.url.appendingPathComponent("lab-pixels-seed-1.json")
    try Data("{".utf8).write(to: file)
    #expect(
      session.table().rows[0].note
        == "seed 1: \(file.path): is not a baseline's result; delete it")
  }

  @Test func labelSharesOfAFinishedRun() throws {
    let lab = try Lab()
    var experiment = try lab.session(
      "  many: {settings: {heads: {A: {epochs: 0}, B: {clusters: 20, matching: many-to-one}}}}"
    ).experiment
    experiment.labelShares = [100, 10]
    let session = ExperimentSession(experiment, ExperimentRequest(), in: lab.runs)
    #expect(begun(session).count == 1)
    let table = session.table()
    let shares = table.rows[0].labelShares(2).compactMap { $0?.mean }
    #expect(shares.count == 2 && shares.allSatisfy { $0 > 0 && $0 <= 1 })
    #expect(table.rows[0].clusters == 20)
    #expect(begun(session).isEmpty)
    // Other shares need no training.
    experiment.labelShares = [100, 50, 10]
    let more = ExperimentSession(experiment, ExperimentRequest(), in: lab.runs)
    let weights = try lab.run("lab-many-seed-1").loadLatestWeights()
    #expect(begun(more) == ["lab-many-seed-1"])
    let found = more.table().rows[0].labelShares(3).compactMap { $0?.mean }
    #expect(found.count == 3 && found[0] == shares[0] && found[2] == shares[1])
    #expect(try lab.run("lab-many-seed-1").loadLatestWeights() == weights)
  }
}
