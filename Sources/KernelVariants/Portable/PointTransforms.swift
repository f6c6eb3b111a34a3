// One dimension of Winograd's transforms, on the points ±1, ±½, ±2, 0 and ∞: all of them for 8 points, without 0 for
// 7, without 0 and ±2 for 5. A spectrum holds the values of each pair, + before −, then that of 0, then that of ∞.
// Ten points are in a file of their own.
//
// Opposite points share their even and odd halves, so a transform costs about half of the matrix product. Written out
// value by value, because the compiler keeps names in registers, but not the elements of arrays.
//
// Four points are for a 3×3 map and kernel (`WinogradAlgorithm.map3`): ±3⁄2 and ±½, of a polynomial in the basis
// 1, x, x² − 5⁄4.

/// Reads `inputs` vectors that lie `stride` floats apart, writes `outputs` of them.
protocol LineTransform {
  static var inputs: Int { get }
  static var outputs: Int { get }
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int)
}

@inline(__always)
func multiplyAdd(_ sum: Vector, _ factor: Float, _ value: Vector) -> Vector {
  multiplyAdd(sum, Vector(repeating: factor), value)
}

// MARK: Values of a polynomial

/// p(1) and p(−1), and so on, of the polynomial with these even and odd halves.
@inline(__always)
func storePair(
  _ even: Vector, _ odd: Vector, _ target: UnsafeMutablePointer<Float>, _ stride: Int
) {
  store(even + odd, target)
  store(even - odd, target + stride)
}

/// The values of c₀ + c₁x + c₂(x² − 5⁄4) at ±3⁄2 and ±½: there x² − 5⁄4 is 1 and −1.
enum Evaluate3At4: LineTransform {
  static var inputs: Int { 3 }
  static var outputs: Int { 4 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1, c2) = (load(source), load(source + stride), load(source + 2 &* stride))
    storePair(c0 + c2, 1.5 * c1, target, targetStride)
    storePair(c0 - c2, 0.5 * c1, target + 2 &* targetStride, targetStride)
  }
}

/// The values of c₀ + c₁x + … at the points.
enum Evaluate3At5: LineTransform {
  static var inputs: Int { 3 }
  static var outputs: Int { 5 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1, c2) = (load(source), load(source + stride), load(source + 2 &* stride))
    storePair(c0 + c2, c1, target, targetStride)
    storePair(multiplyAdd(c0, 0.25, c2), 0.5 * c1, target + 2 &* targetStride, targetStride)
    store(c2, target + 4 &* targetStride)
  }
}

enum Evaluate3At7: LineTransform {
  static var inputs: Int { 3 }
  static var outputs: Int { 7 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1, c2) = (load(source), load(source + stride), load(source + 2 &* stride))
    storePair(c0 + c2, c1, target, targetStride)
    storePair(multiplyAdd(c0, 0.25, c2), 0.5 * c1, target + 2 &* targetStride, targetStride)
    storePair(multiplyAdd(c0, 4, c2), 2 * c1, target + 4 &* targetStride, targetStride)
    store(c2, target + 6 &* targetStride)
  }
}

enum Evaluate3At8: LineTransform {
  static var inputs: Int { 3 }
  static var outputs: Int { 8 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1, c2) = (load(source), load(source + stride), load(source + 2 &* stride))
    storePair(c0 + c2, c1, target, targetStride)
    storePair(multiplyAdd(c0, 0.25, c2), 0.5 * c1, target + 2 &* targetStride, targetStride)
    storePair(multiplyAdd(c0, 4, c2), 2 * c1, target + 4 &* targetStride, targetStride)
    store(c0, target + 6 &* targetStride)
    store(c2, target + 7 &* targetStride)
  }
}

enum Evaluate5At7: LineTransform {
  static var inputs: Int { 5 }
  static var outputs: Int { 7 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1, c2) = (load(source), load(source + stride), load(source + 2 &* stride))
    let (c3, c4) = (load(source + 3 &* stride), load(source + 4 &* stride))
    storePair(c0 + c2 + c4, c1 + c3, target, targetStride)
    storePair(
      multiplyAdd(multiplyAdd(c0, 0.25, c2), 0.0625, c4), multiplyAdd(0.5 * c1, 0.125, c3),
      target + 2 &* targetStride, targetStride)
    storePair(
      multiplyAdd(multiplyAdd(c0, 4, c2), 16, c4), multiplyAdd(2 * c1, 8, c3),
      target + 4 &* targetStride, targetStride)
    store(c4, target + 6 &* targetStride)
  }
}

