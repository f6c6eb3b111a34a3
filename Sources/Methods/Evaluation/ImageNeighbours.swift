import Clustering
import Datasets
import Kernels
import NeuralNet

/// Which images look alike, pixel by pixel: a second kind of pairs for the grouping of clusters,
/// beside an image and its transformed copy. Found once for a sample of images, when first asked
/// for.
final class ImageNeighbours {
  /// Images of the data set.
  typealias Pair = NearestNeighbours.Pair

  private let images: [Int]
  private let count: Int
  private var found: [Pair]?

  /// Images are compared in so small a size that it takes a second or two.
  private static let mostSide = 24

  /// - Parameters:
  ///   - images: that are compared.
  ///   - count: neighbours of each.
  init(images: [Int], count: Int) {
    self.images = images
    self.count = count
  }

  /// Every image with its nearest; nil if `isCancelled` said so on the way.
  ///
  /// - Parameter render: what the network sees of an image in an evaluation, without a copy;
  ///   at most so many images at a time.
  func pairs(
    piece: Int, context: ComputeContext, isCancelled: () -> Bool,
    render: (ArraySlice<Int>) -> Tensor
  ) -> [Pair]? {
    if let found { return found }
    var pixels: SmallImages?
    for first in stride(from: 0, to: images.count, by: piece) {
      if isCancelled() { return nil }
      let batch = render(images[first..<min(first + piece, images.count)])
      var all = pixels ?? SmallImages(count: images.count, of: batch.shape, side: Self.mostSide)
      all.store(batch, from: first)
      pixels = all
    }
    guard let pixels else { return [] }
    guard
      let nearest = NearestNeighbours(
        of: pixels.points, count: count, kernels: context.kernels, pool: context.pool,
        isCancelled: isCancelled)
    else { return nil }
    let pairs = nearest.pairs.map {
      Pair(point: images[$0.point], neighbour: images[$0.neighbour])
    }
    found = pairs
    return pairs
  }
}

/// Images made smaller by a whole factor, each pixel the mean of a square.
private struct SmallImages {
  private let dimensions: Int
  private let factor: Int
  private let width: Int
  private let height: Int
  private let channels: Int
  /// `[count, height, width, channels]`
  private var values: [Float]

  var points: RowPoints { RowPoints(dimensions: dimensions, rows: values) }

  /// - Parameter side: the most that the longer side may have.
  init(count: Int, of shape: Shape, side: Int) {
    factor = max(1, (max(shape.width, shape.height) + side - 1) / side)
    width = max(1, shape.width / factor)
    height = max(1, shape.height / factor)
    channels = shape.channels
    dimensions = width * height * channels
    values = [Float](repeating: 0, count: count * dimensions)
  }

  /// Takes the images of a batch as those from `first` on.
  mutating func store(_ batch: Tensor, from first: Int) {
    let shape = batch.shape
    let share = 1 / Float(factor * factor)
    for image in 0..<shape.images {
      for y in 0..<height * factor {
        for x in 0..<width * factor {
          let source = batch.pointer + shape.offset(image: image, y: y, x: x)
          let place = (y / factor * width + x / factor) * channels
          for channel in 0..<channels {
            values[(first + image) * dimensions + place + channel] += source[channel] * share
          }
        }
      }
    }
  }
}
