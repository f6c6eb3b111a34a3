import Snapshots
import Testing

@testable import Training

/// Sub-heads of the main head that start anew from the auxiliary head's tree. Epoch 1, steps 1 to
/// 5, trains head A; epoch 2 begins with the restart.
@Suite struct RestartTests {
  /// Trees that need not have settled, and main sub-heads of which none agrees enough.
  private func configuration(_ assignments: String...) throws -> Configuration {
    var configuration = try TrainingFixture.configuration(
      "restart.enabled=true", "restart.settled=0", "restart.agreement=1", "restart.images=100")
    for assignment in assignments { try configuration.apply(assignment: assignment) }
    return configuration
  }

  private func tensors(
    _ checkpoint: CheckpointSnapshot?, _ prefix: String
  ) throws -> [String: [UInt32]] {
    try CheckpointBits(#require(checkpoint)).tensors.filter { $0.key.hasPrefix(prefix) }
  }

  @Test func onlyTheMainHeadsLayerLearns() throws {
    let before = try TrainingFixture.train(configuration("training.steps=5"))
    let after = try TrainingFixture.train(configuration("training.steps=9"))
    #expect(before.restarts.isEmpty)
    #expect(
      after.restarts == [RestartSnapshot(step: 5, epoch: 2, head: .b, subHeads: [0, 1])])
    let (old, new) = (before.checkpoints.last, after.checkpoints.last)
    for prefix in ["trunk.features.0.weight", "head_A.heads"] {
      #expect(try !tensors(old, prefix).isEmpty)
      #expect(
        try tensors(old, prefix).filter { !$0.key.contains("exp") }
          == tensors(new, prefix).filter { !$0.key.contains("exp") })
    }
    #expect(try tensors(old, "head_B.heads.0.0.weight") != tensors(new, "head_B.heads.0.0.weight"))
    // The run's own optimiser has not seen the main head yet.
    #expect(
      try tensors(new, "head_B.heads.1.0.weight.exp_avg").values.allSatisfy {
        $0.allSatisfy { $0 == 0 }
      })
  }

  @Test func afterItsStepsAllLearnsAgain() throws {
    let short = try TrainingFixture.train(configuration("restart.steps=2", "training.steps=7"))
    let longer = try TrainingFixture.train(configuration("restart.steps=2", "training.steps=8"))
    let trunk = "trunk.features.0.weight"
    #expect(try tensors(short.checkpoints.last, trunk) != tensors(longer.checkpoints.last, trunk))
    #expect(try tensors(longer.checkpoints.last, "restart.").isEmpty)
  }

  @Test(arguments: [5, 6, 8, 10]) func resumingInTheMiddleGivesTheSameBits(step: Int) throws {
    let whole = try TrainingFixture.train(configuration("training.steps=13"))
    let first = try TrainingFixture.train(configuration("training.steps=\(step)"))
    let checkpoint = try #require(first.checkpoints.last)
    #expect(checkpoint.step == step)
    let rest = try TrainingFixture.train(
      configuration("training.steps=13"), from: checkpoint)
    #expect(
      try CheckpointBits(#require(whole.checkpoints.last))
        == CheckpointBits(#require(rest.checkpoints.last)))
    #expect(whole.steps.dropFirst(step).map(StepBits.init) == rest.steps.map(StepBits.init))
    #expect(rest.restarts == whole.restarts.filter { $0.step >= step })
  }

  @Test func threadsLeaveNoTrace() throws {
    let one = try TrainingFixture.train(configuration("training.steps=12"))
    let three = try TrainingFixture.train(
      configuration("training.steps=12", "training.threads=3"))
    #expect(
      try CheckpointBits(#require(one.checkpoints.last))
        == CheckpointBits(#require(three.checkpoints.last)))
  }

  @Test func damagedMemoryIsRefused() throws {
    let run = try TrainingFixture.train(configuration("training.steps=7"))
    var checkpoint = try #require(run.checkpoints.last)
    let place = try #require(
      checkpoint.optimizer.firstIndex { $0.name == "restart.groups" })
    checkpoint.optimizer[place].values[0] = 77
    let error = #expect(throws: TrainingError.self) {
      try TrainingFixture.train(configuration("training.steps=9"), from: checkpoint)
    }
    #expect(error?.description.contains("restart.groups") == true)
  }

  @Test func whatAgreesStays() throws {
    let run = try TrainingFixture.train(
      configuration("restart.agreement=0", "training.steps=9"))
    #expect(run.restarts.isEmpty)
  }

  @Test func noneComesAfterTheLastEpochThatMayHaveOne() throws {
    func restarts(_ assignment: String) throws -> [Int] {
      try TrainingFixture.train(configuration(assignment, "training.epochs=8")).restarts.map(
        \.epoch)
    }
    let all = try restarts("restart.last_epoch=0")
    #expect(all.count > 1)
    let last = all.last ?? 0
    #expect(try restarts("restart.last_epoch=\(last - 1)") == all.dropLast())
  }

  @Test func treesThatHaveNotSettledTeachNobody() throws {
    let run = try TrainingFixture.train(configuration("restart.settled=1", "training.steps=9"))
    #expect(run.restarts.isEmpty)
  }

  @Test func anEvaluationKnowsTreesAndAgreement() throws {
    let run = try TrainingFixture.train(configuration("training.steps=9"))
    let evaluation = try #require(run.evaluations.last)
    let (a, b) = (evaluation.heads[0], evaluation.heads[1])
    #expect(a.subHeads.allSatisfy { $0.merges.count == 5 })
    #expect(b.subHeads.allSatisfy { $0.merges.isEmpty })
    #expect(b.subHeads[0].agreement == b.subHeads[1].agreement)
    #expect(b.subHeads[b.lowestLossSubHead].alignment == [0, 1, 2])
    for subHead in a.subHeads + b.subHeads {
      let scores = try #require(subHead.scores)
      #expect(
        scores.accuracy
          == (a.subHeads.contains(subHead) ? scores.manyToOneAccuracy : scores.oneToOneAccuracy))
      #expect(try #require(subHead.agreement) > 0 && #require(subHead.agreement) <= 1)
    }
  }
}
