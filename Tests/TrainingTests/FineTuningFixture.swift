import Datasets
import NeuralNet
import Snapshots
import TestSupport

@testable import Training

/// Fine-tunings that take milliseconds, on the images of `TrainingFixture`: 48 to train on, 12 held
/// out.
enum FineTuningFixture {
  /// Five steps an epoch.
  static func configuration(_ assignments: String...) throws -> Configuration {
    var configuration = Configuration()
    try configuration.apply(
      yaml: """
        preset: test
        method: fine-tuning
        network: {width: 2}
        head: {hidden_units: 16}
        training: {epochs: 1000, batch_size: 20, epoch_steps: 5, learning_rate: 0.002, threads: 1}
        transform: {input_size: 8, crop: 10}
        evaluation: {epochs: 1000, samples: 7}
        """, source: "test")
    for assignment in assignments { try configuration.apply(assignment: assignment) }
    try configuration.validate(source: "test")
    try configuration.validate(source: "test", images: 60, side: 12, classes: 3)
    try configuration.validate(source: "test", labelsOf: TrainingFixture.dataset)
    return configuration
  }

  /// Weights of a clustering after some steps, heads and all.
  static func pretrained(steps: Int = 6) throws -> [NamedTensor] {
    let events = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=\(steps)"))
    return events.checkpoints.last?.weights ?? []
  }

  /// Trains on the calling thread until the run ends, and returns all that it sent.
  static func train(
    _ configuration: Configuration, on dataset: ImageDataset = TrainingFixture.dataset,
    start: [NamedTensor]? = nil, from checkpoint: CheckpointSnapshot? = nil,
    control: TrainingControl = TrainingControl()
  ) throws -> [TrainingEvent] {
    let lane = SnapshotLane.lossless()
    try Trainer(
      configuration: configuration, dataset: dataset, runName: "test", startedAt: 0,
      context: ComputeContext(threads: configuration.threadCount), checkpoint: checkpoint,
      start: start, channel: SnapshotChannel(lanes: [lane]), control: control
    ).run()
    return lane.drain()
  }
}

extension [NamedTensor] {
  /// The tensors whose names begin so, as bits.
  func bits(_ prefix: String) -> [String: [UInt32]] {
    var bits: [String: [UInt32]] = [:]
    for tensor in self where tensor.name.hasPrefix(prefix) {
      bits[tensor.name] = tensor.values.map(\.bitPattern)
    }
    return bits
  }
}
