import Kernels

/// Memory that all convolutions of a network use in turn. Whoever asks for it overwrites it first.
final class ConvolutionWorkspace: @unchecked Sendable {
  // Unchecked: only the thread that runs the network asks for memory.
  private var scratchOfThreads: [(first: FloatBuffer, second: FloatBuffer)] = []
  private var sharedMemory = FloatBuffer(count: 0)
  private var transposed = FloatBuffer(count: 0)

  /// Two buffers of at least so many floats for each thread, small enough to stay in its cache.
  func threadScratch(
    _ first: Int, _ second: Int, threads: Int
  ) -> [(first: FloatBuffer, second: FloatBuffer)] {
    while scratchOfThreads.count < threads {
      scratchOfThreads.append((FloatBuffer(count: 0), FloatBuffer(count: 0)))
    }
    for thread in 0..<threads {
      scratchOfThreads[thread].first = scratchOfThreads[thread].first.grown(to: first)
      scratchOfThreads[thread].second = scratchOfThreads[thread].second.grown(to: second)
    }
    return scratchOfThreads
  }

  /// One buffer of at least `count` floats that all threads share: transformed weights, the sums
  /// that become their gradients, or transformed input tiles. One use at a time.
  func sharedScratch(_ count: Int) -> FloatBuffer {
    sharedMemory = sharedMemory.grown(to: count)
    return sharedMemory
  }

  /// One buffer of at least `count` floats for weights whose input and output channels are
  /// exchanged.
  func transposedWeights(_ count: Int) -> FloatBuffer {
    transposed = transposed.grown(to: count)
    return transposed
  }
}
