import Clustering
import Datasets
import Kernels
import Methods
import NeuralNet

/// What the classes of pixels are told by without learning: the most frequent class alone, or
/// k-means on colours, on colours and places, or on what a network makes of them that was never
/// trained. Measured on a grid of the pixels that evaluations measure.
struct PixelBaseline {
  var kind: Experiment.Baseline
  var settings: SegmentationSettings
  var seed: UInt64
  var dataset: ImageDataset
  var context: ComputeContext

  /// Pixels that are clustered, about.
  private static let pixels = 200_000

  /// One labelled pixel.
  private struct Pixel {
    var image: Int
    var x: Int
    var y: Int
    var label: Int
  }

  /// The scores of the clusters as an evaluation has them; nil if `isCancelled` said so on the way.
  ///
  /// - Throws: an error of one line if no pixel has a class, or there are fewer than clusters.
  func scores(isCancelled: @Sendable () -> Bool) throws -> ExperimentScores? {
    let start = ContinuousClock.now
    let pixels = labelledPixels()
    guard !pixels.isEmpty else {
      throw SessionError("\(dataset.name) has no pixel with a class to score a baseline by")
    }
    let clusters: (count: Int, ofPixel: [Int])
    if kind == .majority {
      clusters = (1, Array(repeating: 0, count: pixels.count))
    } else {
      let wanted = settings.turns.headB.clusters
      let kMeans = KMeans(
        clusters: wanted == HeadSettings.unknown ? dataset.classes : wanted,
        kernels: context.kernels, pool: context.pool)
      guard
        let result = try kMeans.fit(
          points(of: pixels), seed: seed, isCancelled: isCancelled)
      else { return nil }
      clusters = (kMeans.clusters, result.clusterOfPoint)
    }
    var table = ContingencyTable(clusters: clusters.count, classes: dataset.classes)
    for (pixel, cluster) in zip(pixels, clusters.ofPixel) {
      table.add(cluster: cluster, label: pixel.label)
    }
    let assignment =
      settings.turns.mainMatching == .manyToOne
      ? ClusterAssignment(majority: table) : ClusterAssignment(oneToOne: table)
    return ExperimentScores(
      accuracy: table.accuracy(under: assignment), nmi: table.normalizedMutualInformation,
      ari: table.adjustedRandIndex, seconds: start.duration(to: .now).seconds)
  }

  /// A grid of the pixels of all measured pictures, those with a class.
  private func labelledPixels() -> [Pixel] {
    guard let labelMaps = dataset.labelMaps else { return [] }
    let images = EvaluationImages(settings.evaluation, of: dataset, seed: seed).final.measured
    let all = images.reduce(0) { sum, image in
      let size = dataset.source.size(of: image)
      return sum + size.height * size.width
    }
    let spacing = max(1, Int((Double(all) / Double(Self.pixels)).squareRoot()))
    var pixels: [Pixel] = []
    for image in images {
      let size = dataset.source.size(of: image)
      labelMaps.withLabels(of: image) { labels in
        for y in stride(from: spacing / 2, to: size.height, by: spacing) {
          for x in stride(from: spacing / 2, to: size.width, by: spacing) {
            let label = labels[y * size.width + x]
            if label != LabelMap.noLabel {
              pixels.append(Pixel(image: image, x: x, y: y, label: Int(label)))
            }
          }
        }
      }
    }
    return pixels
  }

  /// `[pixels, dimensions]`
  private func points(of pixels: [Pixel]) -> RowPoints {
    if kind == .randomNetwork { return features(of: pixels) }
    let channels = dataset.channels
    let hasPlace = kind == .kMeansPosition
    let dimensions = channels + (hasPlace ? 2 : 0)
    var rows: [Float] = []
    rows.reserveCapacity(pixels.count * dimensions)
    for pixel in pixels {
      let size = dataset.source.size(of: pixel.image)
      dataset.source.withPixels(of: pixel.image) { source in
        let place = (pixel.y * size.width + pixel.x) * channels
        for channel in 0..<channels { rows.append(Float(source[place + channel]) / 255) }
      }
      if hasPlace {
        rows.append(Float(pixel.x) / Float(size.width))
        rows.append(Float(pixel.y) / Float(size.height))
      }
    }
    return RowPoints(dimensions: dimensions, rows: rows)
  }

  /// What the trunk makes of the square around each pixel, before its first step.
  private func features(of pixels: [Pixel]) -> RowPoints {
    let network = Network(settings, imageChannels: dataset.channels, context: context)
    network.initialize(seed: seed)
    let tiles = TiledProbabilities(
      renderer: PixelPairRenderer(
        dataset: dataset, augmentation: settings.views.augmentation), network: network)
    var (rows, dimensions): ([Float], Int) = ([], 1)
    var first = 0
    while first < pixels.count {
      let image = pixels[first].image
      let end = pixels[first...].firstIndex { $0.image != image } ?? pixels.count
      let own = pixels[first..<end].map { (x: $0.x, y: $0.y) }
      let values = tiles.features(of: image, at: own)
      dimensions = values.count / own.count
      rows += values
      first = end
    }
    return RowPoints(dimensions: dimensions, rows: rows)
  }
}
