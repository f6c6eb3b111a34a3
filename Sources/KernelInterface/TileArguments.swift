/// The transforms between a tile of a map and the transformed tile, whose values Winograd's
/// algorithm multiplies.
///
/// The names are those of the polynomial product behind the algorithm. A tile holds a polynomial's
/// coefficients, the transformed tile its values at `points` points: 5, 7, 8 or 10 of them, with ∞,
/// or 4 without ∞, where the coefficients are those of 1, x and x² − 5⁄4.
package enum TileTransform: Sendable, Hashable {
  /// Reads a tile of `size` × `size` coefficients and writes their values at the points.
  case evaluate(size: Int, points: Int)
  /// The transpose of `evaluate`: reads a transformed tile and writes a tile.
  case evaluateTransposed(size: Int, points: Int)
  /// The transpose of finding coefficients from values, up to a factor for each point that goes
  /// into the weights: reads a tile of `points` × `points` and writes a transformed tile.
  case interpolateTransposed(points: Int)
  /// The transpose of `interpolateTransposed`: reads a transformed tile and writes a tile of
  /// `points` × `points`.
  case interpolate(points: Int)
}

/// One tile of a block of images, for a panel of channels.
package struct TileArguments {
  package typealias Statistics = (
    sum: UnsafeMutablePointer<Float>, sumOfSquares: UnsafeMutablePointer<Float>
  )

  /// `[height, width, 12, stride]`, moved to the panel's first channel; read or written.
  package var map: UnsafeMutablePointer<Float>
  package var height: Int
  package var width: Int
  package var stride: Int
  /// Where the tile's first pixel lies; what lies outside the map reads as 0 and is not written.
  package var row: Int
  package var column: Int
  /// Map rows and columns from one pixel of the tile to the next.
  package var step: Int
  /// `[points, points, …, 12, panel]`, moved to this tile and panel; written or read.
  package var transformed: UnsafeMutablePointer<Float>
  /// Floats from one point's values to the next one's.
  package var pointStride: Int
  /// Channels: 16 or 32.
  package var panel: Int
  /// Whether a tile that is written adds to what is there.
  package var accumulates: Bool
  /// `[panel]` each, to which Σx and Σx² of each channel of the written tile are added, over all 12
  /// images; nil if nobody needs them. Images that fill up a block are zero and add nothing.
  package var statistics: Statistics?

  package init(
    map: UnsafeMutablePointer<Float>, height: Int, width: Int, stride: Int, row: Int, column: Int,
    step: Int, transformed: UnsafeMutablePointer<Float>, pointStride: Int, panel: Int,
    accumulates: Bool,
    statistics: Statistics? = nil
  ) {
    self.map = map
    self.height = height
    self.width = width
    self.stride = stride
    self.row = row
    self.column = column
    self.step = step
    self.transformed = transformed
    self.pointStride = pointStride
    self.panel = panel
    self.accumulates = accumulates
    self.statistics = statistics
  }
}

/// The taps of the weights of one input channel and a panel of output channels, and the transformed
/// weights: what a transform makes of the taps, times a factor for each point.
package struct TapArguments {
  /// `[taps, …, width]`; read, or overwritten with gradients.
  package var taps: UnsafeMutablePointer<Float>
  /// Floats from one tap to the next, negative to take them in reverse.
  package var tapStride: Int
  /// `[points, points, …, width]`; overwritten, or the gradients that are read.
  package var transformed: UnsafeMutablePointer<Float>
  package var pointStride: Int
  /// `[points, points]`
  package var factors: UnsafePointer<Float>
  /// Output channels: 16 or 32.
  package var width: Int

  package init(
    taps: UnsafeMutablePointer<Float>, tapStride: Int, transformed: UnsafeMutablePointer<Float>,
    pointStride: Int, factors: UnsafePointer<Float>, width: Int
  ) {
    self.taps = taps
    self.tapStride = tapStride
    self.transformed = transformed
    self.pointStride = pointStride
    self.factors = factors
    self.width = width
  }
}
