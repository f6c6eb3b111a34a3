import Snapshots

/// Made-up snapshots, as small as they can be.
enum SnapshotFixture {
  static let samples = SampleImages(width: 1, height: 1, channels: 1, pixels: [7], labels: [0])

  static func description(_ name: String = "run") -> RunDescription {
    RunDescription(
      name: name, preset: "digits", dataset: "digits", classNames: ["0", "1"], configuration: "",
      seed: 1,
      heads: [
        HeadDescription(
          name: .b, clusters: 2, subHeads: 1, matching: .oneToOne, isMain: true)
      ], epochs: 1,
      plannedSteps: 10, imagesPerStep: 4, evaluationImages: 2,
      parameterCount: 1, startedAt: 0)
  }

  static func step(_ step: Int) -> StepSnapshot {
    StepSnapshot(
      step: step, epoch: 1, head: .b, loss: -0.5, subHeadLosses: [-0.5], mutualInformation: 0.5,
      learningRate: 1e-4, imagesPerSecond: 10, elapsed: Double(step))
  }

  static func subHead(
    _ index: Int = 0, loss: Double = -0.5, accuracy: Double = 0.5,
    clusterShares: [Float] = [0.5, 0.5]
  ) -> SubHeadEvaluation {
    SubHeadEvaluation(
      index: index, loss: loss, mutualInformation: -loss, entropy: 0.6, conditionalEntropy: 0.1,
      scores: ClassScores(
        accuracy: accuracy, nmi: 0.2, ari: 0.1, classOfCluster: Array(clusterShares.indices),
        contingency: Array(repeating: 1, count: clusterShares.count * 2)),
      joint: Array(
        repeating: 1 / Float(clusterShares.count * clusterShares.count),
        count: clusterShares.count * clusterShares.count),
      clusterShares: clusterShares, sampleProbabilities: clusterShares)
  }

  static func evaluation(_ step: Int, elapsed: Double = 0) -> EvaluationSnapshot {
    EvaluationSnapshot(
      step: step, epoch: 1, elapsed: elapsed, images: 2,
      heads: [HeadEvaluation(head: .b, subHeads: [subHead()])])
  }

  static func checkpoint(_ step: Int) -> CheckpointSnapshot {
    CheckpointSnapshot(
      step: step, weights: [NamedTensor(name: "w", shape: [1], values: [1])], optimizer: [],
      trainerState: "{}", isBest: false)
  }
}
