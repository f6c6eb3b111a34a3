import Snapshots
import Testing

@testable import Training

/// Whether training trains, and what it does when it cannot.
@Suite struct TrainerOutcomeTests {
  @Test func theLossGoesDown() throws {
    let events = try TrainingFixture.train(
      TrainingFixture.configuration(
        "heads.A.epochs=0", "heads.first=B", "training.steps=60", "training.learning_rate=0.003"))
    let losses = events.steps.map(\.loss)
    let early = losses.prefix(10).reduce(0, +) / 10
    let late = losses.suffix(10).reduce(0, +) / 10
    #expect(late < early - 0.2, "from \(early) to \(late)")
    // −ln 3 is the least that three clusters can have.
    #expect(losses.allSatisfy { $0 >= -1.0987 && $0 <= 0.01 })
  }

  @Test func aLossThatIsNoNumberEndsTheRun() throws {
    let before = try TrainingFixture.train(TrainingFixture.configuration("training.steps=2"))
    var checkpoint = try #require(before.checkpoints.last)
    let head = try #require(
      checkpoint.weights.firstIndex { $0.name == "head_A.heads.0.0.weight" })
    checkpoint.weights[head].values[0] = .nan
    let events = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=9"), from: checkpoint)
    let end = try #require(events.end)
    #expect(end.status == .failed)
    #expect(end.step == 3)
    #expect(end.message?.contains("nan") == true && end.message?.contains("step 3") == true)
    #expect(events.words == ["started", "failed 3"])
  }

  @Test func aCheckpointOfAnotherNetworkIsRefused() throws {
    let narrow = try TrainingFixture.train(TrainingFixture.configuration("training.steps=1"))
    let checkpoint = try #require(narrow.checkpoints.last)
    for change in ["network.width=3", "heads.B.clusters=4", "heads.A.sub_heads=4"] {
      let error = #expect(throws: TrainingError.self) {
        try TrainingFixture.train(TrainingFixture.configuration(change), from: checkpoint)
      }
      #expect(error?.description.contains("does not fit its configuration") == true)
    }
    var unreadable = checkpoint
    unreadable.trainerState = "{"
    #expect(throws: TrainingError.self) {
      try TrainingFixture.train(TrainingFixture.configuration(), from: unreadable)
    }
  }

  @Test func trainingWithoutOverclustering() throws {
    let events = try TrainingFixture.train(
      TrainingFixture.configuration("heads.A.epochs=0", "heads.first=B", "training.steps=6"))
    #expect(events.steps.allSatisfy { $0.head == .b })
    #expect(events.evaluations.allSatisfy { $0.heads.map(\.head) == [.b] })
    #expect(
      try #require(events.checkpoints.last).weights.allSatisfy { !$0.name.hasPrefix("head_A") })
  }
}
