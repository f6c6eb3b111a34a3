import Kernels

/// How often a square of a view is black, and how large it may be.
package struct CutoutRange: Equatable, Sendable {
  /// How often a view has such a square, 0…1.
  package var probability: Float
  /// Largest side of the square, as a share of the view's, 0…1.
  package var size: Float

  package init(probability: Float, size: Float) {
    self.probability = probability
    self.size = size
  }

  var checkedValues: [(name: String, value: Float, range: ClosedRange<Float>)] {
    [("cutout probability", probability, 0...1), ("cutout size", size, 0...1)]
  }

  /// Draws whether a view of `outputSize` pixels a side has a black square, how large it is (each
  /// side from one pixel to the largest is as likely) and where, wholly within the view.
  func draw(
    into view: inout DrawnView, outputSize: Int, from random: inout RandomStream
  ) {
    let largest = Int(size * Float(outputSize))
    guard random.uniform() < probability && largest >= 1 else { return }
    let side = 1 + random.integer(below: largest)
    view.cutout = Cutout(
      left: random.integer(below: outputSize - side + 1),
      top: random.integer(below: outputSize - side + 1), size: side)
  }
}
