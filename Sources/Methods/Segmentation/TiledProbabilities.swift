import Datasets
import Kernels
import NeuralNet
import Snapshots

/// The probabilities of every pixel of a picture of any size: the network sees it in squares that
/// overlap by nearly half, and what they say is averaged, their middles counting most.
///
/// At a square's own edge a network sees nothing beyond and is often wrong. So squares reach a
/// little over the picture's edge, where it goes on as in a mirror.
package struct TiledProbabilities {
  /// What is asked of a head: all of its sub-heads, or one alone.
  package struct Question: Sendable {
    package var head: HeadID
    /// Its position in the head; all if nil.
    package var subHead: Int?
  }

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
    let border = side / 16
    let way = extent + 2 * border - side
    guard way > 0 else { return [-((side - extent) / 2)] }
    let longestStep = max(1, side * 9 / 16)
    let gaps = (way + longestStep - 1) / longestStep
    return (0...gaps).map { $0 * way / gaps - border }
  }

  /// Probabilities as `[sub-heads · C, height, width]` of the picture, for each question.
  func probabilities(of image: Int, _ questions: [Question]) -> [[Float]] {
    let size = renderer.dataset.source.size(of: image)
    let crops = Self.starts(extent: size.height, side: renderer.side).flatMap { top in
      Self.starts(extent: size.width, side: renderer.side).map { PixelCrop(left: $0, top: top) }
    }
    let channels = questions.map { question in
      let head = network.head(question.head.tensorPrefix)
      return question.subHead.map { $0 * head.clusters..<($0 + 1) * head.clusters }
        ?? 0..<head.clusters * head.subHeads
    }
    let pixels = size.height * size.width
    var sums = channels.map { [Float](repeating: 0, count: $0.count * pixels) }
    var total = [Float](repeating: 0, count: pixels)
    for first in stride(from: 0, to: crops.count, by: Self.batch) {
      let own = Array(crops[first..<min(first + Self.batch, crops.count)])
      let features = features(of: image, own)
      for crop in own { forEachPixel(of: crop, in: image, size) { total[$0] += $2 } }
      for (index, question) in questions.enumerated() {
        let maps = network.head(question.head.tensorPrefix).forward(features, .evaluation)
        let wanted = channels[index]
        sums[index].withUnsafeMutableBufferPointer { sum in
          nonisolated(unsafe) let sum = sum
          // Squares of one picture overlap: a thread takes a channel of all of them.
          network.context.pool.forEach(wanted.count) { channel in
            for (place, crop) in own.enumerated() {
              let plane = maps.plane(place, wanted.lowerBound + channel)
              forEachPixel(of: crop, in: image, size) {
                sum[channel * pixels + $0] += $2 * plane[$1]
              }
            }
          }
        }
      }
    }
    for index in sums.indices {
      for place in sums[index].indices { sums[index][place] /= total[place % pixels] }
    }
    return sums
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
    let all = probabilities(of: image, [Question(head: head, subHead: subHead)])[0]
    let map = Self.clusters(all[...], clusters: clusters, pixels: pixels)
    return (map, map.indices.map { all[Int(map[$0]) * pixels + $0] })
  }

  /// The most probable cluster of each pixel, `[height, width]`, the first of equals.
  ///
  /// - Parameter probabilities: `[C, height, width]`, of one sub-head.
  static func clusters(
    _ probabilities: ArraySlice<Float>, clusters: Int, pixels: Int
  ) -> [UInt8] {
    var largest = Array(probabilities.prefix(pixels))
    var map = [UInt8](repeating: 0, count: pixels)
    for cluster in 1..<clusters {
      let plane = probabilities.dropFirst(cluster * pixels)
      for (pixel, value) in plane.prefix(pixels).enumerated() where value > largest[pixel] {
        largest[pixel] = value
        map[pixel] = UInt8(cluster)
      }
    }
    return map
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
    let crops = tops.flatMap { top in lefts.map { PixelCrop(left: $0, top: top) } }
    let owners = pixels.map { nearest(tops, $0.y) * lefts.count + nearest(lefts, $0.x) }
    let squares = Set(owners).sorted()
    var values: [[Float]] = Array(repeating: [], count: pixels.count)
    for first in stride(from: 0, to: squares.count, by: Self.batch) {
      let batch = Array(squares[first..<min(first + Self.batch, squares.count)])
      let features = features(of: image, batch.map { crops[$0] })
      let shape = features.shape
      for (index, owner) in owners.enumerated() {
        guard let place = batch.firstIndex(of: owner) else { continue }
        let (x, y) = (pixels[index].x - crops[owner].left, pixels[index].y - crops[owner].top)
        let base =
          features.pointer
          + shape.offset(
            image: place, y: min(max(y * shape.height / side, 0), shape.height - 1),
            x: min(max(x * shape.width / side, 0), shape.width - 1))
        values[index] = (0..<shape.channels).map { base[$0] }
      }
    }
    return values.flatMap { $0 }
  }

  /// What the trunk makes of some squares of a picture, all in one batch.
  private func features(of image: Int, _ crops: [PixelCrop]) -> Tensor {
    let images = Tensor(renderer.shape(images: crops.count))
    let renderer = renderer
    network.context.pool.forEach(crops.count) { place in
      renderer.renderSquare(
        of: image, crops[place], to: images.pointer, images.shape, place: place)
    }
    return network.features(of: images, .evaluation)
  }

  /// Calls `body` with the place in the picture, the place in the square and the weight of each
  /// pixel of a square that lies within the picture.
  private func forEachPixel(
    of crop: PixelCrop, in image: Int, _ size: ImageSize,
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
}
