/// How a convolution's weights lie in memory: `[panels, taps, depth, width]`, a panel being 32
/// output channels, or 16 for the last if that is enough. Channels beyond the real ones have zero
/// weights.
package struct PackedWeights: Sendable, Equatable {
  package let taps: Int
  /// Input channels.
  package let depth: Int
  /// Output channels.
  package let channels: Int

  package init(taps: Int, depth: Int, channels: Int) {
    self.taps = taps
    self.depth = depth
    self.channels = channels
  }

  package var paddedChannels: Int { padded(channels) }
  package var panels: Int { (paddedChannels + panelWidth - 1) / panelWidth }
  package var count: Int { taps * depth * paddedChannels }

  /// 32 or 16.
  package func width(_ panel: Int) -> Int { min(panelWidth, paddedChannels - panel * panelWidth) }

  package func panelStart(_ panel: Int) -> Int { panel * panelWidth * taps * depth }

  package func offset(channel: Int, input: Int, tap: Int) -> Int {
    let panel = channel / panelWidth
    return panelStart(panel) + (tap * depth + input) * width(panel) + channel % panelWidth
  }

  /// Writes the weights of the input gradient: input and output channels exchanged, taps as they
  /// are.
  package func transpose(
    _ source: UnsafePointer<Float>, to destination: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    let transposed = PackedWeights(taps: taps, depth: channels, channels: depth)
    // A panel at a time, so that the rows which its channels become stay in the cache. Padding is
    // not copied: in the destination it is zero from the start.
    pool.forEach(taps * panels) { unit in
      let (tap, panel) = (unit / panels, unit % panels)
      let first = panel * panelWidth
      let (sourceWidth, count) = (width(panel), min(width(panel), channels - first))
      let rows = source + panelStart(panel) + tap * depth * sourceWidth
      for input in 0..<depth {
        let width = transposed.width(input / panelWidth)
        let target =
          destination + transposed.panelStart(input / panelWidth) + (tap * channels + first) * width
          + input % panelWidth
        for channel in 0..<count {
          target[channel * width] = rows[input * sourceWidth + channel]
        }
      }
    }
  }
}

/// `channels` rounded up to whole vectors.
package func padded(_ channels: Int) -> Int {
  (channels + channelMultiple - 1) / channelMultiple * channelMultiple
}
