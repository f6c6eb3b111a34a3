import Kernels

/// Transformed tiles that are in memory together: `[points², panels, capacity, 12, panel]`.
///
/// At one point they lie as the pixels of a map do, so the direct convolution's kernel computes the
/// weight gradient of that point.
struct TileGroup {
  let capacity: Int
  let tiling: WinogradTiling
  /// Blocks of 12 images in the batch.
  let blocks: Int
  let order: Order

  /// How the tiles of a batch are counted.
  enum Order {
    /// All tiles of a block of images, then all of the next. Neighbours overlap, and are read one
    /// after the other.
    case blockByBlock
    /// The first tile of every block, then the second of every block. The tiles of a group that
    /// need a point are then neighbours.
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

  /// Floats from one point to the next. A cache line more than needed: the transforms walk all
  /// points side by side, and at a distance of a power of two all would fall into the same few sets
  /// of the cache.
  func floatsPerPoint(_ channels: ChannelPanels) -> Int {
    capacity * imageBlock * channels.count + 16
  }

  /// Floats of one panel at one point.
  func floatsPerPanel(_ channels: ChannelPanels) -> Int { capacity * imageBlock * channels.width }

  /// Floats of the whole group.
  func floats(_ channels: ChannelPanels) -> Int { tiling.points * floatsPerPoint(channels) }

  /// The block that a tile of the batch belongs to, and the tile's number within the block.
  private func place(_ index: Int) -> (block: Int, number: Int) {
    switch order {
    case .blockByBlock: (index / tiling.tiles.count, index % tiling.tiles.count)
    case .tileByTile: (index % blocks, index / blocks)
    }
  }

  /// Calls `body` with each run of neighbours, among some tiles of the batch, that need the product
  /// at a point. A run counts from the first of these tiles.
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

  /// Transforms some tiles of the batch, one panel of channels, into or out of the Winograd domain.
  ///
  /// - Parameters:
  ///   - panel: which panel of the map's channels.
  ///   - channels: how the transformed tiles' channels are cut into panels.
  ///   - transformed: the transformed tiles of this panel.
  ///   - accumulates: whether what is written to the map adds to what is there.
  ///   - statistics: `[tiles of the batch, 2, map's channels]`, to which Σx and Σx² of what is
  ///     written are added.
  func transform(
    _ transform: TileTransform, _ map: Tensor, _ side: Side, _ tiles: Range<Int>, _ panel: Int,
    _ channels: ChannelPanels, _ transformed: UnsafeMutablePointer<Float>, _ kernels: KernelTable,
    accumulates: Bool = false, statistics: FloatBuffer? = nil
  ) {
    for index in tiles {
      let (block, number) = place(index)
      let tile = tiling.tiles[number]
      let mapChannels = map.shape.channelStride
      let sums = statistics.map { $0.pointer + index * 2 * mapChannels + panel * channels.width }
      kernels.transformTile(
        transform,
        TileArguments(
          map: map.block(block) + panel * channels.width, height: map.shape.height,
          width: map.shape.width, stride: map.shape.channelStride,
          row: side == .input ? tile.inputRow : tile.outputRow,
          column: side == .input ? tile.inputColumn : tile.outputColumn,
          step: side == .input ? tiling.inputStep : tiling.outputStep,
          transformed: transformed + (index - tiles.lowerBound) * imageBlock * channels.width,
          pointStride: floatsPerPoint(channels), panel: channels.width, accumulates: accumulates,
          statistics: sums.map { ($0, $0 + mapChannels) }))
    }
  }
}

/// How the channels of transformed tiles are cut into panels: all of width 32, or a single one of
/// 16.
struct ChannelPanels {
  let count: Int
  let width: Int
  var panels: Int { count / width }
  /// A single one of these panels.
  var panel: ChannelPanels { ChannelPanels(count: width, width: width) }

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
