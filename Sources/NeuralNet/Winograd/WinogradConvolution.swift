import Kernels

/// A convolution by Winograd's algorithm: the forward pass of a layer or, with its weights turned
/// round, the input gradient. The map's transformed tiles are multiplied point by point with the
/// transformed weights, (tiles · images × depth) · (depth × channels), and the products transformed
/// back.
///
/// There are three ways to share out the work:
/// - Few weights: a thread takes a group of tiles through all three stages, in memory of its own
///   that stays in its cache.
/// - Many weights, a small input: all threads share the transformed input, and each takes panels of
///   output channels through the other stages. So each weight is read once.
/// - Many weights, a large input: all threads take a large group of tiles through one stage after
///   the other, each thread at other points.
final class WinogradConvolution {
  private let plan: WinogradPlan
  private let isFlipped: Bool
  private let context: ComputeContext

  /// - Parameter flipped: whether the taps are in reverse, as for the input gradient.
  init(_ plan: WinogradPlan, flipped: Bool, context: ComputeContext) {
    self.plan = plan
    self.context = context
    isFlipped = flipped
  }

  /// Overwrites `result`, or adds to it. `weights` lie as the plan's `packed` says.
  ///
  /// - Parameter statistics: `[tileCount, 2, channelStride]`, to which Σx and Σx² of each channel
  ///   of each tile of the result are added; nil if nobody needs them, as when `result` is added
  ///   to.
  func convolve(
    _ map: Tensor, _ weights: FloatBuffer, to result: Tensor, accumulates: Bool,
    statistics: FloatBuffer? = nil
  ) {
    precondition(statistics == nil || !accumulates, "statistics of a result that is added to")
    let tiles = plan.tileCount(map.shape)
    if tiles == 0 { return }
    let result = Result(map: result, accumulates: accumulates, statistics: statistics)
    let inputBytes = 4 * tiles * plan.tiling.points * imageBlock * plan.input.count
    if 4 * plan.transformedWeights.count <= WinogradConvolution.ownWeightBytes {
      convolveApart(map, transformWeights(weights), tiles, to: result)
    } else if inputBytes <= WinogradConvolution.sharedInputBytes,
      plan.output.panels >= 2 * context.pool.threads
    {
      convolvePanels(map, weights, tiles, to: result)
    } else {
      convolveTogether(map, transformWeights(weights), tiles, to: result)
    }
  }

  /// Tiles of a batch of input maps.
  func tileCount(_ input: Shape) -> Int { plan.tileCount(input) }

  /// Where a convolution writes its output.
  private struct Result {
    let map: Tensor
    let accumulates: Bool
    let statistics: FloatBuffer?
  }

  private func convolveApart(
    _ map: Tensor, _ weights: FloatBuffer, _ tiles: Int, to result: Result
  ) {
    let (input, output) = (plan.input, plan.output.panel)
    let tileBytes = 4 * plan.tiling.points * imageBlock * (input.count + output.count)
    let group = TileGroup(
      capacity: min(tiles, max(2, WinogradConvolution.ownBytes / tileBytes)), tiling: plan.tiling,
      blocks: map.shape.blocks, order: .blockByBlock)
    let scratch = context.workspace.threadScratch(
      group.floats(input), group.floats(output), threads: context.pool.threads)
    context.pool.forEach((tiles + group.capacity - 1) / group.capacity) { unit, thread in
      let members = unit * group.capacity..<min(tiles, (unit + 1) * group.capacity)
      let (source, product) = (scratch[thread].first, scratch[thread].second)
      for panel in 0..<input.panels {
        group.transform(
          plan.algorithm.inputTransform, map, .input, members, panel, input,
          source.pointer + panel * group.floatsPerPanel(input), context.kernels)
      }
      for panel in 0..<plan.output.panels {
        for point in 0..<plan.tiling.points {
          let weights = weights.pointer + plan.transformedWeights.panelStart(panel)
          multiply(
            source, weights, group, members, point,
            next: weights + (point + 1) * weightFloatsPerPoint,
            to: product.pointer + point * group.floatsPerPoint(output))
        }
        transformOutput(group, members, panel, output, product.pointer, to: result)
      }
    }
  }

  // The number of threads decides between this way and the next. Both count the tiles alike, so the
  // statistics come out the same.

  /// Each thread transforms the weights of its own panels: once, and they never leave its cache.
  private func convolvePanels(
    _ map: Tensor, _ weights: FloatBuffer, _ tiles: Int, to result: Result
  ) {
    let output = plan.output.panel
    let group = TileGroup(
      capacity: tiles, tiling: plan.tiling, blocks: map.shape.blocks, order: .tileByTile)
    let source = context.workspace.sharedScratch(group.floats(plan.input))
    transformInput(map, group, 0..<tiles, to: source)
    let panelWeights = plan.transformedWeights.panelStart(1)
    let own = context.workspace.threadScratch(
      panelWeights, group.floats(output), threads: context.pool.threads)
    context.pool.forEach(plan.output.panels) { panel, thread in
      let (panelScratch, product) = (own[thread].first, own[thread].second)
      for depth in 0..<plan.input.count {
        transformWeights(weights, panel, depth, to: panelScratch.pointer)
      }
      for point in 0..<plan.tiling.points {
        multiply(
          source, panelScratch.pointer, group, 0..<tiles, point,
          next: panelScratch.pointer + (point + 1) * weightFloatsPerPoint,
          to: product.pointer + point * group.floatsPerPoint(output))
      }
      transformOutput(group, 0..<tiles, panel, output, product.pointer, to: result)
    }
  }

