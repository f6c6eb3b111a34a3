import Kernels

/// Tiles whose spectra are in memory together: `[points², panels, capacity, 12, panel]`.
///
/// So a point's part of the weight gradient is what the direct convolution's kernel computes, tiles for pixels.
struct TileGroup {
  let capacity: Int
  let tiling: WinogradTiling
  /// Of images in the batch.
  let blocks: Int
  let order: Order

  /// How the tiles of a batch are counted.
  enum Order {
    /// All of a block of images, then all of the next: neighbours, which overlap, are read one after the other.
    case blockByBlock
    /// The first of every block, then the second of every block: of a group, those that need a point are neighbours.
    case tileByTile
  }

  /// Which of a convolution's maps a tile belongs to.
  enum Side {
    case input
    case output
  }

  /// The size of groups of nearly the same size that `tiles` are cut into.
  static func evenCapacity(_ tiles: Int, atMost capacity: Int) -> Int {
    let groups = (tiles + capacity - 1) / capacity
    return (tiles + groups - 1) / groups
  }

  /// Floats from one point to the next. A cache line more than needed: the transforms walk all points side by side,
  /// and at a distance of a power of two they would all want the same few lines of the cache.
  func pointFloats(_ channels: SpectrumChannels) -> Int {
    capacity * imageBlock * channels.count + 16
  }

  /// Floats of a panel of one point.
  func panelFloats(_ channels: SpectrumChannels) -> Int { capacity * imageBlock * channels.width }

  func count(_ channels: SpectrumChannels) -> Int { tiling.points * pointFloats(channels) }

  /// The block of a tile of the batch, and the tile's number among those of a block.
  private func place(_ index: Int) -> (block: Int, number: Int) {
    switch order {
    case .blockByBlock: (index / tiling.tiles.count, index % tiling.tiles.count)
    case .tileByTile: (index % blocks, index / blocks)
    }
  }

  /// The runs of neighbours among some tiles of the batch that need the product at a point, as places from the first.
  func forEachRun(_ tiles: Range<Int>, at point: Int, _ body: (Range<Int>) -> Void) {
    var first: Int?
    for index in tiles {
      let isNeeded = tiling.needs(point, tile: place(index).number)
      let here = index - tiles.lowerBound
      if let run = first, !isNeeded { body(run..<here) }
      first = isNeeded ? first ?? here : nil
    }
    if let first { body(first..<tiles.count) }
  }

  /// Map → spectra or back, of some tiles of the batch and one panel of channels.
  ///
  /// - Parameters:
  ///   - panel: of the map's channels.
  ///   - channels: the spectra's.
  ///   - spectra: those of the panel.
  ///   - accumulates: whether what is written to the map adds to what is there.
  ///   - moments: Σx and Σx² of what is written are added to these, `[tiles of the batch, 2, map's channels]`.
  func transform(
    _ transform: TileTransform, _ map: Tensor, _ side: Side, _ tiles: Range<Int>, _ panel: Int,
    _ channels: SpectrumChannels, _ spectra: UnsafeMutablePointer<Float>, _ kernels: KernelTable,
    accumulates: Bool = false, moments: FloatBuffer? = nil
  ) {
    for index in tiles {
      let (block, number) = place(index)
      let tile = tiling.tiles[number]
      let mapChannels = map.shape.channelStride
      let sums = moments.map { $0.pointer + index * 2 * mapChannels + panel * channels.width }
      kernels.transformTile(
        transform,
        TileArguments(
          map: map.block(block) + panel * channels.width, height: map.shape.height,
          width: map.shape.width, stride: map.shape.channelStride,
          row: side == .input ? tile.inputRow : tile.outputRow,
          column: side == .input ? tile.inputColumn : tile.outputColumn,
          step: side == .input ? tiling.inputStep : tiling.outputStep,
          spectrum: spectra + (index - tiles.lowerBound) * imageBlock * channels.width,
          pointStride: pointFloats(channels), panel: channels.width, accumulates: accumulates,
          moments: sums.map { ($0, $0 + mapChannels) }))
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
