// One dimension of Winograd's transforms, on the points ±1, ±½, ±2, 0 and ∞: all of them for 8
// points, without 0 for 7, without 0 and ±2 for 5. A transformed line holds the values of each
// pair, + before −, then that of 0, then that of ∞. Their transposes are in a file of their own,
// and so are ten points.
//
// Opposite points share their even and odd halves, so a transform costs about half of the matrix
// product. Written out value by value, because the compiler keeps names in registers, but not the
// elements of arrays.
//
// Four points are for a 3×3 map and kernel (`WinogradAlgorithm.map3`): ±3⁄2 and ±½, of a polynomial
// in the basis 1, x, x² − 5⁄4.

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

/// The values of c₀ + c₁x + c₂x² at ±1, ±½ and ±2.
@inline(__always)
private func storeThreePairs(
  _ c0: Vector, _ c1: Vector, _ c2: Vector, _ target: UnsafeMutablePointer<Float>, _ stride: Int
) {
  storePair(c0 + c2, c1, target, stride)
  storePair(multiplyAdd(c0, 0.25, c2), 0.5 * c1, target + 2 &* stride, stride)
  storePair(multiplyAdd(c0, 4, c2), 2 * c1, target + 4 &* stride, stride)
}

/// The values of c₀ + c₁x + … + c₄x⁴ at ±1, ±½ and ±2.
@inline(__always)
private func storeThreePairs(
  _ c0: Vector, _ c1: Vector, _ c2: Vector, _ c3: Vector, _ c4: Vector,
  _ target: UnsafeMutablePointer<Float>, _ stride: Int
) {
  storePair(c0 + c2 + c4, c1 + c3, target, stride)
  storePair(
    multiplyAdd(multiplyAdd(c0, 0.25, c2), 0.0625, c4), multiplyAdd(0.5 * c1, 0.125, c3),
    target + 2 &* stride, stride)
  storePair(
    multiplyAdd(multiplyAdd(c0, 4, c2), 16, c4), multiplyAdd(2 * c1, 8, c3),
    target + 4 &* stride, stride)
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
    storeThreePairs(c0, c1, c2, target, targetStride)
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
    storeThreePairs(c0, c1, c2, target, targetStride)
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
    storeThreePairs(c0, c1, c2, c3, c4, target, targetStride)
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
    storeThreePairs(c0, c1, c2, c3, c4, target, targetStride)
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
