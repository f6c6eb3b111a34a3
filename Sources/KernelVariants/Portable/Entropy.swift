import KernelInterface

/// x ln x in every lane, 0 where x is 0; x must not be negative.
///
/// With x = 2ᵉ m, m between √½ and √2, and s = (m − 1)/(m + 1): ln m = 2 (s + s³/3 + s⁵/5 + …).
/// What is left out after s¹⁹ is below 10⁻¹⁷ of it.
@inline(__always)
private func entropyTerms(_ x: DoubleVector) -> DoubleVector {
  // Nothing beside what is not 0, and gives 0 a logarithm.
  let argument = x + DoubleVector(repeating: 0x1p-1000)
  // The exponent's bits are e + 1023 when those of √½ are taken off the mantissa first.
  let rootBits = DoubleBits(repeating: 0.5.squareRoot().bitPattern)
  let bits =
    unsafeBitCast(argument, to: DoubleBits.self) &- rootBits
    &+ DoubleBits(repeating: 1023 << 52)
  let mantissa = unsafeBitCast(
    (bits & DoubleBits(repeating: 1 << 52 - 1)) &+ rootBits, to: DoubleVector.self)
  // The lowest bits of 2⁵² are its integer: instructions that convert 64 bits are rare.
  let integer = DoubleBits(repeating: 0x1p52.bitPattern)
  let exponent =
    unsafeBitCast((bits &>> DoubleBits(repeating: 52)) | integer, to: DoubleVector.self)
    - DoubleVector(repeating: 0x1p52 + 1023)
  // m + 1 follows from m − 1, because the compiler tangles the lanes of both when they stand alone.
  let aboveOne = mantissa - DoubleVector(repeating: 1)
  let s = aboveOne / (aboveOne + DoubleVector(repeating: 2))
  let square = s * s
  var series = DoubleVector(repeating: 2.0 / 19)
  series = multiplyAdd(DoubleVector(repeating: 2.0 / 17), series, square)
  series = multiplyAdd(DoubleVector(repeating: 2.0 / 15), series, square)
  series = multiplyAdd(DoubleVector(repeating: 2.0 / 13), series, square)
  series = multiplyAdd(DoubleVector(repeating: 2.0 / 11), series, square)
  series = multiplyAdd(DoubleVector(repeating: 2.0 / 9), series, square)
  series = multiplyAdd(DoubleVector(repeating: 2.0 / 7), series, square)
  series = multiplyAdd(DoubleVector(repeating: 2.0 / 5), series, square)
  series = multiplyAdd(DoubleVector(repeating: 2.0 / 3), series, square)
  series = multiplyAdd(DoubleVector(repeating: 2), series, square)
  return x * multiplyAdd(s * series, exponent, DoubleVector(repeating: 0.693147180559945309417))
}

/// Σ_k f(a_k + b_k) with f(x) = x ln x.
func sumEntropyTerms(
  _ count: Int, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>
) -> Double {
  var sum = DoubleVector(repeating: 0)
  for start in stride(from: 0, to: count, by: DoubleVector.scalarCount) {
    sum += entropyTerms(load(a + start) + load(b + start))
  }
  return sum.sum()
}

func changeMergeCosts(
  _ arguments: MergeArguments, _ count: Int, _ costs: UnsafeMutablePointer<Double>
) {
  let own = DoubleVector(repeating: arguments.ownFirst)
  let ownSecond = DoubleVector(repeating: arguments.ownSecond)
  let ownChange = DoubleVector(repeating: arguments.ownChange)
  for start in stride(from: 0, to: count, by: DoubleVector.scalarCount) {
    let first = load(arguments.first + start) + own
    let second = load(arguments.second + start) + ownSecond
    let gap =
      entropyTerms(first) + entropyTerms(second) - entropyTerms(first + second)
      + (load(arguments.changes + start) + ownChange)
    store(multiplyAdd(load(costs + start), gap, DoubleVector(repeating: 2)), costs + start)
  }
}