enum Evaluate4At8: LineTransform {
  static var inputs: Int { 4 }
  static var outputs: Int { 8 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1) = (load(source), load(source + stride))
    let (c2, c3) = (load(source + 2 &* stride), load(source + 3 &* stride))
    storePair(c0 + c2, c1 + c3, target, targetStride)
    storePair(
      multiplyAdd(c0, 0.25, c2), multiplyAdd(0.5 * c1, 0.125, c3), target + 2 &* targetStride,
      targetStride)
    storePair(
      multiplyAdd(c0, 4, c2), multiplyAdd(2 * c1, 8, c3), target + 4 &* targetStride, targetStride)
    store(c0, target + 6 &* targetStride)
    store(c3, target + 7 &* targetStride)
  }
}

enum Evaluate5At8: LineTransform {
  static var inputs: Int { 5 }
  static var outputs: Int { 8 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1, c2) = (load(source), load(source + stride), load(source + 2 &* stride))
    let (c3, c4) = (load(source + 3 &* stride), load(source + 4 &* stride))
    storePair(c0 + c2 + c4, c1 + c3, target, targetStride)
    storePair(
      multiplyAdd(multiplyAdd(c0, 0.25, c2), 0.0625, c4), multiplyAdd(0.5 * c1, 0.125, c3),
      target + 2 &* targetStride, targetStride)
    storePair(
      multiplyAdd(multiplyAdd(c0, 4, c2), 16, c4), multiplyAdd(2 * c1, 8, c3),
      target + 4 &* targetStride, targetStride)
    store(c0, target + 6 &* targetStride)
    store(c4, target + 7 &* targetStride)
  }
}

enum Evaluate6At8: LineTransform {
  static var inputs: Int { 6 }
  static var outputs: Int { 8 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1, c2) = (load(source), load(source + stride), load(source + 2 &* stride))
    let (c3, c4) = (load(source + 3 &* stride), load(source + 4 &* stride))
    let c5 = load(source + 5 &* stride)
    storePair(c0 + c2 + c4, c1 + c3 + c5, target, targetStride)
    storePair(
      multiplyAdd(multiplyAdd(c0, 0.25, c2), 0.0625, c4),
      multiplyAdd(multiplyAdd(0.5 * c1, 0.125, c3), 0.03125, c5),
      target + 2 &* targetStride, targetStride)
    storePair(
      multiplyAdd(multiplyAdd(c0, 4, c2), 16, c4), multiplyAdd(multiplyAdd(2 * c1, 8, c3), 32, c5),
      target + 4 &* targetStride, targetStride)
    store(c0, target + 6 &* targetStride)
    store(c5, target + 7 &* targetStride)
  }
}

// MARK: Their transposes

/// Σ and difference of the values at opposite points, of pair number `pair`.
@inline(__always)
func loadPair(
  _ source: UnsafePointer<Float>, _ stride: Int, _ pair: Int
) -> (sum: Vector, difference: Vector) {
  let plus = load(source + 2 &* pair &* stride)
  let minus = load(source + (2 &* pair &+ 1) &* stride)
  return (plus + minus, plus - minus)
}

enum EvaluateTransposed3At4: LineTransform {
  static var inputs: Int { 4 }
  static var outputs: Int { 3 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let outer = loadPair(source, stride, 0)
    let inner = loadPair(source, stride, 1)
    store(outer.sum + inner.sum, target)
    store(multiplyAdd(1.5 * outer.difference, 0.5, inner.difference), target + targetStride)
    store(outer.sum - inner.sum, target + 2 &* targetStride)
  }
}

enum EvaluateTransposed3At5: LineTransform {
  static var inputs: Int { 5 }
  static var outputs: Int { 3 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let one = loadPair(source, stride, 0)
    let half = loadPair(source, stride, 1)
    store(one.sum + half.sum, target)
    store(multiplyAdd(one.difference, 0.5, half.difference), target + targetStride)
    store(
      multiplyAdd(one.sum, 0.25, half.sum) + load(source + 4 &* stride), target + 2 &* targetStride)
  }
}

enum EvaluateTransposed3At7: LineTransform {
  static var inputs: Int { 7 }
  static var outputs: Int { 3 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let one = loadPair(source, stride, 0)
    let half = loadPair(source, stride, 1)
    let two = loadPair(source, stride, 2)
    store(one.sum + half.sum + two.sum, target)
    store(
      multiplyAdd(multiplyAdd(one.difference, 0.5, half.difference), 2, two.difference),
      target + targetStride)
    store(
      multiplyAdd(multiplyAdd(one.sum, 0.25, half.sum), 4, two.sum) + load(source + 6 &* stride),
      target + 2 &* targetStride)
  }
}

enum EvaluateTransposed3At8: LineTransform {
  static var inputs: Int { 8 }
  static var outputs: Int { 3 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let one = loadPair(source, stride, 0)
    let half = loadPair(source, stride, 1)
    let two = loadPair(source, stride, 2)
    store(one.sum + half.sum + two.sum + load(source + 6 &* stride), target)
    store(
      multiplyAdd(multiplyAdd(one.difference, 0.5, half.difference), 2, two.difference),
      target + targetStride)
    store(
      multiplyAdd(multiplyAdd(one.sum, 0.25, half.sum), 4, two.sum) + load(source + 7 &* stride),
      target + 2 &* targetStride)
  }
}

