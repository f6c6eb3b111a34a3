import Kernels

/// A way to get `outputs` × `outputs` pixels of a convolution from `points` × `points`
/// multiplications a channel pair (Winograd 1980; Lavin, Gray 2016):
/// y = Aᵀ [(G w Gᵀ) ⊙ (Bᵀ d B)] A. It is the product of two polynomials, known by their values at
/// some points (`WinogradPoints`).
struct WinogradAlgorithm: Sendable, Equatable {
  /// n in each dimension.
  let points: Int
  /// m: output pixels of a tile in each dimension.
  let outputs: Int
  /// Transforms a tile of the input: Bᵀ d B.
  let inputTransform: TileTransform
  /// Transforms products back to a tile of the output: Aᵀ M A.
  let outputTransform: TileTransform
  /// Transforms a tile of the output's gradient: A dY Aᵀ, the transpose of `outputTransform`.
  let outputGradientTransform: TileTransform
  /// Transforms the taps of a weight, but for the factors: G w Gᵀ.
  let weightTransform: TileTransform
  /// Transforms products back to the gradient of the taps: the transpose of `weightTransform`.
  let weightGradientTransform: TileTransform
  /// `[points, points]`, what the transform of the taps leaves out: in each dimension
  /// 1 / Π (point − other finite points), the factor of Lagrange's basis polynomials.
  let factors: [Float]

  /// F(m, r): m outputs of r taps read m + r − 1 inputs, as many as there are points: 5, 7, 8 or
  /// 10.
  static func tiled(outputs: Int, kernel: Int) -> WinogradAlgorithm {
    let points = outputs + kernel - 1
    return WinogradAlgorithm(
      points: points, outputs: outputs,
      inputTransform: .interpolateTransposed(points: points),
      outputTransform: .evaluateTransposed(size: outputs, points: points),
      outputGradientTransform: .evaluate(size: outputs, points: points),
      weightTransform: .evaluate(size: kernel, points: points),
      weightGradientTransform: .evaluateTransposed(size: kernel, points: points),
      factors: WinogradPoints(count: points).factors)
  }

  /// A 3×3 kernel on a 3×3 map, padding 1: four points, where F(3, 3) needs five.
  ///
  /// Zeros around a map that is one tile are inputs that need no multiplication; WINOGRAD.md has
  /// the derivation.
  static let map3 = WinogradAlgorithm(
    points: 4, outputs: 3,
    inputTransform: .evaluate(size: 3, points: 4),
    outputTransform: .evaluateTransposed(size: 3, points: 4),
    outputGradientTransform: .evaluate(size: 3, points: 4),
    weightTransform: .evaluate(size: 3, points: 4),
    weightGradientTransform: .evaluateTransposed(size: 3, points: 4),
    factors: WinogradPoints(count: 4).factors)

  /// A 5×5 kernel on a 3×3 map, padding 2. Each output sees all 3 inputs of a row and of the 5 taps
  /// another 3: F(3, 3) with the map in the kernel's place and the kernel in the map's, outputs in
  /// reverse.
  static let kernel5Map3 = WinogradAlgorithm(
    points: 5, outputs: 3,
    inputTransform: .evaluate(size: 3, points: 5),
    outputTransform: .evaluateTransposed(size: 3, points: 5),
    outputGradientTransform: .evaluate(size: 3, points: 5),
    weightTransform: .interpolateTransposed(points: 5),
    weightGradientTransform: .interpolate(points: 5),
    factors: WinogradPoints(count: 5).factors)
}

/// The points of the kernels' transforms in their order: pairs of opposite points, then 0 for an
/// even count, then ∞, which is nil. Four are two pairs.
struct WinogradPoints {
  let all: [Double?]

  init(count: Int) {
    if count == 4 {
      all = [1.5, -1.5, 0.5, -0.5]
      return
    }
    let positive: [Double] = count <= 8 ? [1, 0.5, 2] : [0.5, 2, 5.0 / 6, 6.0 / 5]
    let pairs = positive.prefix((count - 1) / 2).flatMap { [$0, -$0] }
    all = pairs + (count % 2 == 0 ? [0] : []) + [nil]
  }

  private var finite: [Double] { all.compactMap(\.self) }

  /// For two dimensions, `[all, all]`.
  var factors: [Float] {
    let single = all.map { point in
      point.map { point in
        1 / finite.filter { $0 != point }.reduce(1) { $0 * (point - $1) }
      } ?? 1
    }
    return single.flatMap { row in single.map { Float(row * $0) } }
  }
}
