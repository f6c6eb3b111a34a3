import Kernels

/// How a convolution goes through Winograd's domain: what its forward pass and its weight gradient share.
struct WinogradPlan: Sendable {
  let tiling: WinogradTiling
  /// The weights among the taps.
  let packed: PackedWeights
  let input: SpectrumChannels
  let output: SpectrumChannels
  /// The algorithm's, where kernels can read them.
  let factors: FloatBuffer

  /// nil where direct convolution is the better choice.
  init?(_ geometry: ConvolutionGeometry, _ packed: PackedWeights) {
    guard let input = SpectrumChannels(packed.depth),
      let output = SpectrumChannels(packed.channels),
      let tiling = WinogradTiling(
        geometry, inputChannels: input.count, outputChannels: output.count)
    else { return nil }
    self.tiling = tiling
    self.packed = packed
    self.input = input
    self.output = output
    factors = FloatBuffer(tiling.algorithm.factors)
  }

  var algorithm: WinogradAlgorithm { tiling.algorithm }

  /// Of a batch of maps.
  func tileCount(_ map: Shape) -> Int { map.blocks * tiling.tiles.count }

  /// The weights as spectra: points for taps, the depth padded as the maps' channels are, and by one more: at distances
  /// of powers of two all points would want the same few lines of the cache.
  var spectrum: PackedWeights {
    PackedWeights(taps: tiling.points, depth: input.count + 1, channels: packed.channels)
  }

  /// Every panel and input channel, the padding's included, shared out to the threads.
  func forEachInputChannel(
    _ context: ComputeContext, _ body: (_ panel: Int, _ depth: Int) -> Void
  ) {
    withoutActuallyEscaping(body) { body in
      context.pool.forEach(packed.panels * input.count / channelMultiple) { unit in
        for place in unit * channelMultiple..<(unit + 1) * channelMultiple {
          body(place / input.count, place % input.count)
        }
      }
    }
  }
}
