import Datasets
import Kernels
import NeuralNet
import Snapshots
import TestSupport

@testable import Training

/// Trainings that take milliseconds: 12 × 12 images of 3 classes through a net6c of width 2.
enum TrainingFixture {
  static let dataset: ImageDataset = {
    let images = SyntheticDigits(count: 60, side: 12, classes: 3)
    return ImageDataset(
      name: "synthetic", width: 12, height: 12, channels: 1, classNames: ["a", "b", "c"],
      pixels: images.pixels, labels: images.labels)
  }()

  /// Five steps an epoch; head A every third epoch, first.
  static func configuration(_ assignments: String...) throws -> Configuration {
    var configuration = Configuration()
    try configuration.apply(
      yaml: """
        preset: test
        network: {width: 2}
        heads:
          A: {clusters: 6, sub_heads: 3, epochs: 1}
          B: {clusters: 3, sub_heads: 2, epochs: 2}
          first: A
        training: {epochs: 1000, batch_pairs: 24, sample_repeats: 2, learning_rate: 0.002, threads: 1}
        transform: {input_size: 8, plain_crop: 10, transformed_crops: [9, 12]}
        evaluation: {epochs: 1000, samples: 7}
        """, source: "test")
    for assignment in assignments { try configuration.apply(assignment: assignment) }
    try configuration.validate(source: "test")
    try configuration.validate(source: "test", images: 60, side: 12, classes: 3)
    return configuration
  }

  static func trainer(
    _ configuration: Configuration, on dataset: ImageDataset = dataset,
    from checkpoint: CheckpointSnapshot? = nil, lanes: [SnapshotLane],
    control: TrainingControl = TrainingControl()
  ) throws -> Trainer {
    try Trainer(
      configuration: configuration, dataset: dataset, runName: "test", startedAt: 0,
      context: ComputeContext(threads: configuration.threadCount), checkpoint: checkpoint,
      channel: SnapshotChannel(lanes: lanes), control: control)
  }

  /// Trains on the calling thread until the run ends, and returns all that it sent.
  static func train(
    _ configuration: Configuration, on dataset: ImageDataset = dataset,
    from checkpoint: CheckpointSnapshot? = nil, control: TrainingControl = TrainingControl()
  ) throws -> [TrainingEvent] {
    let lane = SnapshotLane.lossless()
    try trainer(configuration, on: dataset, from: checkpoint, lanes: [lane], control: control).run()
    return lane.drain()
  }
}

extension [TrainingEvent] {
  var steps: [StepSnapshot] { compactMap { if case .step(let step) = $0 { step } else { nil } } }
  var evaluations: [EvaluationSnapshot] {
    compactMap { if case .evaluation(let evaluation) = $0 { evaluation } else { nil } }
  }
  var checkpoints: [CheckpointSnapshot] {
    compactMap { if case .checkpoint(let checkpoint) = $0 { checkpoint } else { nil } }
  }
  var end: (status: EndStatus, step: Int, message: String?)? {
    for case .ended(let status, let step, let message) in self { return (status, step, message) }
    return nil
  }

  var restarts: [RestartSnapshot] {
    compactMap { if case .restart(let restart) = $0 { restart } else { nil } }
  }

  /// Each event as a word, for comparing orders: `step 3`.
  var words: [String] {
    map { event in
      switch event {
      case .started: "started"
      case .changedHeads(_, let step): "heads \(step)"
      case .step(let step): "step \(step.step)"
      case .evaluation(let evaluation): "evaluation \(evaluation.step)"
      case .checkpoint(let checkpoint): "checkpoint \(checkpoint.step)"
      case .restart(let restart): "restart \(restart.step)"
      case .paused(let isPaused): isPaused ? "paused" : "resumed"
      case .storageProblem(let problem): problem ?? "recorded again"
      case .ended(let status, let step, _): "\(status.rawValue) \(step)"
      }
    }
  }
}

/// All of a checkpoint that the seed determines, its numbers as bits; the seconds that it took are
/// left out.
struct CheckpointBits: Equatable {
  var step: Int
  var tensors: [String: [UInt32]] = [:]
  var learningRate: Double
  var lowestLoss: Double?

  init(_ checkpoint: CheckpointSnapshot) throws {
    step = checkpoint.step
    for tensor in checkpoint.weights + checkpoint.optimizer {
      tensors[tensor.name] = tensor.values.map(\.bitPattern)
    }
    let state = try TrainerState(text: checkpoint.trainerState)
    learningRate = state.learningRate
    lowestLoss = state.lowestLoss
  }
}

/// What a step computed, without how fast.
struct StepBits: Equatable {
  var step: Int
  var epoch: Int
  var head: HeadID
  var losses: [UInt64]
  var mutualInformation: UInt64
  var learningRate: Double

  init(_ step: StepSnapshot) {
    self.step = step.step
    epoch = step.epoch
    head = step.head
    losses = ([step.loss] + step.subHeadLosses).map(\.bitPattern)
    mutualInformation = step.mutualInformation.bitPattern
    learningRate = step.learningRate
  }
}
