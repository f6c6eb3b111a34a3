import Clustering
import Datasets
import Kernels
import NeuralNet
import Snapshots

/// Measures every sub-head of a network that clusters pixels: accuracy on whole pictures, square by
/// square, and the loss on one pair of squares of each.
package struct SegmentationEvaluator {
  /// Those that are measured; the network has them.
  var heads: [HeadDescription]
  private let settings: SegmentationSettings
  private let seed: UInt64
  private let renderer: PixelPairRenderer
  private let network: Network<PixelHead>
  private let images: EvaluationImages
  private let frames: SampleFrames
  private let pass: PixelPass

  /// - Parameters:
  ///   - images: the data set's pictures that are measured.
  ///   - frames: those of them whose maps are reported.
  package init(
    _ settings: SegmentationSettings, seed: UInt64, renderer: PixelPairRenderer,
    network: Network<PixelHead>, images: EvaluationImages, frames: SampleFrames
  ) {
    heads = settings.turns.heads
    self.settings = settings
    self.seed = seed
    self.renderer = renderer
    self.network = network
    self.images = images
    self.frames = frames
    pass = PixelPass(settings, network: network, renderer: renderer)
  }

  private var dataset: ImageDataset { renderer.dataset }

  /// Evaluates all heads with running batch-norm statistics; nil if `isCancelled` said so on the
  /// way.
  ///
  /// - Parameter isFinal: whether it is the run's last one, which has images of its own.
  package func evaluate(
    step: Int, epoch: Int, elapsed: Double, isFinal: Bool, isCancelled: () -> Bool
  ) -> EvaluationSnapshot? {
    let selection = isFinal ? images.final : images.regular
    guard let measured = measure(selection, isCancelled: isCancelled) else { return nil }
    // A batch has many pixels to each pair: it is never too small for a joint of clusters.
    return measured.evaluation(
      step: step, epoch: epoch, elapsed: elapsed, images: selection.measured.count,
      lambda: settings.lambda, batchPairs: nil, viewsAreIdentical: settings.views.areIdentical)
  }

  /// Counts what every sub-head of every head does on a sample of at most `limit` of the pictures
  /// that evaluations measure, the same ones each time; nil if `isCancelled` said so on the way.
  func measureSample(limit: Int, isCancelled: () -> Bool) -> HeadMeasurements? {
    measure(images.regular.sample(limit: limit), isCancelled: isCancelled)
  }

  /// Pairs that are seen at a time, before `isCancelled` is asked again.
  private static let pairsAtOnce = 24

  /// The raw joints at every displacement of one pair of each picture, by head and sub-head.
  private func sums(
    of pictures: [Int], _ heads: [HeadID], isCancelled: () -> Bool
  ) -> [[[JointSum]]]? {
    var sums: [[[JointSum]]] = []
    for first in stride(from: 0, to: pictures.count, by: Self.pairsAtOnce) {
      if isCancelled() { return nil }
      let own = pictures[first..<min(first + Self.pairsAtOnce, pictures.count)]
      let next = pass.sums(own.map { renderer.evaluationPair(of: $0, seed: seed) }, heads: heads)
      if sums.isEmpty {
        sums = next
        continue
      }
      for head in sums.indices {
        for subHead in sums[head].indices {
          for place in sums[head][subHead].indices {
            sums[head][subHead][place].accumulate(next[head][subHead][place])
          }
        }
      }
    }
    return sums
  }

  private func measure(
    _ selection: EvaluationImages.Selection, isCancelled: () -> Bool
  ) -> HeadMeasurements? {
    let names = heads.map(\.name)
    guard let sums = sums(of: selection.measured, names, isCancelled: isCancelled) else {
      return nil
    }
    let classes = dataset.labelMaps == nil ? 0 : dataset.classes
    var measured = heads.map { head in
      (0..<head.subHeads).map { _ in
        SubHeadMeasurement(clusters: head.clusters, classes: classes, samples: 0)
      }
    }
    for (head, sums) in sums.enumerated() {
      for (subHead, sums) in sums.enumerated() { measured[head][subHead].displacements = sums }
    }
    let spacing = spacing(of: selection.measured)
    let tiles = TiledProbabilities(renderer: renderer, network: network)
    var places: [Int: [Int]] = [:]
    for (place, image) in frames.images.enumerated() { places[image, default: []].append(place) }
    let frameSize = frames.width * frames.height
    for head in measured.indices {
      for subHead in measured[head].indices {
        measured[head][subHead].sampleMaps = Array(
          repeating: SampleImages.noClass, count: frames.images.count * frameSize)
      }
    }
    for image in selection.assignment ?? [] {
      if isCancelled() { return nil }
      forEachMap(of: image, tiles) { head, subHead, map in
        dataset.labelMaps?.withLabels(of: image) {
          measured[head][subHead].addAssignment(map: map, labels: $0)
        }
      }
    }
    for image in selection.measured {
      if isCancelled() { return nil }
      forEachMap(of: image, tiles) { head, subHead, map in
        if let labelMaps = dataset.labelMaps {
          labelMaps.withLabels(of: image) {
            measured[head][subHead].add(map: map, labels: $0, spacing: spacing)
          }
        } else {
          measured[head][subHead].add(map: map, labels: nil, spacing: spacing)
        }
        guard let own = places[image] else { return }
        let frame = map.withUnsafeBufferPointer { frames.frame($0.baseAddress!, of: image) }
        for place in own {
          measured[head][subHead].sampleMaps.replaceSubrange(
            place * frameSize..<(place + 1) * frameSize, with: frame)
        }
      }
    }
    return HeadMeasurements(heads, measured, context: network.context)
  }

  /// Sub-heads are compared on about so many pixels.
  private static let comparedPixels = 200_000

  private func spacing(of pictures: [Int]) -> Int {
    let pixels = pictures.reduce(0) { sum, image in
      let size = dataset.source.size(of: image)
      return sum + size.height * size.width
    }
    // A number that no width is a multiple of hits every column.
    var spacing = max(1, pixels / Self.comparedPixels)
    while (2..<max(2, spacing)).contains(where: { $0 * $0 <= spacing && spacing % $0 == 0 }) {
      spacing += 1
    }
    return spacing
  }

  /// The cluster of each pixel of a picture, of each sub-head.
  private func forEachMap(
    of image: Int, _ tiles: TiledProbabilities,
    _ body: (_ head: Int, _ subHead: Int, _ map: [UInt8]) -> Void
  ) {
    let size = dataset.source.size(of: image)
    let probabilities = tiles.probabilities(
      of: image, heads.map { TiledProbabilities.Question(head: $0.name) })
    for (index, head) in heads.enumerated() {
      let floats = head.clusters * size.height * size.width
      for subHead in 0..<head.subHeads {
        body(
          index, subHead,
          TiledProbabilities.clusters(
            probabilities[index][subHead * floats..<(subHead + 1) * floats],
            clusters: head.clusters, pixels: size.height * size.width))
      }
    }
  }
}
