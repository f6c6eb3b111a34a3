// The transforms of PointTransforms.swift on ten points: ±½, ±2, ±⅚, ±6⁄5, 0 and ∞. Of all
// quadruples of pairs that were tried, these err least: half as much as ±1, ±½ and ±2 with any
// fourth pair.

private enum TenPoints {
  static let low: Float = 5.0 / 6
  static let high: Float = 6.0 / 5
  static let lowSquare: Float = 25.0 / 36
  static let highSquare: Float = 36.0 / 25
}

// MARK: Values of a polynomial

/// c₀ + c₁x + …
@inline(__always)
private func polynomial(_ x: Float, _ c0: Vector, _ c1: Vector) -> Vector {
  multiplyAdd(c0, x, c1)
}

@inline(__always)
private func polynomial(_ x: Float, _ c0: Vector, _ c1: Vector, _ c2: Vector) -> Vector {
  multiplyAdd(c0, x, polynomial(x, c1, c2))
}

@inline(__always)
private func polynomial(
  _ x: Float, _ c0: Vector, _ c1: Vector, _ c2: Vector, _ c3: Vector
) -> Vector {
  multiplyAdd(c0, x, polynomial(x, c1, c2, c3))
}

enum Evaluate3At10: LineTransform {
  static var inputs: Int { 3 }
  static var outputs: Int { 10 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1, c2) = (load(source), load(source + stride), load(source + 2 &* stride))
    storePair(polynomial(0.25, c0, c2), 0.5 * c1, target, targetStride)
    storePair(polynomial(4, c0, c2), 2 * c1, target + 2 &* targetStride, targetStride)
    storePair(
      polynomial(TenPoints.lowSquare, c0, c2), TenPoints.low * c1,
      target + 4 &* targetStride, targetStride)
    storePair(
      polynomial(TenPoints.highSquare, c0, c2), TenPoints.high * c1,
      target + 6 &* targetStride, targetStride)
    store(c0, target + 8 &* targetStride)
    store(c2, target + 9 &* targetStride)
  }
}

enum Evaluate5At10: LineTransform {
  static var inputs: Int { 5 }
  static var outputs: Int { 10 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1, c2) = (load(source), load(source + stride), load(source + 2 &* stride))
    let (c3, c4) = (load(source + 3 &* stride), load(source + 4 &* stride))
    storePair(polynomial(0.25, c0, c2, c4), 0.5 * polynomial(0.25, c1, c3), target, targetStride)
    storePair(
      polynomial(4, c0, c2, c4), 2 * polynomial(4, c1, c3),
      target + 2 &* targetStride, targetStride)
    storePair(
      polynomial(TenPoints.lowSquare, c0, c2, c4),
      TenPoints.low * polynomial(TenPoints.lowSquare, c1, c3),
      target + 4 &* targetStride, targetStride)
    storePair(
      polynomial(TenPoints.highSquare, c0, c2, c4),
      TenPoints.high * polynomial(TenPoints.highSquare, c1, c3),
      target + 6 &* targetStride, targetStride)
    store(c0, target + 8 &* targetStride)
    store(c4, target + 9 &* targetStride)
  }
}

enum Evaluate6At10: LineTransform {
  static var inputs: Int { 6 }
  static var outputs: Int { 10 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1, c2) = (load(source), load(source + stride), load(source + 2 &* stride))
    let (c3, c4) = (load(source + 3 &* stride), load(source + 4 &* stride))
    let c5 = load(source + 5 &* stride)
    storePair(
      polynomial(0.25, c0, c2, c4), 0.5 * polynomial(0.25, c1, c3, c5),
      target, targetStride)
    storePair(
      polynomial(4, c0, c2, c4), 2 * polynomial(4, c1, c3, c5),
      target + 2 &* targetStride, targetStride)
    storePair(
      polynomial(TenPoints.lowSquare, c0, c2, c4),
      TenPoints.low * polynomial(TenPoints.lowSquare, c1, c3, c5),
      target + 4 &* targetStride, targetStride)
    storePair(
      polynomial(TenPoints.highSquare, c0, c2, c4),
      TenPoints.high * polynomial(TenPoints.highSquare, c1, c3, c5),
      target + 6 &* targetStride, targetStride)
    store(c0, target + 8 &* targetStride)
    store(c5, target + 9 &* targetStride)
  }
}

