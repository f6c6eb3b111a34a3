import Datasets
import Foundation
import Methods
import NeuralNet
import Snapshots
import TestSupport
import Testing

@testable import Training

/// The published settings, with a narrow net and few clusters, on few images in the releases' own
/// formats: which images train which head, and which ones are scored.
@Suite struct RegimeTests {
  /// STL-10 of 10 training, 15 test and 15 unlabelled images; five in a batch.
  private static let stl10 = ["training.batch_pairs=10", "training.sample_repeats=2"]

  private func withSTL10<Result>(
    unlabelled: Int = 15, _ body: (ImageDataset) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      var releases = BinaryReleases()
      try releases.writeSTL10(to: folder, train: 10, test: 15, unlabelled: unlabelled)
      return try body(DatasetCatalog.load("stl10", folder: folder.path))
    }
  }

  private func configuration(
    _ preset: String, for dataset: ImageDataset, _ assignments: [String]
  ) throws -> Configuration {
    var configuration = try PresetCatalog.load(preset).configuration
    let small = [
      "network.kind=net6c", "network.width=2", "transform.input_size=16", "training.threads=2",
      "heads.A.sub_heads=2",
      "heads.B.sub_heads=2", "heads.A.clusters=10", "evaluation.samples=7", "evaluation.epochs=1",
    ]
    for assignment in small + assignments { try configuration.apply(assignment: assignment) }
    try configuration.validate(source: preset)
    try configuration.validate(
      source: preset, images: dataset.count, side: dataset.size.side, classes: dataset.classes,
      splits: dataset.splits)
    return configuration
  }

  @Test func stl10TwoHeads() throws {
    try withSTL10 { dataset in
      let settings = try configuration(
        "stl10", for: dataset,
        Self.stl10 + ["training.epochs=4", "evaluation.images=9"])
      let events = try TrainingFixture.train(settings, on: dataset)
      // Eight batches of all 40 images for A, five of the 25 relevant ones for B.
      let epochs = [(1, HeadID.a, 8), (2, .b, 5), (3, .a, 8), (4, .b, 5)]
      #expect(events.steps.map(\.epoch) == epochs.flatMap { Array(repeating: $0.0, count: $0.2) })
      #expect(events.steps.map(\.head) == epochs.flatMap { Array(repeating: $0.1, count: $0.2) })
      #expect(events.evaluations.map(\.step) == [0, 8, 13, 21, 26])
      #expect(events.evaluations.map(\.epoch) == [0, 1, 2, 3, 4])
      #expect(events.evaluations.map(\.images) == [9, 9, 9, 9, 25])
      for evaluation in events.evaluations {
        for subHead in evaluation.heads.flatMap(\.subHeads) {
          // An unlabelled image counted as one of a class would be one too many.
          let contingency = try #require(subHead.scores).contingency
          #expect(contingency.reduce(0, +) == evaluation.images)
          #expect(subHead.sampleProbabilities.count == 7 * subHead.clusters)
          for sample in 0..<7 {
            let row = subHead.sampleProbabilities.dropFirst(sample * subHead.clusters)
            #expect(abs(row.prefix(subHead.clusters).reduce(0, +) - 1) <= 1e-5)
          }
        }
      }
      let last = try #require(events.evaluations.last?[.b]?.subHeads.first?.scores).contingency
      for label in 0..<10 {
        #expect((0..<10).reduce(0) { $0 + last[$1 * 10 + label] } == (label < 5 ? 3 : 2))
      }
      // The last evaluation measured other images than those before it.
      #expect(!events.checkpoints.contains { $0.step == 26 && $0.isBest })
      guard case .started(let description, let samples)? = events.first else { return }
      #expect(samples.labels.allSatisfy { $0 >= 0 } && samples.count == 7)
      #expect(description.plannedSteps == 26 && description.evaluationImages == 25)
    }
  }

  /// Cut within and at the ends of epochs of both lengths.
  @Test func stl10InTwoParts() throws {
    try withSTL10 { dataset in
      func configured(steps: Int) throws -> Configuration {
        try configuration(
          "stl10", for: dataset,
          Self.stl10 + [
            "training.steps=\(steps)", "evaluation.images=9", "evaluation.final_images=9",
          ])
      }
      let whole = try TrainingFixture.train(configured(steps: 15), on: dataset)
      let expected = try CheckpointBits(#require(whole.checkpoints.last))
      for cut in [3, 8, 10] {
        let first = try TrainingFixture.train(configured(steps: cut), on: dataset)
        let second = try TrainingFixture.train(
          configured(steps: 15), on: dataset, from: first.checkpoints.last)
        #expect(
          whole.steps.map(StepBits.init) == (first.steps + second.steps).map(StepBits.init))
        let found = try CheckpointBits(#require(second.checkpoints.last))
        #expect(found.tensors == expected.tensors, "cut after \(cut)")
      }
    }
  }

  /// What the unlabelled images are changes nothing about a run of head B alone.
  @Test func theMainHeadSeesRelevantImagesAlone() throws {
    let alone = ["heads.A.epochs=0", "training.steps=6"]
    func last(unlabelled: Int) throws -> (bits: CheckpointBits, evaluations: [EvaluationSnapshot]) {
      try withSTL10(unlabelled: unlabelled) { dataset in
        let settings = try configuration("stl10", for: dataset, Self.stl10 + alone)
        let events = try TrainingFixture.train(settings, on: dataset)
        return (try CheckpointBits(#require(events.checkpoints.last)), events.evaluations)
      }
    }
    let (with, without) = try (last(unlabelled: 15), last(unlabelled: 0))
    #expect(with.bits == without.bits)
    #expect(with.evaluations.map(\.heads) == without.evaluations.map(\.heads))
  }

  @Test func headsHaveTheSplitsThatSettingsSay() throws {
    try withSTL10 { dataset in
      var settings = try configuration("stl10", for: dataset, Self.stl10).clustering
      #expect(settings.turns.images(of: .a, in: dataset) == Array(0..<40))
      #expect(settings.turns.images(of: .b, in: dataset) == Array(0..<25))
      settings.turns.headA.splits = [.unlabelled, .train]
      settings.turns.headB.splits = [.test]
      #expect(settings.turns.images(of: .a, in: dataset) == Array(0..<10) + Array(25..<40))
      #expect(settings.turns.images(of: .b, in: dataset) == Array(10..<25))
      #expect(settings.schedule(of: dataset) == EpochSchedule(cycle: [5, 3]))
    }
  }

  /// One head that over-clusters: trained on training images, and on unlabelled ones where there
  /// are any; classes from training labels, measured on test images.
  @Test(arguments: ["stl10-plus", "cifar100-20-plus"]) func singleHead(preset: String) throws {
    try withTemporaryFolder { folder in
      var releases = BinaryReleases()
      let isSTL10 = preset == "stl10-plus"
      if isSTL10 {
        try releases.writeSTL10(to: folder, train: 10, test: 15, unlabelled: 15)
      } else {
        try releases.writeCIFAR100(to: folder, train: 25, test: 15)
      }
      let dataset = try DatasetCatalog.load(
        isSTL10 ? "stl10" : "cifar100-20", folder: folder.path)
      let settings = try configuration(
        preset, for: dataset,
        [
          "training.batch_pairs=25", "training.sample_repeats=5", "heads.B.clusters=25",
          "training.epochs=1", "evaluation.images=9",
        ])
      let events = try TrainingFixture.train(settings, on: dataset)
      #expect(events.steps.count == 5 && events.steps.allSatisfy { $0.head == .b })
      guard case .started(let description, _)? = events.first else { return }
      #expect(
        description.heads == [
          HeadDescription(
            name: .b, clusters: 25, subHeads: 2, matching: .manyToOne, isMain: true)
        ])
      #expect(events.evaluations.map(\.images) == [9, 15])

      // The same weights, measured on the training images.
      let network = Network(
        settings.clustering, imageChannels: 3, context: ComputeContext(threads: 2))
      try network.loadWeights(#require(events.checkpoints.last).weights.byName)
      var training = EvaluationSettings()
      training.splits = [.train]
      let clustering = settings.clustering
      let evaluator = ClusterEvaluator(
        clustering, seed: settings.seed,
        renderer: try BatchRenderer(
          dataset: dataset, augmentation: settings.clustering.views.augmentation),
        network: network,
        images: EvaluationImages(training, of: dataset, seed: settings.seed), samples: [])
      let onTraining = try #require(
        evaluator.evaluate(step: 5, epoch: 1, elapsed: 0, isFinal: true, isCancelled: { false }))
      let onTest = try #require(events.evaluations.last)
      for subHead in 0..<2 {
        let train = try #require(onTraining.heads[0].subHeads[subHead].scores)
        let test = try #require(onTest.heads[0].subHeads[subHead].scores)
        #expect(train.contingency.reduce(0, +) == (isSTL10 ? 10 : 25))
        #expect(test.contingency.reduce(0, +) == 15)
        #expect(test.classOfCluster == train.classOfCluster)
        #expect(Set(test.classOfCluster).count > 1)
        let correct = test.classOfCluster.enumerated().reduce(0) { total, pair in
          pair.element < 0
            ? total : total + test.contingency[pair.offset * dataset.classes + pair.element]
        }
        #expect(abs(test.accuracy - Double(correct) / 15) <= 1e-12)
      }
    }
  }

  @Test func cifar100TwoHeads() throws {
    try withTemporaryFolder { folder in
      var releases = BinaryReleases()
      try releases.writeCIFAR100(to: folder, train: 40, test: 20)
      let dataset = try DatasetCatalog.load("cifar100-20", folder: folder.path)
      let settings = try configuration(
        "cifar100-20", for: dataset,
        [
          "training.batch_pairs=40", "training.sample_repeats=2", "training.epochs=3",
          "heads.A.clusters=40",
        ])
      let events = try TrainingFixture.train(settings, on: dataset)
      #expect(events.steps.map(\.head) == [.b, .b, .b, .a, .a, .a, .b, .b, .b])
      #expect(events.evaluations.map(\.images) == [60, 60, 60, 60])
      let main = try #require(events.evaluations.last?[.b])
      for scores in main.subHeads.map(\.scores) {
        let scores = try #require(scores)
        #expect(Set(scores.classOfCluster) == Set(0..<20))
        #expect(scores.contingency.count == 400 && scores.contingency.reduce(0, +) == 60)
      }
    }
  }
}
