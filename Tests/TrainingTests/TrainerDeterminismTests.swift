import Foundation
import NeuralNet
import Snapshots
import Testing

@testable import Training

/// The same seed gives the same bits: again, on any number of threads, and in two halves.
@Suite struct TrainerDeterminismTests {
  @Test func sameSeedTwice() throws {
    let configuration = try TrainingFixture.configuration("training.steps=12")
    let first = try TrainingFixture.train(configuration)
    let second = try TrainingFixture.train(configuration)
    #expect(first.steps.count == 12)
    #expect(first.steps.map(StepBits.init) == second.steps.map(StepBits.init))
    #expect(
      try first.checkpoints.map(CheckpointBits.init)
        == second.checkpoints.map(CheckpointBits.init))
    #expect(first.evaluations.map(\.heads) == second.evaluations.map(\.heads))
  }

  @Test func anotherSeedDiffers() throws {
    let first = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=3", "training.seed=1"))
    let second = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=3", "training.seed=2"))
    #expect(first.steps.map(StepBits.init) != second.steps.map(StepBits.init))
    #expect(
      try #require(first.checkpoints.last).weights != #require(second.checkpoints.last).weights)
  }

  @Test(arguments: [2, 3]) func threadsDoNotMatter(threads: Int) throws {
    let one = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=12", "training.threads=1"))
    let several = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=12", "training.threads=\(threads)"))
    #expect(one.steps.map(StepBits.init) == several.steps.map(StepBits.init))
    #expect(
      try one.checkpoints.map(CheckpointBits.init)
        == several.checkpoints.map(CheckpointBits.init))
    #expect(one.evaluations.map(\.heads) == several.evaluations.map(\.heads))
  }

  /// Cut within the first epoch, at its end, just after it and within a later one.
  @Test(arguments: [1, 3, 5, 6, 13]) func twoParts(cut: Int) throws {
    let total = cut + 8
    let whole = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=\(total)"))
    let first = try TrainingFixture.train(TrainingFixture.configuration("training.steps=\(cut)"))
    let checkpoint = try #require(first.checkpoints.last)
    let second = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=\(total)"), from: checkpoint)
    #expect(second.steps.map(\.step) == Array(cut + 1...total))
    #expect(
      whole.steps.map(StepBits.init) == (first.steps + second.steps).map(StepBits.init))
    try expectSameTensors(whole, second)
  }

  /// Stopped wherever the request happens to find it, while the trainer runs on a thread of its
  /// own.
  @Test func stoppedAndResumed() throws {
    let control = TrainingControl()
    let lane = SnapshotLane.lossless()
    let channel = SnapshotChannel(lanes: [lane])
    nonisolated(unsafe) let trainer = try Trainer(
      configuration: TrainingFixture.configuration(), dataset: TrainingFixture.dataset,
      runName: "test", startedAt: 0, context: ComputeContext(threads: 1),
      checkpoint: nil, channel: channel, control: control)
    Thread.detachNewThread {
      trainer.run()
      channel.close()
    }
    var first: [TrainingEvent] = []
    while let events = lane.next() {
      first += events
      if first.steps.count >= 7 { control.stop() }
    }
    let end = try #require(first.end)
    #expect(end.status == .stopped)
    #expect(end.step >= 7 && end.step == first.steps.count)
    #expect(first.checkpoints.last?.step == end.step)

    let configuration = try TrainingFixture.configuration("training.steps=\(end.step + 7)")
    let whole = try TrainingFixture.train(configuration)
    let checkpoint = try #require(first.checkpoints.last)
    let second = try TrainingFixture.train(configuration, from: checkpoint)
    #expect(
      whole.steps.map(StepBits.init) == (first.steps + second.steps).map(StepBits.init))
    try expectSameTensors(whole, second)
  }

  @Test func learningRateIsPartOfTheCheckpoint() throws {
    func control() -> TrainingControl {
      let control = TrainingControl()
      control.setLearningRate(0.0005)
      return control
    }
    let whole = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=12"), control: control())
    let first = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=6"), control: control())
    let checkpoint = try #require(first.checkpoints.last)
    let second = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=12"), from: checkpoint)
    #expect(whole.steps.allSatisfy { $0.learningRate == 0.0005 })
    #expect(
      whole.steps.map(StepBits.init) == (first.steps + second.steps).map(StepBits.init))
    try expectSameTensors(whole, second)
    let configured = try TrainingFixture.train(TrainingFixture.configuration("training.steps=12"))
    #expect(
      try #require(configured.checkpoints.last).weights != #require(whole.checkpoints.last).weights)
  }

  private func expectSameTensors(_ one: [TrainingEvent], _ other: [TrainingEvent]) throws {
    let expected = try CheckpointBits(#require(one.checkpoints.last))
    let found = try CheckpointBits(#require(other.checkpoints.last))
    #expect(found.step == expected.step)
    #expect(found.learningRate == expected.learningRate)
    #expect(found.tensors.keys.sorted() == expected.tensors.keys.sorted())
    for (name, values) in expected.tensors { #expect(found.tensors[name] == values, "\(name)") }
  }
}