enum Evaluate8At10: LineTransform {
  static var inputs: Int { 8 }
  static var outputs: Int { 10 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (c0, c1, c2) = (load(source), load(source + stride), load(source + 2 &* stride))
    let (c3, c4) = (load(source + 3 &* stride), load(source + 4 &* stride))
    let (c5, c6) = (load(source + 5 &* stride), load(source + 6 &* stride))
    let c7 = load(source + 7 &* stride)
    storePair(
      polynomial(0.25, c0, c2, c4, c6), 0.5 * polynomial(0.25, c1, c3, c5, c7),
      target, targetStride)
    storePair(
      polynomial(4, c0, c2, c4, c6), 2 * polynomial(4, c1, c3, c5, c7),
      target + 2 &* targetStride, targetStride)
    storePair(
      polynomial(TenPoints.lowSquare, c0, c2, c4, c6),
      TenPoints.low * polynomial(TenPoints.lowSquare, c1, c3, c5, c7),
      target + 4 &* targetStride, targetStride)
    storePair(
      polynomial(TenPoints.highSquare, c0, c2, c4, c6),
      TenPoints.high * polynomial(TenPoints.highSquare, c1, c3, c5, c7),
      target + 6 &* targetStride, targetStride)
    store(c0, target + 8 &* targetStride)
    store(c7, target + 9 &* targetStride)
  }
}

// MARK: Transposes of evaluation

/// The sums and differences of the values at opposite points.
private struct FourPairs {
  let half: (sum: Vector, difference: Vector)
  let two: (sum: Vector, difference: Vector)
  let low: (sum: Vector, difference: Vector)
  let high: (sum: Vector, difference: Vector)

  @inline(__always)
  init(_ source: UnsafePointer<Float>, _ stride: Int) {
    half = loadPair(source, stride, 0)
    two = loadPair(source, stride, 1)
    low = loadPair(source, stride, 2)
    high = loadPair(source, stride, 3)
  }

  /// Σ point^power · value, for an even power and for an odd one.
  @inline(__always)
  func even(_ power: Int) -> Vector { weighted(power, half.sum, two.sum, low.sum, high.sum) }

  @inline(__always)
  func odd(_ power: Int) -> Vector {
    weighted(power, half.difference, two.difference, low.difference, high.difference)
  }

  @inline(__always)
  private func weighted(
    _ power: Int, _ half: Vector, _ two: Vector, _ low: Vector, _ high: Vector
  ) -> Vector {
    // The compiler folds this loop: the power is a literal wherever this is called.
    var (halfPower, twoPower): (Float, Float) = (1, 1)
    var (lowPower, highPower): (Float, Float) = (1, 1)
    for _ in 0..<power {
      halfPower *= 0.5
      twoPower *= 2
      lowPower *= TenPoints.low
      highPower *= TenPoints.high
    }
    return multiplyAdd(
      multiplyAdd(multiplyAdd(halfPower * half, twoPower, two), lowPower, low), highPower, high)
  }
}

enum EvaluateTransposed3At10: LineTransform {
  static var inputs: Int { 10 }
  static var outputs: Int { 3 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let pairs = FourPairs(source, stride)
    store(pairs.even(0) + load(source + 8 &* stride), target)
    store(pairs.odd(1), target + targetStride)
    store(pairs.even(2) + load(source + 9 &* stride), target + 2 &* targetStride)
  }
}

enum EvaluateTransposed5At10: LineTransform {
  static var inputs: Int { 10 }
  static var outputs: Int { 5 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let pairs = FourPairs(source, stride)
    store(pairs.even(0) + load(source + 8 &* stride), target)
    store(pairs.odd(1), target + targetStride)
    store(pairs.even(2), target + 2 &* targetStride)
    store(pairs.odd(3), target + 3 &* targetStride)
    store(pairs.even(4) + load(source + 9 &* stride), target + 4 &* targetStride)
  }
}

