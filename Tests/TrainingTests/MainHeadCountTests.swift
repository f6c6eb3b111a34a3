import Datasets
import NeuralNet
import Settings
import Snapshots
import TestSupport
import Testing

@testable import Methods
@testable import Training

/// A main head whose number of clusters the over-clustering head's trees say.
@Suite struct MainHeadCountTests {
  @Test func settlesOnANumberThatComesThreeTimesInARow() {
    func settled(_ suggestions: Int?...) -> Int? {
      var count = MainHeadCount()
      for suggestion in suggestions {
        count.note(suggestion.map { SuggestedCount(clusters: $0, jump: 1.4) })
      }
      return count.settled
    }
    #expect(settled() == nil)
    #expect(settled(10, 10) == nil)
    #expect(settled(10, 10, 10) == 10)
    #expect(settled(4, 4, 10, 10) == nil)
    #expect(settled(4, 10, 10, 10) == 10)
    #expect(settled(10, 10, nil, 10) == nil)
    #expect(settled(10, 10, 10, nil) == nil)
  }

  @Test func isRememberedInACheckpoint() throws {
    var count = MainHeadCount()
    #expect(count.memory.isEmpty)
    count.note(SuggestedCount(clusters: 7, jump: 2))
    var other = MainHeadCount()
    try other.recall(count.memory.byName)
    #expect(other == count)
    var damaged = count.memory[0]
    damaged.values[1] = 0.5
    #expect(throws: StateMismatch.self) { try other.recall([damaged].byName) }
    #expect(other == count)
  }

  /// Three classes that differ as much as images can: what a tree of six clusters shows at once.
  private static let dataset: ImageDataset = {
    let images = SyntheticDigits(count: 120, side: 12, classes: 3)
    return ImageDataset(
      name: "synthetic", width: 12, height: 12, channels: 1, classNames: ["a", "b", "c"],
      pixels: images.pixels, labels: images.labels)
  }()

  private func configuration(_ assignments: String...) throws -> Configuration {
    var configuration = try TrainingFixture.configuration(
      "heads.B.clusters=auto", "restart.enabled=true", "restart.images=120", "network.width=4",
      "training.learning_rate=0.01", "training.batch_pairs=60", "evaluation.epochs=1",
      "heads.A.clusters=9")
    for assignment in assignments { try configuration.apply(assignment: assignment) }
    return configuration
  }

  private func tensors(_ events: [TrainingEvent]) throws -> CheckpointBits {
    try CheckpointBits(#require(events.checkpoints.last))
  }

  private func train(
    _ assignments: String..., from checkpoint: CheckpointSnapshot? = nil
  ) throws -> [TrainingEvent] {
    var configuration = try configuration()
    for assignment in assignments { try configuration.apply(assignment: assignment) }
    return try TrainingFixture.train(configuration, on: Self.dataset, from: checkpoint)
  }

  private func changes(_ events: [TrainingEvent]) -> [(heads: [HeadDescription], step: Int)] {
    events.compactMap {
      if case .changedHeads(let run, let step) = $0 { (run.heads, step) } else { nil }
    }
  }

  @Test func theMainHeadComesWhenTheTreesHaveSettled() throws {
    let run = try train("training.epochs=12")
    guard case .started(let description, _)? = run.first else {
      Issue.record("the first event is not .started")
      return
    }
    let waiting = HeadDescription(
      name: .a, clusters: 9, subHeads: 3, matching: .manyToOne, isMain: true)
    #expect(description.heads == [waiting])
    let change = try #require(changes(run).first)
    #expect(changes(run).count == 1)
    var auxiliary = waiting
    auxiliary.isMain = false
    let clusters = try #require(change.heads.last).clusters
    #expect(
      change.heads == [
        auxiliary,
        HeadDescription(
          name: .b, clusters: clusters, subHeads: 2, matching: .oneToOne, isMain: true),
      ])
    // What the trees said in the evaluations before it.
    let before = run.evaluations.filter { $0.step <= change.step }.suffix(3)
    #expect(before.map { $0[.a]?.suggestion?.clusters } == [clusters, clusters, clusters])
    #expect(before.allSatisfy { $0[.b] == nil })
    // It begins with its turn, from the trees.
    #expect(run.steps.allSatisfy { $0.head == .a || $0.step > change.step })
    #expect(run.steps[change.step].head == .b)
    #expect(run.restarts.first?.step == change.step && run.restarts.first?.subHeads == [0, 1])
    #expect(run.evaluations.last?[.b]?.subHeads.count == 2)
    // The losses of another head's clusters do not count.
    #expect(run.checkpoints.filter(\.isBest).contains { $0.step > change.step })
  }

  @Test func resumingBeforeAtAndAfterItGivesTheSameBits() throws {
    let whole = try train("training.epochs=12")
    let step = try #require(changes(whole).first).step
    for stop in [step - 1, step, step + 2, step + 5] {
      let first = try train("training.steps=\(stop)")
      let checkpoint = try #require(first.checkpoints.last)
      #expect(checkpoint.step == stop)
      let rest = try train("training.epochs=12", from: checkpoint)
      #expect(try tensors(rest) == tensors(whole), "stopped after step \(stop)")
      #expect(
        whole.steps.dropFirst(stop).map(StepBits.init) == rest.steps.map(StepBits.init),
        "stopped after step \(stop)")
      guard case .started(let description, _)? = rest.first else {
        Issue.record("the first event is not .started")
        return
      }
      #expect(description.heads.count == (stop > step ? 2 : 1))
    }
  }

  @Test func threadsLeaveNoTrace() throws {
    let one = try train("training.epochs=11")
    let three = try train("training.epochs=11", "training.threads=3")
    #expect(changes(one).count == 1)
    #expect(try tensors(one) == tensors(three))
  }

  @Test func withoutTheRestartItBeginsAtRandom() throws {
    let run = try train("training.epochs=11", "restart.enabled=false")
    #expect(changes(run).count == 1 && run.restarts.isEmpty)
  }

  @Test func asksForAHeadThatOverClusters() throws {
    let error = #expect(throws: SettingsError.self) {
      try configuration("heads.A.epochs=0", "heads.first=B").validate(source: "test")
    }
    #expect(error?.description.contains("heads.B.clusters: is auto, which asks head A") == true)
  }

  @Test func isWrittenAndReadAsAWord() throws {
    let configuration = try configuration()
    #expect(configuration.yaml.contains("clusters: \"auto\""))
    var read = Configuration()
    try read.apply(yaml: configuration.yaml, source: "test")
    #expect(read.clustering.turns.awaitsMainHead)
  }
}
