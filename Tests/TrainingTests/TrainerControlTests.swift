import Foundation
import NeuralNet
import Snapshots
import Testing

@testable import Training

/// What is asked of a running trainer, and what it answers, in order.
@Suite struct TrainerControlTests {
  @Test func eventsOfAWholeRun() throws {
    let events = try TrainingFixture.train(
      TrainingFixture.configuration("training.epochs=2", "evaluation.epochs=1"))
    var words = events.words
    // An evaluation may or may not be the best so far, and then has its checkpoint behind it.
    words.removeAll { $0 == "checkpoint 5" }
    #expect(
      words == [
        "started", "evaluation 0", "step 1", "step 2", "step 3", "step 4", "step 5",
        "evaluation 5", "step 6", "step 7", "step 8", "step 9", "step 10", "evaluation 10",
        "checkpoint 10", "completed 10",
      ])
    #expect(events.steps.map(\.epoch) == [1, 1, 1, 1, 1, 2, 2, 2, 2, 2])
    #expect(
      events.steps.map(\.head) == Array(repeating: .a, count: 5) + Array(repeating: .b, count: 5))
    #expect(events.checkpoints.first?.isBest == true)
    let elapsed = events.steps.map(\.elapsed)
    #expect(elapsed == elapsed.sorted() && elapsed[0] > 0)
    // The evaluations before the first and the sixth step count, those of steps do not twice.
    let own = events.steps.map { 48 / $0.imagesPerSecond }
    let others = elapsed.indices.map { elapsed[$0] - ($0 > 0 ? elapsed[$0 - 1] : 0) - own[$0] }
    for (step, seconds) in others.enumerated() {
      #expect([0, 5].contains(step) ? seconds > 1e-4 : abs(seconds) < 1e-4, "step \(step + 1)")
    }
  }

  @Test func descriptionSaysWhatIsPlanned() throws {
    let configuration = try TrainingFixture.configuration("training.epochs=3", "training.steps=11")
    guard
      case .started(let description, let samples)? = try TrainingFixture.train(configuration)
        .first
    else {
      Issue.record("the first event is not .started")
      return
    }
    #expect(description.plannedSteps == 11)
    #expect(description.imagesPerStep == 48)
    #expect(description.evaluationImages == 60)
    #expect(description.heads.map(\.name) == [.a, .b])
    #expect(description.heads.map(\.clusters) == [6, 3])
    #expect(description.heads.map(\.subHeads) == [3, 2])
    #expect(samples.count == 7)
    var written = Configuration()
    try written.apply(yaml: description.configuration, source: "run")
    #expect(written == configuration)
  }

  @Test func stopBeforeTheFirstStep() throws {
    let control = TrainingControl()
    control.stop()
    let events = try TrainingFixture.train(TrainingFixture.configuration(), control: control)
    #expect(events.words == ["started", "checkpoint 0", "stopped 0"])
    #expect(events.end?.message == nil)
  }

  @Test func requestsBeforeTheFirstStep() throws {
    let control = TrainingControl()
    control.evaluate()
    control.checkpoint()
    let events = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=1"), control: control)
    #expect(
      events.words.prefix(5) == [
        "started", "evaluation 0", "evaluation 0", "checkpoint 0", "step 1",
      ])
    #expect(events.evaluations[0].heads == events.evaluations[1].heads)
  }

  @Test func pauseAnswersRequestsAndResumes() throws {
    let control = TrainingControl()
    control.setPaused(true)
    let run = try Running(control: control)
    #expect(try run.wait(for: "paused") == ["started", "evaluation 0", "paused"])
    control.evaluate()
    #expect(try run.wait(for: "evaluation 0") == ["evaluation 0"])
    control.checkpoint()
    #expect(try run.wait(for: "checkpoint 0") == ["checkpoint 0"])
    control.setPaused(false)
    #expect(try run.wait(for: "step 1") == ["resumed", "step 1"])
    control.stop()
    let rest = run.rest()
    let last = try #require(rest.last?.split(separator: " ").last)
    #expect(rest.suffix(2) == ["checkpoint \(last)", "stopped \(last)"])
  }

  @Test func stopWhilePaused() throws {
    let control = TrainingControl()
    control.setPaused(true)
    let run = try Running(control: control)
    _ = try run.wait(for: "paused")
    control.stop()
    #expect(run.rest() == ["checkpoint 0", "stopped 0"])
  }

  /// A trainer on a thread of its own whose events are read one by one.
  private final class Running {
    private let lane = SnapshotLane.lossless()
    private var pending: [String] = []

    init(control: TrainingControl) throws {
      let channel = SnapshotChannel(lanes: [lane])
      nonisolated(unsafe) let trainer = try Trainer(
        configuration: TrainingFixture.configuration(), dataset: TrainingFixture.dataset,
        runName: "test", startedAt: 0, context: ComputeContext(threads: 1),
        checkpoint: nil, channel: channel, control: control)
      Thread.detachNewThread {
        trainer.run()
        channel.close()
      }
    }

    /// The events up to the first one of this name.
    func wait(for word: String) throws -> [String] {
      while !pending.contains(word) { pending += try #require(lane.next()).words }
      let end = try #require(pending.firstIndex(of: word)) + 1
      defer { pending.removeFirst(end) }
      return Array(pending.prefix(end))
    }

    func rest() -> [String] {
      while let events = lane.next() { pending += events.words }
      return pending
    }
  }
}
