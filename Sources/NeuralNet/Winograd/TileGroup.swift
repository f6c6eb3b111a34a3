import Kernels

/// Tiles whose spectra are in memory together: `[points², panels, capacity, 12, panel]`.
///
/// So a point's part of the weight gradient is what the direct convolution's kernel computes, tiles for pixels.
struct TileGroup {
  let capacity: Int
  let tiling: WinogradTiling

  /// Which of a convolution's maps a tile belongs to.
  enum Side {
    case input
    case output
  }

  /// Floats from one point to the next. A cache line more than needed: the transforms walk all points side by side,
  /// and at a distance of a power of two they would all want the same few lines of the cache.
  func pointFloats(_ channels: SpectrumChannels) -> Int {
    capacity * imageBlock * channels.count + 16
  }

  /// Floats of a panel of one point.
  func panelFloats(_ channels: SpectrumChannels) -> Int { capacity * imageBlock * channels.width }

  func count(_ channels: SpectrumChannels) -> Int { tiling.points * pointFloats(channels) }

  /// Map → spectra or back, of some tiles of the batch and one panel of channels.
  ///
  /// - Parameters:
  ///   - panel: of the map's channels.
  ///   - channels: the spectra's.
  ///   - spectra: those of the panel.
  ///   - accumulates: whether what is written to the map adds to what is there.
  func transform(
    _ transform: TileTransform, _ map: Tensor, _ side: Side, _ tiles: Range<Int>, _ panel: Int,
    _ channels: SpectrumChannels, _ spectra: UnsafeMutablePointer<Float>, _ kernels: KernelTable,
    accumulates: Bool = false
  ) {
    for index in tiles {
      let (block, number) = index.quotientAndRemainder(dividingBy: tiling.tiles.count)
      let tile = tiling.tiles[number]
      kernels.transformTile(
        transform,
        TileArguments(
          map: map.block(block) + panel * channels.width, height: map.shape.height,
          width: map.shape.width, stride: map.shape.channelStride,
          row: side == .input ? tile.inputRow : tile.outputRow,
          column: side == .input ? tile.inputColumn : tile.outputColumn,
          step: side == .input ? tiling.inputStep : tiling.outputStep,
          spectrum: spectra + (index - tiles.lowerBound) * imageBlock * channels.width,
          pointStride: pointFloats(channels), panel: channels.width, accumulates: accumulates))
    }
  }
}

/// How channels are cut into panels in a spectrum: all 32 wide, or one of 16.
struct SpectrumChannels {
  let count: Int
  let width: Int
  var panels: Int { count / width }
  /// A single one of them.
  var panel: SpectrumChannels { SpectrumChannels(count: width, width: width) }

  /// nil for a number of channels that does not fill panels of one width.
  init?(_ channels: Int) {
    self.init(count: padded(channels), width: min(padded(channels), panelWidth))
    if count % width != 0 { return nil }
  }

  private init(count: Int, width: Int) {
    self.count = count
    self.width = width
  }
}
