// The transforms of PointTransforms.swift that find a polynomial's coefficients from its values,
// and their transposes.

/// Row ±p of the transform: the coefficients of (x ± p) · x^z · Π_{q ≠ p} (x² − q²), z = 1 if 0 is
/// a point; rows 0 and ∞: those of Π (x² − p²) and x^z times it. These are Lagrange's basis
/// polynomials, leading coefficient 1.
enum InterpolateTransposed5: LineTransform {
  static var inputs: Int { 5 }
  static var outputs: Int { 5 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (d0, d1, d2) = (load(source), load(source + stride), load(source + 2 &* stride))
    let (d3, d4) = (load(source + 3 &* stride), load(source + 4 &* stride))
    storePair(multiplyAdd(d3, -0.25, d1), multiplyAdd(d2, -0.25, d0), target, targetStride)
    storePair(d3 - d1, 0.5 * (d2 - d0), target + 2 &* targetStride, targetStride)
    store(multiplyAdd(multiplyAdd(d4, -1.25, d2), 0.25, d0), target + 4 &* targetStride)
  }
}

/// The transpose of `InterpolateTransposed5`: the sum of the basis polynomials times their values.
enum Interpolate5: LineTransform {
  static var inputs: Int { 5 }
  static var outputs: Int { 5 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let one = loadPair(source, stride, 0)
    let half = loadPair(source, stride, 1)
    let infinity = load(source + 4 &* stride)
    let (oneOdd, halfOdd) = (one.difference, 0.5 * half.difference)
    store(multiplyAdd(-halfOdd, -0.25, oneOdd) + 0.25 * infinity, target)
    store(multiplyAdd(-half.sum, -0.25, one.sum), target + targetStride)
    store(multiplyAdd(oneOdd + halfOdd, -1.25, infinity), target + 2 &* targetStride)
    store(one.sum + half.sum, target + 3 &* targetStride)
    store(infinity, target + 4 &* targetStride)
  }
}

/// The rows of all three pairs, from three neighbouring coefficients of each parity.
@inline(__always)
private func storeThreePairRows(
  _ low: (Vector, Vector, Vector), _ high: (Vector, Vector, Vector),
  _ target: UnsafeMutablePointer<Float>, _ stride: Int
) {
  storePair(
    multiplyAdd(high.2, -4.25, high.1) + high.0, multiplyAdd(low.2, -4.25, low.1) + low.0, target,
    stride)
  storePair(
    multiplyAdd(multiplyAdd(high.2, -5, high.1), 4, high.0),
    multiplyAdd(multiplyAdd(0.5 * low.2, -2.5, low.1), 2, low.0),
    target + 2 &* stride, stride)
  storePair(
    multiplyAdd(multiplyAdd(high.2, -1.25, high.1), 0.25, high.0),
    multiplyAdd(multiplyAdd(2 * low.2, -2.5, low.1), 0.5, low.0),
    target + 4 &* stride, stride)
}

enum InterpolateTransposed7: LineTransform {
  static var inputs: Int { 7 }
  static var outputs: Int { 7 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (d0, d1, d2) = (load(source), load(source + stride), load(source + 2 &* stride))
    let (d3, d4) = (load(source + 3 &* stride), load(source + 4 &* stride))
    let (d5, d6) = (load(source + 5 &* stride), load(source + 6 &* stride))
    storeThreePairRows((d0, d2, d4), (d1, d3, d5), target, targetStride)
    store(multiplyAdd(d6 - d0, 5.25, d2 - d4), target + 6 &* targetStride)
  }
}

enum InterpolateTransposed8: LineTransform {
  static var inputs: Int { 8 }
  static var outputs: Int { 8 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (d0, d1, d2) = (load(source), load(source + stride), load(source + 2 &* stride))
    let (d3, d4) = (load(source + 3 &* stride), load(source + 4 &* stride))
    let (d5, d6) = (load(source + 5 &* stride), load(source + 6 &* stride))
    let d7 = load(source + 7 &* stride)
    storeThreePairRows((d1, d3, d5), (d2, d4, d6), target, targetStride)
    store(multiplyAdd(d6 - d0, 5.25, d2 - d4), target + 6 &* targetStride)
    store(multiplyAdd(d7 - d1, 5.25, d3 - d5), target + 7 &* targetStride)
  }
}
