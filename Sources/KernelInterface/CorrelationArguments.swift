/// How cluster maps lie in memory to be correlated: with margins for every displacement, so that
/// the kernels need no bounds checks.
///
/// A plane is `[height, rowStride]`; the map's columns start at `margin`, everything around is
/// zero.
package struct CorrelationPlanes {
  package var height: Int
  /// A multiple of 16, without the margins.
  package var width: Int
  /// Columns of zeros on both sides, at least the largest displacement.
  package var margin: Int
  /// Floats from one row to the next.
  package var rowStride: Int { width + 2 * margin }
  /// Floats of one plane.
  package var floatsPerPlane: Int { height * rowStride }

  package init(height: Int, width: Int, margin: Int) {
    self.height = height
    self.width = width
    self.margin = margin
  }
}

/// Channels that are computed together: of both maps in the joint, of the output in the gradient.
package let correlationTile = 3

/// The products of two groups of three channels, summed over one image, at one vertical and every
/// horizontal displacement.
package struct CorrelationArguments {
  package var planes: CorrelationPlanes
  /// `[3, height, rowStride]`
  package var firstView: UnsafePointer<Float>
  /// `[3, height, rowStride]`, read at the displacement.
  package var secondView: UnsafePointer<Float>
  package var verticalShift: Int
  /// Horizontal displacements lie within ± this.
  package var maximumDisplacement: Int
  /// `[2 · maximumDisplacement + 1, 3, 3]`, added to.
  package var sums: UnsafeMutablePointer<Double>

  package init(
    planes: CorrelationPlanes, firstView: UnsafePointer<Float>, secondView: UnsafePointer<Float>,
    verticalShift: Int, maximumDisplacement: Int, sums: UnsafeMutablePointer<Double>
  ) {
    self.planes = planes
    self.firstView = firstView
    self.secondView = secondView
    self.verticalShift = verticalShift
    self.maximumDisplacement = maximumDisplacement
    self.sums = sums
  }
}

/// One row of three channels of a map's gradient: the sum over displacements and channels of the
/// other map, read at the displacement, times the weight of that displacement and pair of channels.
package struct CorrelationGradientArguments {
  package var planes: CorrelationPlanes
  /// The other map, `[channels, height, rowStride]`.
  package var source: UnsafePointer<Float>
  package var channels: Int
  /// Displacements lie within ± this in both directions.
  package var maximumDisplacement: Int
  /// `[2 · maximumDisplacement + 1, 2 · maximumDisplacement + 1, channels, 3]`
  package var weights: UnsafePointer<Float>
  package var row: Int
  /// `[3, width]`, overwritten.
  package var output: UnsafeMutablePointer<Float>

  package init(
    planes: CorrelationPlanes, source: UnsafePointer<Float>, channels: Int,
    maximumDisplacement: Int,
    weights: UnsafePointer<Float>, row: Int, output: UnsafeMutablePointer<Float>
  ) {
    self.planes = planes
    self.source = source
    self.channels = channels
    self.maximumDisplacement = maximumDisplacement
    self.weights = weights
    self.row = row
    self.output = output
  }
}
