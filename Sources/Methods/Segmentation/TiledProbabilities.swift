import Datasets
import Kernels
import NeuralNet
import Snapshots

/// The probabilities of every pixel of a picture of any size: the network sees it in squares that
/// overlap by half, and what they say is averaged, their middles counting most.
package struct TiledProbabilities {
  private let renderer: PixelPairRenderer
  private let network: Network<PixelHead>
  /// Of a square's pixels along one side.
  private let weights: [Float]

  /// Squares through the network at once.
  private static let batch = 2 * imageBlock

  package init(renderer: PixelPairRenderer, network: Network<PixelHead>) {
    self.renderer = renderer
    self.network = network
    let side = renderer.side
    weights = (0..<side).map { Float(min($0 + 1, side - $0)) }
  }

  /// Where the squares lie along one side of a picture.
  static func starts(extent: Int, side: Int) -> [Int] {
    guard extent > side else { return [-((side - extent) / 2)] }
    let gaps = (2 * (extent - side) + side - 1) / side
    return (0...gaps).map { $0 * (extent - side) / gaps }
  }

  /// Probabilities of each head, `[h · C, height, width]` of the picture.
  package func probabilities(of image: Int, heads: [HeadID]) -> [[Float]] {
    let size = renderer.dataset.source.size(of: image)
    let crops = Self.starts(extent: size.height, side: renderer.side).flatMap { top in
      Self.starts(extent: size.width, side: renderer.side).map { PixelCrop(left: $0, top: top) }
    }
    let channels = heads.map { head in
      let head = network.head(head.tensorPrefix)
      return head.clusters * head.subHeads
    }
    let pixels = size.height * size.width
    let sums = channels.map { FloatBuffer(count: $0 * pixels) }
    let total = FloatBuffer(count: pixels)
    let pool = network.context.pool
    for first in stride(from: 0, to: crops.count, by: Self.batch) {
      let own = Array(crops[first..<min(first + Self.batch, crops.count)])
      let images = Tensor(renderer.shape(images: own.count))
      pool.forEach(own.count) { place in
        renderer.renderSquare(
          of: image, own[place], to: images.pointer, images.shape, place: place)
      }
      let features = network.features(of: images, .evaluation)
      for crop in own { add(crop, of: image, size) { total[$0] += $2 } }
      for (index, head) in heads.enumerated() {
        let maps = network.head(head.tensorPrefix).forward(features, .evaluation)
        let sum = sums[index]
        // Squares of one picture overlap: a thread takes a channel of all of them.
        pool.forEach(maps.channels) { channel in
          for (place, crop) in own.enumerated() {
            let plane = maps.plane(place, channel)
            let target = sum.pointer + channel * pixels
            add(crop, of: image, size) { target[$0] += $2 * plane[$1] }
          }
        }
      }
    }
    return zip(channels, sums).map { channels, sum in
      (0..<channels * pixels).map { sum[$0] / total[$0 % pixels] }
    }
  }

  /// The trunk's features at some pixels of a picture, `[pixels, C]`: each from the square that it
  /// is most in the middle of.
  package func features(of image: Int, at pixels: [(x: Int, y: Int)]) -> [Float] {
    let size = renderer.dataset.source.size(of: image)
    let side = renderer.side
    let tops = Self.starts(extent: size.height, side: side)
    let lefts = Self.starts(extent: size.width, side: side)
    func nearest(_ starts: [Int], _ place: Int) -> Int {
      starts.indices.min { abs(starts[$0] + side / 2 - place) < abs(starts[$1] + side / 2 - place) }
        ?? 0
    }
    let owners = pixels.map { nearest(tops, $0.y) * lefts.count + nearest(lefts, $0.x) }
    var values: [[Float]] = Array(repeating: [], count: pixels.count)
    for (square, (top, left)) in tops.flatMap({ top in lefts.map { (top, $0) } }).enumerated() {
      let own = owners.indices.filter { owners[$0] == square }
      guard !own.isEmpty else { continue }
      let images = Tensor(renderer.shape(images: 1))
      renderer.renderSquare(
        of: image, PixelCrop(left: left, top: top), to: images.pointer, images.shape, place: 0)
      let features = network.features(of: images, .evaluation)
      let shape = features.shape
      for index in own {
        let (x, y) = (pixels[index].x - left, pixels[index].y - top)
        let base =
          features.pointer
          + shape.offset(
            image: 0, y: min(max(y * shape.height / side, 0), shape.height - 1),
            x: min(max(x * shape.width / side, 0), shape.width - 1))
        values[index] = (0..<shape.channels).map { base[$0] }
      }
    }
    return values.flatMap { $0 }
  }

  /// Calls `body` with the place in the picture, the place in the square and the weight of each
  /// pixel of a square that lies within the picture.
  private func add(
    _ crop: PixelCrop, of image: Int, _ size: ImageSize,
    _ body: (_ pixel: Int, _ place: Int, _ weight: Float) -> Void
  ) {
    let (rows, columns) = renderer.overlap(image, crop)
    for y in rows {
      for x in columns {
        body(
          (crop.top + y) * size.width + crop.left + x, y * renderer.side + x,
          weights[y] * weights[x])
      }
    }
  }

  /// The most probable cluster of each pixel of a picture, `[height, width]`.
  ///
  /// - Parameter subHead: its position in the head, which there is.
  package func clusters(of image: Int, head: HeadID, subHead: Int) -> [UInt8] {
    let size = renderer.dataset.source.size(of: image)
    return Self.clusters(
      probabilities(of: image, heads: [head])[0], subHead: subHead,
      clusters: network.head(head.tensorPrefix).clusters, pixels: size.height * size.width)
  }

  /// The most probable cluster of each pixel of a picture, `[height, width]`, and its probability.
  ///
  /// - Parameter subHead: its position in the head, which there is.
  package func assignment(
    of image: Int, head: HeadID, subHead: Int
  ) -> (map: [UInt8], probabilities: [Float]) {
    let size = renderer.dataset.source.size(of: image)
    let pixels = size.height * size.width
    let clusters = network.head(head.tensorPrefix).clusters
    let all = probabilities(of: image, heads: [head])[0]
    let map = Self.clusters(all, subHead: subHead, clusters: clusters, pixels: pixels)
    return (
      map, map.indices.map { all[(subHead * clusters + Int(map[$0])) * pixels + $0] }
    )
  }

  /// The most probable cluster of each pixel, `[height, width]`.
  ///
  /// - Parameter probabilities: `[h · C, height, width]`, of one head.
  static func clusters(
    _ probabilities: [Float], subHead: Int, clusters: Int, pixels: Int
  ) -> [UInt8] {
    let base = subHead * clusters * pixels
    return (0..<pixels).map { pixel in
      var largest = 0
      for cluster in 1..<clusters
      where probabilities[base + cluster * pixels + pixel]
        > probabilities[base + largest * pixels + pixel]
      { largest = cluster }
      return UInt8(largest)
    }
  }
}
