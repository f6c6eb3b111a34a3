import KernelInterface

/// Runs multiply-adds that hardly touch memory, `rounds` times 24 vectors (fewer where the register
/// file is smaller), to measure the processor's peak. The result depends on every one of them, so
/// the compiler keeps them all.
func multiplyAddPeak(_ rounds: Int) -> Float {
  // Not constants, or the compiler would compute the sum itself.
  let left = Vector(repeating: Float(rounds) * 1e-20)
  let right = Vector(repeating: Float(rounds & 3) * 0.25)
  return withUnsafeTemporaryAllocation(
    of: Float.self, capacity: convolutionRows &* 2 &* lanes
  ) { memory in
    let memory = memory.baseAddress!
    // The factors differ from row to row, or all rows would be one sum. They are not constants, or
    // a multiplication by 1 would become an addition. They change with the round, or they would
    // stay in registers that the sums need.
    for row in 0..<convolutionRows &+ 8 { memory[row] = Float(rounds &+ row) * 1e-7 }
    var sums = ConvolutionRows<VectorPairSum>()
    for round in 0..<rounds {
      sums.accumulate(Broadcasts(first: memory + (round & 7), stride: 1), times: (left, right))
    }
    sums.store(to: memory, 2 &* lanes, lanes)
    return (0..<convolutionRows &* 2 &* lanes).reduce(0) { $0 + memory[$1] }
  }
}
