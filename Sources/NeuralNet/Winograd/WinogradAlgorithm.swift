import Kernels

/// A way to get `outputs` × `outputs` pixels of a convolution from `points` × `points` multiplications a channel
/// pair (Winograd 1980; Lavin, Gray 2016): y = Aᵀ [(G w Gᵀ) ⊙ (Bᵀ d B)] A, as the product of two polynomials,
/// known by their values at the points 0, ±1, ±½, ±2 and ∞ (as many of them as are needed).
struct WinogradAlgorithm: Sendable, Equatable {
  /// n in each dimension.
  let points: Int
  /// r: taps of the kernel in each dimension.
  let kernel: Int
  /// m: output pixels of a tile in each dimension.
  let outputs: Int
  /// Input pixels of a tile in each dimension.
  let inputs: Int
  /// Map → spectrum, of an input tile: Bᵀ d B.
  let inputTransform: TileTransform
  /// Spectrum → map, of an output tile: Aᵀ M A.
  let outputTransform: TileTransform
  /// Its transpose: map → spectrum.
  let outputGradientTransform: TileTransform
  /// G, `[points, kernel]`, row by row.
  let weightMatrix: [Float]

  /// F(m, r): m outputs of r taps read m + r − 1 inputs, as many as there are points: 5, 7 or 8.
  static func tiled(outputs: Int, kernel: Int) -> WinogradAlgorithm {
    let points = outputs + kernel - 1
    let weightMatrix = WinogradPoints(count: points).rows { point, factor in
      (0..<kernel).map { power in
        factor * (point.map { $0.power(power) } ?? (power == kernel - 1 ? 1 : 0))
      }
    }
    return WinogradAlgorithm(
      points: points, kernel: kernel, outputs: outputs, inputs: points,
      inputTransform: .interpolateTransposed(points: points),
      outputTransform: .evaluateTransposed(size: outputs, points: points),
      outputGradientTransform: .evaluate(size: outputs, points: points),
      weightMatrix: weightMatrix)
  }

  /// A 5×5 kernel on a 3×3 map, padding 2. Each output sees all 3 inputs of a row and of the 5 taps another 3:
  /// F(3, 3) with the map in the kernel's place and the kernel in the map's, outputs in reverse.
  static let kernel5Map3: WinogradAlgorithm = {
    let points = WinogradPoints(count: 5)
    return WinogradAlgorithm(
      points: 5, kernel: 5, outputs: 3, inputs: 3,
      inputTransform: .evaluate(size: 3, points: 5),
      outputTransform: .evaluateTransposed(size: 3, points: 5),
      outputGradientTransform: .evaluate(size: 3, points: 5),
      weightMatrix: points.rows { point, factor in
        points.product(omitting: point).map { factor * $0 }
      })
  }()
}

/// The points of the kernels' transforms in their order: pairs of opposite points, then 0 for an even count, then ∞,
/// which is nil.
struct WinogradPoints {
  let all: [Double?]

  init(count: Int) {
    let pairs = [1, 0.5, 2].prefix((count - 1) / 2).flatMap { [$0, -$0] }
    all = pairs + (count % 2 == 0 ? [0] : []) + [nil]
  }

  private var finite: [Double] { all.compactMap(\.self) }

  /// A matrix of one row a point; `row` is told the point and 1 / Π (point − other finite points), the factor that
  /// Lagrange's basis polynomials want and the kernels leave out; 1 for ∞.
  func rows(_ row: (_ point: Double?, _ factor: Double) -> [Double]) -> [Float] {
    all.flatMap { point in
      let others = finite.filter { $0 != point }
      let factor = point.map { point in 1 / others.reduce(1) { $0 * (point - $1) } } ?? 1
      return row(point, factor).map { Float($0) }
    }
  }

  /// The coefficients of Π (x − q) over the finite points but `omitted`, constant first, one for each point.
  func product(omitting omitted: Double?) -> [Double] {
    var coefficients = [1.0]
    for point in finite where point != omitted {
      let shifted = [0] + coefficients
      let scaled = coefficients.map { -point * $0 } + [0]
      coefficients = zip(shifted, scaled).map { $0 + $1 }
    }
    return coefficients + Array(repeating: 0, count: all.count - coefficients.count)
  }
}

extension Double {
  fileprivate func power(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * self }
  }
}
