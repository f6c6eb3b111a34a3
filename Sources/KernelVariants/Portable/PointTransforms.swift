// One dimension of Winograd's transforms, on the points ±1, ±½, ±2 (the first (n − 1) / 2 pairs), 0 if n is even,
// and ∞. A spectrum holds the values of each pair, + before −, then that of 0, then that of ∞.
//
// Pairs of opposite points share their even and odd halves, so a transform costs about half of the matrix product.

/// The positive point of a pair.
@inline(__always)
private func point(_ pair: Int) -> Float { pair == 0 ? 1 : pair == 1 ? 0.5 : 2 }

/// Its square.
@inline(__always)
private func square(_ pair: Int) -> Float { pair == 0 ? 1 : pair == 1 ? 0.25 : 4 }

/// The coefficient of x^(2·term) in Π (x² − q²) over the first `pairs` pairs but `omitted`; −1 omits none.
/// The last one is 1.
@inline(__always)
private func productCoefficient(_ pairs: Int, omitting omitted: Int, _ term: Int) -> Float {
  // At most three factors: the coefficients of a product, added up factor by factor.
  var (c0, c1, c2, c3): (Float, Float, Float, Float) = (1, 0, 0, 0)
  for pair in 0..<pairs where pair != omitted {
    let s = square(pair)
    (c0, c1, c2, c3) = (-s * c0, c0 - s * c1, c1 - s * c2, c2 - s * c3)
  }
  return term == 0 ? c0 : term == 1 ? c1 : term == 2 ? c2 : c3
}

@inline(__always)
private func multiplyAdd(_ sum: Vector, _ factor: Float, _ value: Vector) -> Vector {
  factor == 1 ? sum + value : multiplyAdd(sum, Vector(repeating: factor), value)
}

/// The values at the points of the polynomial with these coefficients; at ∞, the last coefficient.
@inline(__always)
func evaluate<let size: Int, let points: Int>(
  _ coefficients: InlineArray<size, Vector>
) -> InlineArray<points, Vector> {
  let pairs = (points &- 1) / 2
  var values = InlineArray<points, Vector>.zeros
  for pair in 0..<pairs {
    // Horner in x², from the highest even and the highest odd power.
    let lastEven = (size &- 1) / 2 * 2
    let lastOdd = size / 2 * 2 &- 1
    var even = coefficients[lastEven]
    var odd = coefficients[lastOdd]
    for step in 1..<4 {
      let (evenTerm, oddTerm) = (lastEven &- 2 &* step, lastOdd &- 2 &* step)
      if evenTerm >= 0 { even = multiplyAdd(coefficients[evenTerm], square(pair), even) }
      if oddTerm >= 0 { odd = multiplyAdd(coefficients[oddTerm], square(pair), odd) }
    }
    values[2 &* pair] = multiplyAdd(even, point(pair), odd)
    values[2 &* pair &+ 1] = multiplyAdd(even, -point(pair), odd)
  }
  if points % 2 == 0 { values[2 &* pairs] = coefficients[0] }
  values[points &- 1] = coefficients[size &- 1]
  return values
}

/// The transpose of `evaluate`.
@inline(__always)
func evaluateTransposed<let size: Int, let points: Int>(
  _ values: InlineArray<points, Vector>
) -> InlineArray<size, Vector> {
  let pairs = (points &- 1) / 2
  var coefficients = InlineArray<size, Vector>.zeros
  for pair in 0..<pairs {
    let sum = values[2 &* pair] + values[2 &* pair &+ 1]
    let difference = values[2 &* pair] - values[2 &* pair &+ 1]
    var power: Float = 1
    for term in 0..<size {
      coefficients[term] = multiplyAdd(
        coefficients[term], power, term % 2 == 0 ? sum : difference)
      power *= point(pair)
    }
  }
  if points % 2 == 0 { coefficients[0] += values[2 &* pairs] }
  coefficients[size &- 1] += values[points &- 1]
  return coefficients
}

/// `size` equals `points`. Row ±p: the coefficients of (x ± p) · x^z · Π_{q ≠ p} (x² − q²), z = 1 if 0 is a point; row 0 and row ∞: those of
/// Π (x² − q²) and x^z times it. Lagrange's basis polynomials, leading coefficient 1.
@inline(__always)
func interpolateTransposed<let size: Int, let points: Int>(
  _ tile: InlineArray<size, Vector>
) -> InlineArray<points, Vector> {
  let pairs = (points &- 1) / 2
  let zero = (points &- 1) % 2
  var values = InlineArray<points, Vector>.zeros
  for pair in 0..<pairs {
    var low = tile[zero &+ 2 &* (pairs &- 1)]
    var high = tile[zero &+ 2 &* pairs &- 1]
    for term in 0..<pairs &- 1 {
      let coefficient = productCoefficient(pairs, omitting: pair, term)
      low = multiplyAdd(low, coefficient, tile[zero &+ 2 &* term])
      high = multiplyAdd(high, coefficient, tile[zero &+ 2 &* term &+ 1])
    }
    values[2 &* pair] = multiplyAdd(high, point(pair), low)
    values[2 &* pair &+ 1] = multiplyAdd(high, -point(pair), low)
  }
  for shift in 0...zero {
    var sum = tile[shift &+ 2 &* pairs]
    for term in 0..<pairs {
      sum = multiplyAdd(
        sum, productCoefficient(pairs, omitting: -1, term), tile[shift &+ 2 &* term])
    }
    values[2 &* pairs &+ shift] = sum
  }
  return values
}

/// The transpose of `interpolateTransposed`.
@inline(__always)
func interpolate<let size: Int, let points: Int>(
  _ values: InlineArray<points, Vector>
) -> InlineArray<size, Vector> {
  let pairs = (points &- 1) / 2
  let zero = (points &- 1) % 2
  var tile = InlineArray<size, Vector>.zeros
  for shift in 0...zero {
    let value = values[2 &* pairs &+ shift]
    for term in 0...pairs {
      tile[shift &+ 2 &* term] = multiplyAdd(
        tile[shift &+ 2 &* term], productCoefficient(pairs, omitting: -1, term), value)
    }
  }
  for pair in 0..<pairs {
    let high = values[2 &* pair] + values[2 &* pair &+ 1]
    let low = Vector(repeating: point(pair)) * (values[2 &* pair] - values[2 &* pair &+ 1])
    for term in 0..<pairs {
      let coefficient = productCoefficient(pairs, omitting: pair, term)
      let at = zero &+ 2 &* term
      tile[at] = multiplyAdd(tile[at], coefficient, low)
      tile[at &+ 1] = multiplyAdd(tile[at &+ 1], coefficient, high)
    }
  }
  return tile
}
