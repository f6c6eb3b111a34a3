import Clustering
import Kernels
import NeuralNet
import Testing

@testable import Methods

/// Images of 48×47 pixels and two channels, compared as 24×23 means of squares of four.
@Suite struct ImageNeighboursTests {
  private static let shape = Shape(images: 5, height: 47, width: 48, channels: 2)

  private func value(_ image: Int, _ y: Int, _ x: Int, _ channel: Int) -> Float {
    // Chequers that cancel out in each square, on a grey that tells the images apart.
    let chequer: Float = (x + y).isMultiple(of: 2) ? 1 : -1
    let grey: [Float] = [0.1, 0.75, 0.2, 0.7, 0.5]
    return grey[image % 5] + (image.isMultiple(of: 2) ? chequer : 0) + Float(channel)
  }

  private func render(_ images: ArraySlice<Int>) -> Tensor {
    var shape = Self.shape
    shape.images = images.count
    let batch = Tensor(shape)
    for (place, image) in images.enumerated() {
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          for channel in 0..<shape.channels {
            batch.pointer[shape.offset(image: place, y: y, x: x) + channel] =
              value(image - 100, y, x, channel)
          }
        }
      }
    }
    return batch
  }

  @Test(arguments: [1, 2, 5])
  func theNearestAreThoseWhoseSquaresAreAlike(piece: Int) {
    let neighbours = ImageNeighbours(images: Array(100..<105), count: 1)
    var rendered = 0
    for _ in 0..<2 {
      let pairs = neighbours.pairs(
        piece: piece, context: ComputeContext(threads: 2), isCancelled: { false }
      ) {
        rendered += $0.count
        return render($0)
      }
      #expect(pairs?.map(\.point) == [100, 101, 102, 103, 104])
      #expect(pairs?.map(\.neighbour) == [102, 103, 100, 101, 103])
    }
    #expect(rendered == 5)
  }

  @Test func whoIsAskedToStopFindsNoneAndStartsAgain() {
    let neighbours = ImageNeighbours(images: Array(100..<105), count: 1)
    let context = ComputeContext(threads: 1)
    #expect(
      neighbours.pairs(piece: 2, context: context, isCancelled: { true }, render: render) == nil)
    #expect(
      neighbours.pairs(piece: 2, context: context, isCancelled: { false }, render: render)?.count
        == 5)
  }
}
