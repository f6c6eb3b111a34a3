import Datasets
import NeuralNet
import Snapshots
import TestSupport
import Testing

@testable import Training

/// Training with Winograd's algorithm and without it takes the same course.
struct WinogradTrainingTests {
  @Test func lossesStayTogether() throws {
    let images = SyntheticDigits(count: 120, side: 28, classes: 5)
    let dataset = ImageDataset(
      name: "synthetic", width: 28, height: 28, channels: 1,
      classNames: ["a", "b", "c", "d", "e"], pixels: images.pixels, labels: images.labels)
    var configuration = Configuration()
    try configuration.apply(
      yaml: """
        preset: test
        network: {width: 16}
        heads: {A: {clusters: 10, sub_heads: 2}, B: {clusters: 5, sub_heads: 2}}
        training: {steps: 12, batch_pairs: 60, sample_repeats: 2, learning_rate: 0.0005}
        evaluation: {epochs: 1000, samples: 5}
        """, source: "test")
    func losses(_ arithmetic: Arithmetic) throws -> [Double] {
      let lane = SnapshotLane.lossless()
      try Trainer(
        configuration: configuration, dataset: dataset, runName: "test", startedAt: 0,
        context: ComputeContext(threads: 2, arithmetic: arithmetic), checkpoint: nil,
        channel: SnapshotChannel(lanes: [lane]), control: TrainingControl()
      ).run()
      return lane.drain().steps.map(\.loss)
    }
    let (winograd, direct) = try (losses(.fastest), losses(.direct))
    #expect(winograd.count == 12 && direct.count == 12)
    // Two ways of computing, not one.
    #expect(winograd != direct)
    for (step, (loss, expected)) in zip(winograd, direct).enumerated() {
      #expect(abs(loss - expected) <= 2e-3 * abs(expected), "step \(step): \(loss), \(expected)")
    }
  }
}
