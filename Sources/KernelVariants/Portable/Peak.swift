import KernelInterface

/// Multiplies and adds in registers alone, `rounds` times 24 vectors (fewer where the register file is smaller):
/// what the processor can do when no memory is in the way. Returns something that depends on all of it.
func multiplyAddPeak(_ rounds: Int) -> Float {
  var left = ConvolutionTile.zeros
  var right = ConvolutionTile.zeros
  // Not constants, or the sum would be known at compile time.
  let a = Vector(repeating: Float(rounds) * 1e-20)
  let b = Vector(repeating: Float(rounds & 3) * 0.25)
  for _ in 0..<rounds {
    for row in 0..<convolutionRows {
      left[row] = multiplyAdd(a, left[row], b)
      right[row] = multiplyAdd(b, right[row], b)
    }
  }
  var sum = Vector(repeating: 0)
  for row in 0..<convolutionRows { sum += left[row] + right[row] }
  return sum.sum()
}
