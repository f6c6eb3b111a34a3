import Kernels

/// The weight gradient of a convolution by the transpose of Winograd's algorithm:
/// Gᵀ (Σ V ⊗ A dY Aᵀ) G, with V the transformed input tiles and the sum over all tiles and images.
///
/// Few channels make the sums small: the batch is cut into parts, each with sums of its own, on one
/// thread in its own cache. The parts depend on the batch's shape alone and are added in order.
/// Many channels make the sums large: there all threads work on one group of tiles, each on other
/// points or panels.
final class WinogradWeightGradient {
  private let plan: WinogradPlan
  private let context: ComputeContext

  init(_ plan: WinogradPlan, context: ComputeContext) {
    self.plan = plan
    self.context = context
  }

  /// Overwrites `gradient`.
  func write(input map: Tensor, outputGradient: Tensor, to gradient: FloatBuffer) {
    let tiles = plan.tileCount(map.shape)
    if tiles == 0 { return gradient.clear() }
    let parts = min(tiles, WinogradWeightGradient.parts)
    let partsBytes = 4 * parts * plan.transformedWeights.count
    let isShared =
      partsBytes > min(WinogradWeightGradient.partsBytes, tiles * tileBytes / 3)
    let sums = context.workspace.sharedScratch(
      (isShared ? 1 : parts) * plan.transformedWeights.count)
    let group = TileGroup(
      capacity: isShared ? sharedCapacity(tiles) : min(tiles, capacity), tiling: plan.tiling,
      blocks: map.shape.blocks, order: isShared ? .tileByTile : .blockByBlock)
    let scratch = context.workspace.threadScratch(
      group.floats(plan.input), group.floats(plan.output),
      threads: isShared ? 1 : context.pool.threads)
    if isShared {
      writeSums(
        map, outputGradient, 0..<tiles, scratch[0], group, to: sums.pointer,
        forEach: { context.pool.forEach($0, $1) })
    } else {
      context.pool.forEach(parts) { part, thread in
        writeSums(
          map, outputGradient, tiles * part / parts..<tiles * (part + 1) / parts, scratch[thread],
          group, to: sums.pointer + part * plan.transformedWeights.count,
          forEach: { units, body in for unit in 0..<units { body(unit) } })
      }
      context.addParts(parts, sums, plan.transformedWeights.count)
    }
    transformBack(sums, to: gradient)
  }

  /// Overwrites `sums` with those of some tiles, group by group.
  private func writeSums(
    _ map: Tensor, _ outputGradient: Tensor, _ tiles: Range<Int>,
    _ transformed: (first: FloatBuffer, second: FloatBuffer), _ group: TileGroup,
    to sums: UnsafeMutablePointer<Float>, forEach: (Int, (Int) -> Void) -> Void
  ) {
    for first in stride(from: tiles.lowerBound, to: tiles.upperBound, by: group.capacity) {
      let members = first..<min(first + group.capacity, tiles.upperBound)
      let panels = plan.input.panels + plan.output.panels
      forEach(members.count * panels) { unit in
        let (place, panel) = (unit / panels, unit % panels)
        let tile = first + place..<first + place + 1
        if panel < plan.input.panels {
          group.transform(
            plan.algorithm.inputTransform, map, .input, tile, panel, plan.input,
            transformed.first.pointer + panel * group.floatsPerPanel(plan.input)
              + place * imageBlock * plan.input.width, context.kernels)
        } else {
          let panel = panel - plan.input.panels
          group.transform(
            plan.algorithm.outputGradientTransform, outputGradient, .output, tile, panel,
            plan.output,
            transformed.second.pointer + panel * group.floatsPerPanel(plan.output)
              + place * imageBlock * plan.output.width, context.kernels)
        }
      }
      let shares = shares(group)
      forEach(plan.tiling.points * shares) { unit in
        let (point, share) = (unit / shares, unit % shares)
        let panels =
          plan.output.panels * share / shares..<plan.output.panels * (share + 1) / shares
        for panel in panels {
          let sum =
            sums + plan.transformedWeights.panelStart(panel) + point * plan.transformedWeights.depth
            * plan.output.width
          var accumulates = first > tiles.lowerBound
          group.forEachRun(members, at: point) { run in
            multiply(
              transformed, point, panel, of: panels, run, group, to: sum, accumulates: accumulates)
            accumulates = true
          }
          if !accumulates {
            sum.update(repeating: 0, count: plan.input.count * plan.output.width)
          }
        }
      }
    }
  }

