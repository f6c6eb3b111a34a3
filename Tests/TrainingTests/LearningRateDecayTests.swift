import Snapshots
import Testing

@testable import Training

/// The learning rate of each step of a run, five steps an epoch, that begins with 0.002.
@Suite struct LearningRateDecayTests {
  private func configuration(_ assignments: String...) throws -> Configuration {
    var configuration = try TrainingFixture.configuration(
      "training.decay_epochs=[2, 4]", "training.decay_factor=0.5")
    for assignment in assignments { try configuration.apply(assignment: assignment) }
    return configuration
  }

  @Test func fallsAtTheFirstStepOfEachEpochNamed() throws {
    let run = try TrainingFixture.train(configuration("training.epochs=5"))
    let rates = [0.002, 0.001, 0.001, 0.0005, 0.0005]
    #expect(run.steps.map(\.learningRate) == rates.flatMap { Array(repeating: $0, count: 5) })
  }

  @Test func aLowerRateMovesTheWeightsLess() throws {
    let plain = try TrainingFixture.train(TrainingFixture.configuration("training.steps=6"))
    let lower = try TrainingFixture.train(configuration("training.steps=6"))
    #expect(plain.steps.prefix(5).map(StepBits.init) == lower.steps.prefix(5).map(StepBits.init))
    // Adam's step is its direction times the rate, whatever the rate is.
    let before = try TrainingFixture.train(TrainingFixture.configuration("training.steps=5"))
    let name = "trunk.features.0.weight"
    func weights(_ events: [TrainingEvent]) throws -> [Float] {
      try #require(events.checkpoints.last?.weights.first { $0.name == name }).values
    }
    let start = try weights(before)
    let (whole, half) = (try weights(plain), try weights(lower))
    for index in start.indices {
      let (far, near) = (whole[index] - start[index], half[index] - start[index])
      #expect(abs(near - far / 2) <= 1e-3 * abs(far) + 1e-7, "weight \(index)")
    }
  }

  @Test func resumingGoesOnWithTheLowerRate() throws {
    let whole = try TrainingFixture.train(configuration("training.steps=17"))
    let first = try TrainingFixture.train(configuration("training.steps=12"))
    let rest = try TrainingFixture.train(
      configuration("training.steps=17"), from: first.checkpoints.last)
    #expect(whole.steps.dropFirst(12).map(StepBits.init) == rest.steps.map(StepBits.init))
    #expect(rest.steps.last?.learningRate == 0.0005)
  }

  @Test func aRateThatIsAskedForIsTheNextStepsAndDecaysOn() throws {
    let first = try TrainingFixture.train(configuration("training.steps=12"))
    let control = TrainingControl()
    control.setLearningRate(0.004)
    let rest = try TrainingFixture.train(
      configuration("training.steps=16"), from: first.checkpoints.last, control: control)
    #expect(rest.steps.map(\.learningRate) == [0.004, 0.004, 0.004, 0.002])
  }
}
