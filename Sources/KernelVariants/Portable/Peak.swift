import KernelInterface

/// Multiplies and adds with next to no memory in the way, `rounds` times 24 vectors (fewer where the register file is
/// smaller): what the processor can do. Returns something that depends on all of it.
func multiplyAddPeak(_ rounds: Int) -> Float {
  // Not constants, or the sum would be known at compile time.
  let left = Vector(repeating: Float(rounds) * 1e-20)
  let right = Vector(repeating: Float(rounds & 3) * 0.25)
  return withUnsafeTemporaryAllocation(
    of: Float.self, capacity: convolutionRows &* 2 &* lanes
  ) { memory in
    let memory = memory.baseAddress!
    // Different factors, or all rows would be the same sum; not constants, or one would be an addition; and others the
    // next round, or they would take registers from the sums.
    for row in 0..<convolutionRows &+ 8 { memory[row] = Float(rounds &+ row) * 1e-7 }
    var sums = ConvolutionRows<VectorPairSum>()
    for round in 0..<rounds {
      sums.accumulate(Broadcasts(first: memory + (round & 7), stride: 1), times: (left, right))
    }
    sums.store(to: memory, 2 &* lanes, lanes)
    return (0..<convolutionRows &* 2 &* lanes).reduce(0) { $0 + memory[$1] }
  }
}