  /// Into how many units a point's panels of output channels are cut. One is best, since the
  /// transformed input then stays in the cache, but few points would leave threads without work.
  private func shares(_ group: TileGroup) -> Int {
    guard group.order == .tileByTile else { return 1 }
    let points = plan.tiling.points
    return min(plan.output.panels, (8 * context.pool.threads + points - 1) / points)
  }

  /// Multiplies one run of tiles at one point for one panel of output channels; `panels` are those
  /// of the unit of work.
  private func multiply(
    _ transformed: (first: FloatBuffer, second: FloatBuffer), _ point: Int, _ panel: Int,
    of panels: Range<Int>, _ run: Range<Int>, _ group: TileGroup,
    to sum: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    let (inputStep, outputStep) = (imageBlock * plan.input.width, imageBlock * plan.output.width)
    let input =
      transformed.first.pointer + point * group.floatsPerPoint(plan.input) + run.lowerBound
      * inputStep
    let outputGradient =
      transformed.second.pointer + point * group.floatsPerPoint(plan.output) + run.lowerBound
      * outputStep
    // The unit's first panel of output channels fetches the panels of input channels into the
    // cache; the others find them there. Then comes another point: that of the thread's next unit,
    // if the threads take units in turn.
    let following =
      group.order == .tileByTile ? max(1, context.pool.threads / shares(group)) : 1
    for depthPanel in 0..<plan.input.panels {
      let next: UnsafeMutablePointer<Float> =
        if panel == panels.lowerBound && depthPanel + 1 < plan.input.panels {
          input + (depthPanel + 1) * group.floatsPerPanel(plan.input)
        } else if panel + 1 < panels.upperBound {
          outputGradient + (panel + 1) * group.floatsPerPanel(plan.output)
        } else if depthPanel % 2 == 0 {
          input + following * group.floatsPerPoint(plan.input)
        } else {
          outputGradient + following * group.floatsPerPoint(plan.output)
        }
      context.kernels.weightGradient(
        WeightGradientArguments(
          input: input + depthPanel * group.floatsPerPanel(plan.input),
          inputStride: plan.input.width, inputPixelStep: inputStep,
          outputGradient: outputGradient + panel * group.floatsPerPanel(plan.output),
          outputStride: plan.output.width, pixels: run.count, depth: plan.input.width,
          width: plan.output.width,
          gradient: sum + depthPanel * plan.input.width * plan.output.width,
          accumulates: accumulates, next: next))
    }
  }

  /// Transforms the sums back to the gradient of every weight: Gᵀ dU G.
  private func transformBack(_ sums: FloatBuffer, to gradient: FloatBuffer) {
    plan.forEachInputChannel(context) { panel, depth in
      guard depth < plan.packed.depth else { return }
      let width = plan.packed.width(panel)
      context.kernels.transformTapGradients(
        plan.algorithm.weightGradientTransform,
        TapArguments(
          taps: gradient.pointer + plan.packed.panelStart(panel) + depth * width,
          tapStride: plan.packed.depth * width,
          transformed: sums.pointer + plan.transformedWeights.panelStart(panel) + depth * width,
          pointStride: plan.transformedWeights.depth * width, factors: plan.factors.pointer,
          width: width))
    }
  }

  /// Tiles of a group of one thread: as many as its cache holds, but enough to touch the sums
  /// seldom.
  private var capacity: Int { max(4, (1 << 19) / tileBytes) }
  /// Tiles of a group of all threads: as many as the cache that they share holds.
  private func sharedCapacity(_ tiles: Int) -> Int {
    TileGroup.evenCapacity(tiles, atMost: max(8, (16 << 20) / tileBytes))
  }
  private var tileBytes: Int {
    4 * plan.tiling.points * imageBlock * (plan.input.count + plan.output.count)
  }

  /// Bytes for the sums of all parts, which must also be few against the transformed tiles.
  private static let partsBytes = 56 << 20
  /// Parts of the batch: fewer would leave threads without work, more only cost memory.
  private static let parts = 16
}