enum EvaluateTransposed6At10: LineTransform {
  static var inputs: Int { 10 }
  static var outputs: Int { 6 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let pairs = FourPairs(source, stride)
    store(pairs.even(0) + load(source + 8 &* stride), target)
    store(pairs.odd(1), target + targetStride)
    store(pairs.even(2), target + 2 &* targetStride)
    store(pairs.odd(3), target + 3 &* targetStride)
    store(pairs.even(4), target + 4 &* targetStride)
    store(pairs.odd(5) + load(source + 9 &* stride), target + 5 &* targetStride)
  }
}

enum EvaluateTransposed8At10: LineTransform {
  static var inputs: Int { 10 }
  static var outputs: Int { 8 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let pairs = FourPairs(source, stride)
    store(pairs.even(0) + load(source + 8 &* stride), target)
    store(pairs.odd(1), target + targetStride)
    store(pairs.even(2), target + 2 &* targetStride)
    store(pairs.odd(3), target + 3 &* targetStride)
    store(pairs.even(4), target + 4 &* targetStride)
    store(pairs.odd(5), target + 5 &* targetStride)
    store(pairs.even(6), target + 6 &* targetStride)
    store(pairs.odd(7) + load(source + 9 &* stride), target + 7 &* targetStride)
  }
}

// MARK: Interpolation, transposed

/// The rows of the pair ±p, from the coefficients of Π_{q ≠ p} (x² − q²), leading coefficient 1.
@inline(__always)
private func storeInterpolatedPair(
  _ point: Float, _ coefficients: (Float, Float, Float), _ low: (Vector, Vector, Vector, Vector),
  _ high: (Vector, Vector, Vector, Vector), _ target: UnsafeMutablePointer<Float>, _ stride: Int
) {
  let (e0, e1, e2) = coefficients
  storePair(
    multiplyAdd(multiplyAdd(multiplyAdd(high.3, e2, high.2), e1, high.1), e0, high.0),
    point * multiplyAdd(multiplyAdd(multiplyAdd(low.3, e2, low.2), e1, low.1), e0, low.0),
    target, stride)
}

enum InterpolateTransposed10: LineTransform {
  static var inputs: Int { 10 }
  static var outputs: Int { 10 }
  @inline(__always)
  static func apply(
    _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>,
    _ targetStride: Int
  ) {
    let (d0, d1, d2) = (load(source), load(source + stride), load(source + 2 &* stride))
    let (d3, d4) = (load(source + 3 &* stride), load(source + 4 &* stride))
    let (d5, d6) = (load(source + 5 &* stride), load(source + 6 &* stride))
    let (d7, d8) = (load(source + 7 &* stride), load(source + 8 &* stride))
    let d9 = load(source + 9 &* stride)
    let (low, high) = ((d1, d3, d5, d7), (d2, d4, d6, d8))
    // Of the squares ¼, 4, (5/6)², (6/5)²: the products of the first two and of the last two are 1.
    let (wide, narrow) = (4.25 as Float, TenPoints.lowSquare + TenPoints.highSquare)
    storeInterpolatedPair(
      0.5, (-4, 1 + 4 * narrow, -4 - narrow), low, high, target, targetStride)
    storeInterpolatedPair(
      2, (-0.25, 1 + 0.25 * narrow, -0.25 - narrow), low, high, target + 2 &* targetStride,
      targetStride)
    storeInterpolatedPair(
      TenPoints.low,
      (-TenPoints.highSquare, 1 + wide * TenPoints.highSquare, -wide - TenPoints.highSquare),
      low, high, target + 4 &* targetStride, targetStride)
    storeInterpolatedPair(
      TenPoints.high,
      (-TenPoints.lowSquare, 1 + wide * TenPoints.lowSquare, -wide - TenPoints.lowSquare), low,
      high, target + 6 &* targetStride, targetStride)
    let (outer, inner) = (-wide - narrow, 2 + wide * narrow)
    store(
      multiplyAdd(multiplyAdd(d0 + d8, outer, d2 + d6), inner, d4), target + 8 &* targetStride)
    store(
      multiplyAdd(multiplyAdd(d1 + d9, outer, d3 + d7), inner, d5), target + 9 &* targetStride)
  }
}
