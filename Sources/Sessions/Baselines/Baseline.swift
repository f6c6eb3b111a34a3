import Clustering
import Datasets
import Foundation
import Kernels
import Methods
import NeuralNet
import Training

/// k-means on images as they are, or on what a network makes of them that was never trained.
struct Baseline {
  var kind: Experiment.Baseline
  var configuration: Configuration
  var dataset: ImageDataset
  var context: ComputeContext

  /// Clusters the images that have labels and scores the clusters as an evaluation does; nil if
  /// `isCancelled` said so on the way.
  ///
  /// - Throws: an error of one line if there are no labels, fewer images than clusters, or not
  ///   enough memory.
  func scores(isCancelled: @Sendable () -> Bool) throws -> ExperimentScores? {
    if configuration.method == .segmentation {
      return try PixelBaseline(
        kind: kind, settings: configuration.segmentation, seed: configuration.seed,
        dataset: dataset, context: context
      ).scores(isCancelled: isCancelled)
    }
    guard dataset.classes > 0 else {
      throw SessionError("\(dataset.name) has no labels to score a baseline by")
    }
    let start = ContinuousClock.now
    let images = Array(dataset.relevantImages)
    let wanted = configuration.clustering.turns.headB.clusters
    let kMeans = KMeans(
      // Without over-clustering there is nothing else to ask how many there are.
      clusters: wanted == HeadSettings.unknown ? dataset.classes : wanted, kernels: context.kernels,
      pool: context.pool)
    let result: KMeans.Result?
    switch kind {
    case .kMeansPosition, .majority:
      throw SessionError(
        "baseline \(kind.rawValue) is of pixels with classes; \(dataset.name) has none")
    case .kMeans:
      result = try kMeans.fit(
        PixelPoints(source: dataset.source, images: images), seed: configuration.seed,
        isCancelled: isCancelled)
    case .randomNetwork:
      guard let features = try features(of: images, isCancelled) else { return nil }
      result = try kMeans.fit(features, seed: configuration.seed, isCancelled: isCancelled)
    }
    guard let result else { return nil }
    var table = ContingencyTable(clusters: kMeans.clusters, classes: dataset.classes)
    for (place, image) in images.enumerated() where dataset.labels[image] >= 0 {
      table.add(cluster: result.clusterOfPoint[place], label: Int(dataset.labels[image]))
    }
    let assignment =
      switch configuration.clustering.turns.mainMatching {
      // k-means has no classes of its own.
      case .oneToOne, .identity: ClusterAssignment(oneToOne: table)
      case .manyToOne: ClusterAssignment(majority: table)
      }
    return ExperimentScores(
      accuracy: table.accuracy(under: assignment), nmi: table.normalizedMutualInformation,
      ari: table.adjustedRandIndex, seconds: start.duration(to: .now).seconds)
  }

  /// What the trunk of the network makes of the images as evaluation sees them, before its first
  /// step.
  private func features(
    of images: [Int], _ isCancelled: () -> Bool
  ) throws -> FeaturePoints? {
    let network = Network(
      configuration.clustering, imageChannels: dataset.channels, context: context)
    network.initialize(seed: configuration.seed)
    let renderer = try BatchRenderer(
      dataset: dataset, augmentation: configuration.clustering.views.augmentation)
    let size = min(2 * configuration.clustering.batchPairs, images.count)
    var shape = network.inputShape
    shape.images = size
    let batch = Tensor(shape)
    var points: FeaturePoints?
    for first in stride(from: 0, to: images.count, by: size) {
      if isCancelled() { return nil }
      let piece = images[first..<min(first + size, images.count)]
      var input = batch
      input.shape.images = piece.count
      renderer.render(
        .evaluation(of: piece),
        into: UnsafeMutableBufferPointer(start: input.pointer, count: input.shape.count),
        pool: context.pool)
      let features = network.features(of: input, .evaluation)
      let dimensions = features.shape.pixels * features.shape.channels
      let all = try points ?? FeaturePoints(count: images.count, dimensions: dimensions)
      all.store(features, from: first)
      points = all
    }
    return points
  }
}

/// The pixels of images, 0...1.
private struct PixelPoints: PointSource {
  let source: any ImageSource
  let images: [Int]

  var count: Int { images.count }
  var dimensions: Int { source.size.byteCount }

  func copy(_ range: Range<Int>, to rows: UnsafeMutablePointer<Float>) {
    for (row, place) in range.enumerated() {
      let target = rows + row * dimensions
      source.withPixels(of: images[place]) { pixels in
        for index in 0..<dimensions { target[index] = Float(pixels[index]) * (1 / 255) }
      }
    }
  }
}

/// The features of images, in memory.
private struct FeaturePoints: PointSource {
  let count: Int
  let dimensions: Int
  private let values: FloatBuffer

  /// - Throws: an error of one line if this machine has not so much memory.
  init(count: Int, dimensions: Int) throws {
    let bytes = count * dimensions * MemoryLayout<Float>.stride
    guard bytes <= Int(clamping: ProcessInfo.processInfo.physicalMemory) else {
      throw SessionError(
        "\(dimensions) features of each of \(count) images need \(bytes >> 30) GiB, more than this "
          + "machine has")
    }
    self.count = count
    self.dimensions = dimensions
    values = FloatBuffer(count: count * dimensions)
  }

  /// Takes the features of a batch, `[N, H, W, C]`, as those of the images from `first` on.
  func store(_ features: Tensor, from first: Int) {
    let shape = features.shape
    for image in 0..<shape.images {
      var target = values.pointer + (first + image) * dimensions
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          let source = features.pointer + shape.offset(image: image, y: y, x: x)
          target.update(from: source, count: shape.channels)
          target += shape.channels
        }
      }
    }
  }

  func copy(_ range: Range<Int>, to rows: UnsafeMutablePointer<Float>) {
    rows.update(
      from: values.pointer + range.lowerBound * dimensions, count: range.count * dimensions)
  }
}
