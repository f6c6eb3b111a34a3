import Kernels

/// What the forward pass and the weight gradient of a convolution in the Winograd domain share.
struct WinogradPlan: Sendable {
  let tiling: WinogradTiling
  /// How the weights lie, by taps.
  let packed: PackedWeights
  let input: ChannelPanels
  let output: ChannelPanels
  /// The algorithm's factors, where kernels can read them.
  let factors: FloatBuffer

  /// nil where direct convolution is the better choice.
  init?(_ geometry: ConvolutionGeometry, _ packed: PackedWeights) {
    guard let input = ChannelPanels(packed.depth),
      let output = ChannelPanels(packed.channels),
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

  /// Tiles of a batch of maps.
  func tileCount(_ map: Shape) -> Int { map.blocks * tiling.tiles.count }

  /// How the transformed weights lie: points in place of taps, the depth padded as the maps'
  /// channels are and by one more, because at distances of powers of two all points would fall into
  /// the same few sets of the cache.
  var transformedWeights: PackedWeights {
    PackedWeights(taps: tiling.points, depth: input.count + 1, channels: packed.channels)
  }

  /// Calls `body` with every panel and input channel, those of the padding too, on all threads.
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
