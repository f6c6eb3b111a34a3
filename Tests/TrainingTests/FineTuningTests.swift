import Foundation
import NeuralNet
import Snapshots
import TestSupport
import Testing

@testable import Datasets
@testable import Methods
@testable import Training

/// Learning with labels on top of a trunk: what it starts from, what it reports, and its bits.
@Suite struct FineTuningTests {
  @Test func theTrunkStartsFromTheWeightsAndTheHeadAfresh() throws {
    let start = try FineTuningFixture.pretrained()
    // A trunk that does not learn shows what it has started from.
    let configuration = try FineTuningFixture.configuration(
      "training.steps=1", "training.trunk_rate=0")
    let parameters = { (tensors: [NamedTensor]) in
      tensors.bits("trunk").filter { !$0.key.contains("running") }
    }
    let tuned = try #require(
      FineTuningFixture.train(configuration, start: start).checkpoints.last?.weights)
    #expect(parameters(tuned) == parameters(start))
    #expect(parameters(tuned).count >= 12)
    let names = Set(tuned.map(\.name))
    #expect(names.contains("head_classifier.0.weight") && !names.contains { $0.contains("head_A") })

    let scratch = try #require(
      FineTuningFixture.train(configuration).checkpoints.last?.weights)
    #expect(parameters(scratch).keys == parameters(start).keys)
    #expect(
      parameters(scratch)["trunk.features.0.weight"]
        != parameters(start)["trunk.features.0.weight"])
  }

  @Test func bothRatesMove() throws {
    let start = try FineTuningFixture.pretrained()
    let steps = try FineTuningFixture.train(
      FineTuningFixture.configuration("training.steps=1", "training.trunk_rate=0.1"),
      start: start
    ).checkpoints
    let weights = try #require(steps.last?.weights.byName)
    let before = try #require(start.byName["trunk.features.0.weight"]).values
    let after = try #require(weights["trunk.features.0.weight"]).values
    // Adam's first step is the learning rate: a tenth of the head's 0.002.
    let moves = zip(before, after).map { abs($0 - $1) }
    #expect(abs(try #require(moves.max()) - 0.0002) <= 1e-5)
    let bias = try #require(weights["head_classifier.3.bias"]).values
    #expect(bias.allSatisfy { abs(abs($0) - 0.002) <= 1e-5 })
  }

  @Test func learnsAndReportsOneHeadWithoutAJoint() throws {
    let events = try FineTuningFixture.train(
      FineTuningFixture.configuration("training.steps=60", "training.learning_rate=0.01"),
      start: FineTuningFixture.pretrained())
    guard case .started(let description, let samples)? = events.first else {
      Issue.record("no start")
      return
    }
    #expect(description.heads == [.classifier(classes: 3)])
    #expect(description.mainHead?.name == .classifier)
    #expect(description.evaluationImages == 12 && description.imagesPerStep == 20)
    #expect(events.steps.count == 60 && events.steps.last?.epoch == 12)
    #expect(events.steps.allSatisfy { $0.head == .classifier && $0.mutualInformation.isNaN })
    // Ln 3 is a guess.
    let first = try #require(events.steps.first?.loss)
    #expect(abs(first - log(3)) < 0.3, "\(first)")
    let last = try #require(events.evaluations.last)
    let classifier = try #require(last[.classifier]?.subHeads.first)
    #expect(last.images == 12 && last[.classifier]?.subHeads.count == 1)
    #expect(!classifier.hasJoint && classifier.mutualInformation.isNaN)
    let scores = try #require(classifier.scores)
    #expect(scores.accuracy >= 0.9 && scores.classOfCluster == [0, 1, 2])
    #expect(scores.contingency.reduce(0, +) == 12)
    let matches = [0, 4, 8].reduce(0) { $0 + scores.contingency[$1] }
    #expect(scores.accuracy == Double(matches) / 12)
    #expect(classifier.loss > 0 && classifier.loss < first / 2)
    #expect(classifier.sampleProbabilities.count == 3 * samples.count)
    for sample in 0..<samples.count {
      let sum = classifier.sampleProbabilities[3 * sample..<3 * sample + 3].reduce(0, +)
      #expect(abs(sum - 1) <= 1e-5)
    }
  }

  /// Clusters keep their names even where another assignment would match more.
  @Test func theMappingIsTheIdentity() throws {
    // Labels that rotate what was learnt: accuracy falls to nothing and is not matched back.
    let trained = try FineTuningFixture.train(
      FineTuningFixture.configuration("training.steps=60", "training.learning_rate=0.01"))
    let checkpoint = try #require(trained.checkpoints.last)
    let images = SyntheticDigits(count: 60, side: 12, classes: 3)
    let rotated = ImageDataset(
      name: "synthetic", width: 12, height: 12, channels: 1, classNames: ["a", "b", "c"],
      pixels: images.pixels, labels: images.labels.map { ($0 + 1) % 3 })
    let configuration = try FineTuningFixture.configuration("training.steps=61")
    let network = Network(
      configuration.fineTuning, imageChannels: 1, classes: 3, context: ComputeContext(threads: 1))
    try network.loadWeights(checkpoint.weights.byName)
    let evaluator = try ClassifierEvaluator(
      configuration.fineTuning, dataset: rotated, network: network)
    let evaluation = try #require(
      evaluator.evaluate(
        Array(0..<60), samples: [], step: 60, epoch: 12, elapsed: 0, isCancelled: { false }))
    let scores = try #require(evaluation[.classifier]?.subHeads.first?.scores)
    #expect(scores.accuracy <= 0.2 && scores.nmi >= 0.6)
    #expect(
      evaluator.evaluate(
        Array(0..<60), samples: [], step: 60, epoch: 12, elapsed: 0, isCancelled: { true }) == nil)
  }

  /// The crops' probabilities, each crop rendered and measured alone.
  @Test(arguments: [1, 5, 10]) func probabilitiesAreTheMeanOverCrops(crops: Int) throws {
    let configuration = try FineTuningFixture.configuration("transform.test_crops=\(crops)")
    let context = ComputeContext(threads: 2)
    let network = Network(
      configuration.fineTuning, imageChannels: 1, classes: 3, context: context)
    network.initialize(seed: 5)
    let dataset = TrainingFixture.dataset
    let found = try #require(
      try ClassifierEvaluator(configuration.fineTuning, dataset: dataset, network: network)
        .probabilities(of: [7, 3, 59]))
    // Of 12 × 12 images the crops of 10: top left, top right, bottom left, bottom right, centre.
    var places = [(0, 0), (2, 0), (0, 2), (2, 2), (1, 1)]
    if crops == 1 { places = [places[4]] }
    var sums = [[Double]](repeating: [0, 0, 0], count: 3)
    for (row, image) in [7, 3, 59].enumerated() {
      for isFlipped in crops == 10 ? [false, true] : [false] {
        for (left, top) in places {
          var view = DrawnView(left: left, top: top, size: 10)
          view.isFlipped = isFlipped
          var pixels = [Float](repeating: 0, count: 64)
          dataset.source.withPixels(of: image) { source in
            ImageSampler.render(
              pixels: source, size: dataset.size, view: view, outputSize: 8, into: &pixels)
          }
          let batch = Tensor(network.inputShape)
          for y in 0..<8 { for x in 0..<8 { batch[0, y, x, 0] = pixels[8 * y + x] } }
          let output = network.forward(
            batch, head: HeadID.classifier.tensorPrefix, .evaluation)
          for label in 0..<3 { sums[row][label] += Double(output[0, 0, 0, label]) }
        }
      }
    }
    for (row, sums) in zip(found, sums) {
      for (value, sum) in zip(row, sums) {
        #expect(abs(Double(value) - sum / Double(crops)) <= 1e-6)
      }
    }
  }

  @Test func cropsOfTheWholeImageAreSeenOnce() {
    var views = LabelledViewSettings()
    views.crop = 28
    let size = ImageSize(height: 28, width: 28, channels: 1)
    for (crops, expected) in [(1, [4]), (5, [4]), (10, [4, 9])] {
      views.testCrops = crops
      #expect(views.testViews(of: size) == expected)
    }
    #expect(views.testViews(of: ImageSize(height: 28, width: 30, channels: 1)).count == 10)
  }

  @Test func weightsOfAnotherNetworkAreRefused() throws {
    let start = try FineTuningFixture.pretrained()
    let configuration = try FineTuningFixture.configuration("network.width=3")
    let error = #expect(throws: StateMismatch.self) {
      _ = try FineTuningFixture.train(configuration, start: start)
    }
    #expect(error?.description.contains("trunk.features.0.weight") == true)
  }

  // MARK: Bits

  @Test func sameSeedTwiceAndOnMoreThreads() throws {
    let start = try FineTuningFixture.pretrained()
    let runs = try ["training.threads=1", "training.threads=1", "training.threads=3"].map {
      try FineTuningFixture.train(
        FineTuningFixture.configuration("training.steps=12", $0), start: start)
    }
    #expect(runs[0].steps.count == 12)
    for other in runs[1...] {
      #expect(runs[0].steps.map(StepBits.init) == other.steps.map(StepBits.init))
      #expect(
        try runs[0].checkpoints.map(CheckpointBits.init)
          == other.checkpoints.map(CheckpointBits.init))
    }
    let another = try FineTuningFixture.train(
      FineTuningFixture.configuration("training.steps=12", "training.seed=2"), start: start)
    #expect(runs[0].steps.map(StepBits.init) != another.steps.map(StepBits.init))
  }

  /// Cut within an epoch, at its end and where a pass over the images ends within a batch; what
  /// goes on no longer needs the weights that the trunk started from.
  @Test(arguments: [1, 2, 5, 13]) func twoParts(cut: Int) throws {
    let start = try FineTuningFixture.pretrained()
    let total = cut + 7
    let whole = try FineTuningFixture.train(
      FineTuningFixture.configuration("training.steps=\(total)"), start: start)
    let first = try FineTuningFixture.train(
      FineTuningFixture.configuration("training.steps=\(cut)"), start: start)
    let checkpoint = try #require(first.checkpoints.last)
    let second = try FineTuningFixture.train(
      FineTuningFixture.configuration("training.steps=\(total)"), from: checkpoint)
    #expect(second.steps.map(\.step) == Array(cut + 1...total))
    #expect(whole.steps.map(StepBits.init) == (first.steps + second.steps).map(StepBits.init))
    let (unbroken, resumed) = (
      try #require(whole.checkpoints.last), try #require(second.checkpoints.last)
    )
    #expect(unbroken.weights.bits("") == resumed.weights.bits(""))
    #expect(unbroken.optimizer.bits("") == resumed.optimizer.bits(""))
    #expect(
      whole.evaluations.last?[.classifier]?.subHeads.first?.scores
        == second.evaluations.last?[.classifier]?.subHeads.first?.scores)
  }
}
