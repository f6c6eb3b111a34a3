import Kernels

/// Memory that all convolutions of a network use in turn. Contents are stale.
final class ConvolutionWorkspace: @unchecked Sendable {
  // Unchecked: only the thread that runs the network asks for memory.
  private var threadSpectra: [(first: FloatBuffer, second: FloatBuffer)] = []
  private var spectraForAll = FloatBuffer(count: 0)
  private var plainWeights = FloatBuffer(count: 0)

  /// Two spectra for each thread, or other memory that stays in its cache.
  func spectra(
    _ first: Int, _ second: Int, threads: Int
  ) -> [(first: FloatBuffer, second: FloatBuffer)] {
    while threadSpectra.count < threads {
      threadSpectra.append((FloatBuffer(count: 0), FloatBuffer(count: 0)))
    }
    for thread in 0..<threads {
      threadSpectra[thread].first = threadSpectra[thread].first.grown(to: first)
      threadSpectra[thread].second = threadSpectra[thread].second.grown(to: second)
    }
    return threadSpectra
  }

  /// What all threads share of spectra, one at a time: those of weights, the sums that become their gradients, or those
  /// of an input.
  func sharedSpectra(_ count: Int) -> FloatBuffer {
    spectraForAll = spectraForAll.grown(to: count)
    return spectraForAll
  }

  /// Weights with input and output channels exchanged.
  func transposedWeights(_ count: Int) -> FloatBuffer {
    plainWeights = plainWeights.grown(to: count)
    return plainWeights
  }
}
