/// A map of the plane, (x, y) ↦ (xx · x + xy · y + x0, yx · x + yy · y + y0): a 2×3 matrix.
///
/// Positions are those of pixels' centres: 0 is the centre of the first pixel.
package struct AffineMap: Equatable, Sendable {
  package var (xx, xy, x0): (Double, Double, Double)
  package var (yx, yy, y0): (Double, Double, Double)

  package init(
    xx: Double, xy: Double, x0: Double, yx: Double, yy: Double, y0: Double
  ) {
    (self.xx, self.xy, self.x0) = (xx, xy, x0)
    (self.yx, self.yy, self.y0) = (yx, yy, y0)
  }

  package func callAsFunction(x: Double, y: Double) -> (x: Double, y: Double) {
    (xx * x + xy * y + x0, yx * x + yy * y + y0)
  }

  /// `first`, then this map.
  package func after(_ first: AffineMap) -> AffineMap {
    let (startX, startY) = self(x: first.x0, y: first.y0)
    return AffineMap(
      xx: xx * first.xx + xy * first.yx, xy: xx * first.xy + xy * first.yy, x0: startX,
      yx: yx * first.xx + yy * first.yx, yy: yx * first.xy + yy * first.yy, y0: startY)
  }

  /// The map that leads back. Requires that this one does not flatten the plane.
  package var inverse: AffineMap {
    let determinant = xx * yy - xy * yx
    precondition(determinant != 0, "a map without an inverse: \(self)")
    let (a, b) = (yy / determinant, -xy / determinant)
    let (c, d) = (-yx / determinant, xx / determinant)
    return AffineMap(
      xx: a, xy: b, x0: -(a * x0 + b * y0), yx: c, yy: d, y0: -(c * x0 + d * y0))
  }
}
