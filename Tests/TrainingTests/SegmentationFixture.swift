import Datasets
import Kernels
import Methods
import NeuralNet
import Snapshots
import TestSupport

@testable import Training

/// Trainings on pixels that take a second: pictures of different sizes of three classes, told apart
/// by their brightness, through a net10a of width 2.
enum SegmentationFixture {
  /// Pictures of different sizes; the last row of each has no class.
  struct Pictures: ImageSource, LabelMapSource {
    let count = 8
    let size = ImageSize(height: 18, width: 20, channels: 3)

    func size(of image: Int) -> ImageSize {
      ImageSize(height: 18 + image % 3, width: 20 + 2 * (image % 4), channels: 3)
    }

    /// Bands across, of a height that differs from picture to picture.
    private func label(_ image: Int, _ y: Int) -> UInt8 {
      let height = size(of: image).height
      return y == height - 1 ? LabelMap.noLabel : UInt8(min(2, y / (5 + image % 3)))
    }

    func withPixels<Result>(of image: Int, _ body: (UnsafePointer<UInt8>) -> Result) -> Result {
      let size = size(of: image)
      var pixels: [UInt8] = []
      for y in 0..<size.height {
        for x in 0..<size.width {
          let base = [40, 130, 220, 90][min(Int(label(image, y)), 3)]
          for channel in 0..<3 {
            pixels.append(UInt8(base + (7 * x + 5 * y + 11 * image + 3 * channel) % 24))
          }
        }
      }
      return pixels.withUnsafeBufferPointer { body($0.baseAddress!) }
    }

    func withLabels<Result>(of image: Int, _ body: (UnsafePointer<UInt8>) -> Result) -> Result {
      let size = size(of: image)
      let labels = (0..<size.height).flatMap { y in
        Array(repeating: label(image, y), count: size.width)
      }
      return labels.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
  }

  static func dataset(hasLabels: Bool = true) -> ImageDataset {
    let pictures = Pictures()
    var dataset = ImageDataset(
      name: "bands", source: pictures, labels: nil,
      classNames: hasLabels ? ["dark", "grey", "light"] : [],
      splits: [.train: 0..<6, .test: 6..<8])
    if hasLabels { dataset.labelMaps = pictures }
    return dataset
  }

  static func configuration(_ assignments: String...) throws -> Configuration {
    var configuration = Configuration()
    try configuration.apply(
      yaml: """
        preset: test
        method: segmentation
        network: {kind: net10a, width: 2}
        heads:
          A: {clusters: 5, sub_heads: 2, epochs: 1}
          B: {clusters: 3, sub_heads: 2, epochs: 1}
          first: A
        training:
          {epochs: 1000, batch_pairs: 12, sample_repeats: 4, learning_rate: 0.01, threads: 1}
        segmentation: {displacement: 2}
        transform:
          {input_size: 16, affine_probability: 0.5, rotation_degrees: 20, smallest_scale: 0.9,
           largest_scale: 1.1}
        evaluation: {epochs: 1000, samples: 3, splits: [test]}
        """, source: "test")
    for assignment in assignments { try configuration.apply(assignment: assignment) }
    try configuration.validate(source: "test")
    let dataset = dataset()
    try configuration.validate(
      source: "test", images: dataset.count, side: 18, classes: 3, splits: dataset.splits)
    return configuration
  }

  static func train(
    _ configuration: Configuration, hasLabels: Bool = true,
    from checkpoint: CheckpointSnapshot? = nil
  ) throws -> [TrainingEvent] {
    try TrainingFixture.train(configuration, on: dataset(hasLabels: hasLabels), from: checkpoint)
  }
}