  private func convolveTogether(
    _ map: Tensor, _ weights: FloatBuffer, _ tiles: Int, to result: Result
  ) {
    let output = plan.output
    let tileBytes = 4 * plan.tiling.points * imageBlock * (plan.input.count + output.count)
    let capacity = max(4, WinogradConvolution.sharedBytes / tileBytes)
    let group = TileGroup(
      capacity: TileGroup.evenCapacity(tiles, atMost: capacity), tiling: plan.tiling,
      blocks: map.shape.blocks, order: .tileByTile)
    let (source, product) = context.workspace.threadScratch(
      group.floats(plan.input), group.floats(output), threads: 1)[0]
    for first in stride(from: 0, to: tiles, by: group.capacity) {
      let members = first..<min(first + group.capacity, tiles)
      transformInput(map, group, members, to: source)
      // Half of the panels is enough for a unit: the points alone are few for many threads.
      context.pool.forEach(2 * plan.tiling.points) { unit in
        let (point, half) = (unit / 2, unit % 2)
        for panel in output.panels * half / 2..<output.panels * (half + 1) / 2 {
          multiply(
            source, weights.pointer + plan.transformedWeights.panelStart(panel), group, members,
            point,
            next: weights.pointer + plan.transformedWeights.panelStart(panel + 1) + point
              * weightFloatsPerPoint,
            to: product.pointer + point * group.floatsPerPoint(output)
              + panel * group.floatsPerPanel(output))
        }
      }
      context.pool.forEach(members.count * output.panels) { unit in
        let (place, panel) = (unit / output.panels, unit % output.panels)
        transformOutput(
          group, first + place..<first + place + 1, panel, output,
          product.pointer + panel * group.floatsPerPanel(output) + place * imageBlock
            * output.width,
          to: result)
      }
    }
  }

  /// Transforms some input tiles of the batch, all panels, by all threads.
  private func transformInput(
    _ map: Tensor, _ group: TileGroup, _ tiles: Range<Int>, to source: FloatBuffer
  ) {
    let input = plan.input
    context.pool.forEach(tiles.count * input.panels) { unit in
      let (place, panel) = (unit / input.panels, unit % input.panels)
      let tile = tiles.lowerBound + place
      group.transform(
        plan.algorithm.inputTransform, map, .input, tile..<tile + 1, panel, input,
        source.pointer + panel * group.floatsPerPanel(input) + place * imageBlock * input.width,
        context.kernels)
    }
  }

  /// Transforms the products of some tiles and one panel of output channels back to the map.
  private func transformOutput(
    _ group: TileGroup, _ tiles: Range<Int>, _ panel: Int, _ channels: ChannelPanels,
    _ product: UnsafeMutablePointer<Float>, to result: Result
  ) {
    group.transform(
      plan.algorithm.outputTransform, result.map, .output, tiles, panel, channels, product,
      context.kernels, accumulates: result.accumulates, statistics: result.statistics)
  }

  /// Multiplies some tiles at one point for one panel of output channels, whose weights are
  /// `weights`.
  private func multiply(
    _ source: FloatBuffer, _ weights: UnsafePointer<Float>, _ group: TileGroup,
    _ tiles: Range<Int>, _ point: Int, next: UnsafePointer<Float>,
    to product: UnsafeMutablePointer<Float>
  ) {
    group.forEachRun(tiles, at: point) { run in
      let row = run.lowerBound * imageBlock
      context.kernels.winogradProduct(
        WinogradProductArguments(
          input: source.pointer + point * group.floatsPerPoint(plan.input) + row * plan.input.width,
          panels: plan.input.panels, panelStride: group.floatsPerPanel(plan.input),
          panelWidth: plan.input.width, rows: run.count * imageBlock,
          weights: weights + point * weightFloatsPerPoint, nextWeights: next,
          width: plan.output.width,
          output: product + row * plan.output.width))
    }
  }

  /// Transforms every weight: G w Gᵀ.
  private func transformWeights(_ values: FloatBuffer) -> FloatBuffer {
    let result = context.workspace.sharedScratch(plan.transformedWeights.count)
    plan.forEachInputChannel(context) { panel, depth in
      transformWeights(
        values, panel, depth, to: result.pointer + plan.transformedWeights.panelStart(panel))
    }
    return result
  }

  /// Transforms the weights of one input channel and one panel of output channels into
  /// `panelStart`, the transformed weights of that panel.
  private func transformWeights(
    _ values: FloatBuffer, _ panel: Int, _ depth: Int, to panelStart: UnsafeMutablePointer<Float>
  ) {
    let width = plan.packed.width(panel)
    let target = panelStart + depth * width
    guard depth < plan.packed.depth else {
      for point in 0..<plan.tiling.points {
        (target + point * weightFloatsPerPoint).update(repeating: 0, count: width)
      }
      return
    }
    let tapStride = plan.packed.depth * width
    let taps = values.pointer + plan.packed.panelStart(panel) + depth * width
    context.kernels.transformTaps(
      plan.algorithm.weightTransform,
      TapArguments(
        taps: isFlipped ? taps + (plan.packed.taps - 1) * tapStride : taps,
        tapStride: isFlipped ? -tapStride : tapStride, transformed: target,
        pointStride: weightFloatsPerPoint, factors: plan.factors.pointer, width: width))
  }

  /// Floats of a panel's weights from one point to the next.
  private var weightFloatsPerPoint: Int { plan.transformedWeights.depth * plan.output.width }

  /// Up to so many bytes, each thread reads all transformed weights for itself.
  private static let ownWeightBytes = 4 << 20
  /// Bytes for a thread's group of transformed tiles.
  private static let ownBytes = 1 << 19
  /// Bytes for a whole transformed input that the threads share.
  private static let sharedInputBytes = 16 << 20
  /// Bytes for a group of transformed tiles that the threads share.
  private static let sharedBytes = 24 << 20
}
