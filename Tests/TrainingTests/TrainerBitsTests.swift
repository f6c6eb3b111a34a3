import Datasets
import Foundation
import NeuralNet
import Snapshots
import Testing

@testable import Training

/// What a change that should not change results is held to: the digits run's weights after some
/// steps, with the portable kernels, whose bits are the same on every machine.
@Suite struct TrainerBitsTests {
  @Test func digitsAfterSomeSteps() throws {
    var configuration = try PresetCatalog.load("digits").configuration
    // Five steps an epoch: all of A's epoch, then some of B's.
    try configuration.apply(assignment: "training.steps=8")
    try configuration.apply(assignment: "training.batch_pairs=60")
    try configuration.apply(assignment: "restart.enabled=false")
    let digits = try DatasetCatalog.load("digits")
    let dataset = ImageDataset(
      name: "digits", width: digits.width, height: digits.height, channels: 1,
      classNames: digits.classNames, pixels: (0..<60).flatMap { digits.source.pixels(of: $0) },
      labels: digits.labels.prefix(60).map { UInt8($0) })
    let lane = SnapshotLane.lossless()
    try Trainer(
      configuration: configuration, dataset: dataset, runName: "bits", startedAt: 0,
      context: ComputeContext(instructionSet: .portable, threads: 2, arithmetic: .fastest),
      checkpoint: nil, channel: SnapshotChannel(lanes: [lane]), control: TrainingControl()
    ).run()
    let checkpoint = try #require(lane.drain().checkpoints.last)
    #expect(checkpoint.step == 8)
    #expect(hash(checkpoint.weights) == "4da2b7b7f51380e0")
    #expect(hash(checkpoint.optimizer) == "726c64a9b5ec3f4d")
  }

  /// FNV-1a over names, shapes and bits, in order of name.
  private func hash(_ tensors: [NamedTensor]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for tensor in tensors.sorted(by: { $0.name < $1.name }) {
      for byte in Array(tensor.name.utf8) { add(byte) }
      for length in tensor.shape {
        for shift in [0, 8, 16, 24] { add(UInt8(length >> shift & 255)) }
      }
      for value in tensor.values {
        for shift in [0, 8, 16, 24] as [UInt32] { add(UInt8(value.bitPattern >> shift & 255)) }
      }
    }
    return String(hash, radix: 16)
  }
}