enum EvaluateTransposed5At7: LineTransform {
  static var inputs: Int { 7 }
  static var outputs: Int { 5 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let one = loadPair(source, stride, 0)
    let half = loadPair(source, stride, 1)
    let two = loadPair(source, stride, 2)
    store(one.sum + half.sum + two.sum, target)
    store(
      multiplyAdd(multiplyAdd(one.difference, 0.5, half.difference), 2, two.difference),
      target + targetStride)
    store(multiplyAdd(multiplyAdd(one.sum, 0.25, half.sum), 4, two.sum), target + 2 &* targetStride)
    store(
      multiplyAdd(multiplyAdd(one.difference, 0.125, half.difference), 8, two.difference),
      target + 3 &* targetStride)
    store(
      multiplyAdd(multiplyAdd(one.sum, 0.0625, half.sum), 16, two.sum) + load(source + 6 &* stride),
      target + 4 &* targetStride)
  }
}

enum EvaluateTransposed4At8: LineTransform {
  static var inputs: Int { 8 }
  static var outputs: Int { 4 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let one = loadPair(source, stride, 0)
    let half = loadPair(source, stride, 1)
    let two = loadPair(source, stride, 2)
    store(one.sum + half.sum + two.sum + load(source + 6 &* stride), target)
    store(
      multiplyAdd(multiplyAdd(one.difference, 0.5, half.difference), 2, two.difference),
      target + targetStride)
    store(multiplyAdd(multiplyAdd(one.sum, 0.25, half.sum), 4, two.sum), target + 2 &* targetStride)
    store(
      multiplyAdd(multiplyAdd(one.difference, 0.125, half.difference), 8, two.difference)
        + load(source + 7 &* stride),
      target + 3 &* targetStride)
  }
}

enum EvaluateTransposed5At8: LineTransform {
  static var inputs: Int { 8 }
  static var outputs: Int { 5 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let one = loadPair(source, stride, 0)
    let half = loadPair(source, stride, 1)
    let two = loadPair(source, stride, 2)
    store(one.sum + half.sum + two.sum + load(source + 6 &* stride), target)
    store(
      multiplyAdd(multiplyAdd(one.difference, 0.5, half.difference), 2, two.difference),
      target + targetStride)
    store(multiplyAdd(multiplyAdd(one.sum, 0.25, half.sum), 4, two.sum), target + 2 &* targetStride)
    store(
      multiplyAdd(multiplyAdd(one.difference, 0.125, half.difference), 8, two.difference),
      target + 3 &* targetStride)
    store(
      multiplyAdd(multiplyAdd(one.sum, 0.0625, half.sum), 16, two.sum) + load(source + 7 &* stride),
      target + 4 &* targetStride)
  }
}

enum EvaluateTransposed6At8: LineTransform {
  static var inputs: Int { 8 }
  static var outputs: Int { 6 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let one = loadPair(source, stride, 0)
    let half = loadPair(source, stride, 1)
    let two = loadPair(source, stride, 2)
    store(one.sum + half.sum + two.sum + load(source + 6 &* stride), target)
    store(
      multiplyAdd(multiplyAdd(one.difference, 0.5, half.difference), 2, two.difference),
      target + targetStride)
    store(multiplyAdd(multiplyAdd(one.sum, 0.25, half.sum), 4, two.sum), target + 2 &* targetStride)
    store(
      multiplyAdd(multiplyAdd(one.difference, 0.125, half.difference), 8, two.difference),
      target + 3 &* targetStride)
    store(
      multiplyAdd(multiplyAdd(one.sum, 0.0625, half.sum), 16, two.sum), target + 4 &* targetStride)
    store(
      multiplyAdd(multiplyAdd(one.difference, 0.03125, half.difference), 32, two.difference)
        + load(source + 7 &* stride),
      target + 5 &* targetStride)
  }
}

// MARK: Interpolation, transposed

/// Row ±p of the transform: the coefficients of (x ± p) · x^z · Π_{q ≠ p} (x² − q²), z = 1 if 0 is a point; rows 0 and
/// ∞: those of Π (x² − p²) and x^z times it. These are Lagrange's basis polynomials, leading coefficient 1.
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
private func storeThreePairs(
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
    storeThreePairs((d0, d2, d4), (d1, d3, d5), target, targetStride)
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
    storeThreePairs((d1, d3, d5), (d2, d4, d6), target, targetStride)
    store(multiplyAdd(d6 - d0, 5.25, d2 - d4), target + 6 &* targetStride)
    store(multiplyAdd(d7 - d1, 5.25, d3 - d5), target + 7 &* targetStride)
  }
}
