// The transposes of the transforms of PointTransforms.swift: sums of values at the points, each
// times a power of its point.

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

/// The transpose of evaluation at ±1, ±½ and ±2: sums of the values there times a power of the
/// point.
private struct ThreePairs {
  private let one: (sum: Vector, difference: Vector)
  private let half: (sum: Vector, difference: Vector)
  private let two: (sum: Vector, difference: Vector)

  @inline(__always)
  init(_ source: UnsafePointer<Float>, _ stride: Int) {
    one = loadPair(source, stride, 0)
    half = loadPair(source, stride, 1)
    two = loadPair(source, stride, 2)
  }

  var sum0: Vector {
    @inline(__always) get { one.sum + half.sum + two.sum }
  }
  var sum1: Vector {
    @inline(__always) get {
      multiplyAdd(multiplyAdd(one.difference, 0.5, half.difference), 2, two.difference)
    }
  }
  var sum2: Vector {
    @inline(__always) get { multiplyAdd(multiplyAdd(one.sum, 0.25, half.sum), 4, two.sum) }
  }
  var sum3: Vector {
    @inline(__always) get {
      multiplyAdd(multiplyAdd(one.difference, 0.125, half.difference), 8, two.difference)
    }
  }
  var sum4: Vector {
    @inline(__always) get { multiplyAdd(multiplyAdd(one.sum, 0.0625, half.sum), 16, two.sum) }
  }
  var sum5: Vector {
    @inline(__always) get {
      multiplyAdd(multiplyAdd(one.difference, 0.03125, half.difference), 32, two.difference)
    }
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
    let pairs = ThreePairs(source, stride)
    store(pairs.sum0, target)
    store(pairs.sum1, target + targetStride)
    store(pairs.sum2 + load(source + 6 &* stride), target + 2 &* targetStride)
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
    let pairs = ThreePairs(source, stride)
    store(pairs.sum0 + load(source + 6 &* stride), target)
    store(pairs.sum1, target + targetStride)
    store(pairs.sum2 + load(source + 7 &* stride), target + 2 &* targetStride)
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
    let pairs = ThreePairs(source, stride)
    store(pairs.sum0, target)
    store(pairs.sum1, target + targetStride)
    store(pairs.sum2, target + 2 &* targetStride)
    store(pairs.sum3, target + 3 &* targetStride)
    store(pairs.sum4 + load(source + 6 &* stride), target + 4 &* targetStride)
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
    let pairs = ThreePairs(source, stride)
    store(pairs.sum0 + load(source + 6 &* stride), target)
    store(pairs.sum1, target + targetStride)
    store(pairs.sum2, target + 2 &* targetStride)
    store(pairs.sum3 + load(source + 7 &* stride), target + 3 &* targetStride)
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
    let pairs = ThreePairs(source, stride)
    store(pairs.sum0 + load(source + 6 &* stride), target)
    store(pairs.sum1, target + targetStride)
    store(pairs.sum2, target + 2 &* targetStride)
    store(pairs.sum3, target + 3 &* targetStride)
    store(pairs.sum4 + load(source + 7 &* stride), target + 4 &* targetStride)
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
    let pairs = ThreePairs(source, stride)
    store(pairs.sum0 + load(source + 6 &* stride), target)
    store(pairs.sum1, target + targetStride)
    store(pairs.sum2, target + 2 &* targetStride)
    store(pairs.sum3, target + 3 &* targetStride)
    store(pairs.sum4, target + 4 &* targetStride)
    store(pairs.sum5 + load(source + 7 &* stride), target + 5 &* targetStride)
  }
}
