import Foundation
import RunStorage
import Settings
import Snapshots
import TestSupport
import Testing
import Training

@testable import Sessions

/// Runs on STL-10's three splits from request to disk and on.
@Suite struct RegimeSessionTests {
  private static let small = [
    "network.width=2", "transform.input_size=16", "training.batch_pairs=10",
    "training.sample_repeats=2", "heads.A.clusters=10", "heads.A.sub_heads=2",
    "heads.B.sub_heads=2", "evaluation.images=9", "evaluation.samples=4",
  ]

  /// 10 training, 15 test and 15 unlabelled images.
  private func withSTL10(unlabelled: Int = 15, _ body: (URL, RunsFolder) throws -> Void) throws {
    try withTemporaryFolder { folder in
      var releases = BinaryReleases()
      let data = folder.appendingPathComponent("stl10_binary")
      try releases.writeSTL10(to: data, train: 10, test: 15, unlabelled: unlabelled)
      try body(data, RunsFolder(folder.appendingPathComponent("runs")))
    }
  }

  private func request(_ data: URL, epochs: Int, name: String) -> RunRequest {
    var request = RunRequest()
    request.assignments = Self.small
    request.flags = [
      ("--data", "data", data.path), ("--epochs", "training.epochs", "\(epochs)"),
      ("--threads", "training.threads", "2"),
    ]
    request.name = name
    return request
  }

  private func train(_ prepared: PreparedRun) throws -> RunFolder {
    let session = TrainingSession(control: TrainingControl(), hasScreen: false)
    try session.start(prepared, log: RunLog(prepared.recorder.folder), listener: { _, _ in }) {
      channel in
      try Trainer(
        configuration: prepared.configuration, dataset: prepared.dataset,
        runName: prepared.recorder.folder.name, startedAt: prepared.startedAt,
        context: ComputeEnvironment().context(threads: 2), checkpoint: prepared.checkpoint,
        channel: channel, control: session.control)
    }
    let outcome = session.wait()
    #expect(outcome.status == .completed && outcome.message == nil)
    return prepared.recorder.folder
  }

  private func evaluations(_ run: RunFolder) throws -> [EvaluationSnapshot] {
    var evaluations: [EvaluationSnapshot] = []
    try RunHistoryReader(run).forEachEvaluation { evaluations.append($0) }
    return evaluations
  }

  @Test func aFolderIsRecognisedTrainedOnAndGoneOnWith() throws {
    try withSTL10 { data, runs in
      let prepared = try PreparedRun(new: request(data, epochs: 2, name: "parts"), in: runs)
      #expect(prepared.configuration.preset == "stl10-small")
      #expect(prepared.dataset.name == "stl10" && prepared.dataset.count == 40)
      let run = try train(prepared)
      let reader = RunHistoryReader(run)
      var evaluations = try evaluations(run)
      // Eight steps of A on all images, five of B on those with labels.
      #expect(evaluations.map(\.step) == [0, 8, 13])
      #expect(evaluations.map(\.images) == [9, 9, 25])
      #expect(try reader.description().evaluationImages == 25)
      #expect(try reader.epoch(ofStep: run.loadBestWeights().step) == 1)

      var more = request(data, epochs: 3, name: "parts")
      more.assignments = []
      _ = try train(PreparedRun(resume: run, more))
      let whole = try train(
        PreparedRun(new: request(data, epochs: 3, name: "whole"), in: runs))
      let (resumed, unbroken) = try (run.loadLatest(), whole.loadLatest())
      #expect(resumed.step == 18 && unbroken.step == 18)
      #expect(resumed.weights == unbroken.weights && resumed.optimizer == unbroken.optimizer)
      evaluations = try self.evaluations(run)
      #expect(evaluations.map(\.images) == [9, 9, 25, 25])
    }
  }

  @Test func aSplitThatIsNotThereIsOneLine() throws {
    try withSTL10(unlabelled: 0) { data, runs in
      var request = request(data, epochs: 1, name: "none")
      request.assignments += ["heads.A.splits=unlabelled,train"]
      let error = #expect(throws: SettingsError.self) {
        _ = try PreparedRun(new: request, in: runs)
      }
      #expect(
        error?.description
          == "--set: heads.A.splits: has unlabelled, expected splits of stl10: train, test")
      #expect(throws: (any Error).self) { try runs.resolve("none") }
    }
  }
}
