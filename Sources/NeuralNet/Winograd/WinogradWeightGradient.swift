import Kernels

/// The weight gradient of a convolution by the transpose of Winograd's algorithm: Gᵀ (Σ V ⊗ A dY Aᵀ) G, V the input's
/// spectra, the sum over all tiles and images.
///
/// Where few channels make the sums small, the batch is cut into parts that depend on its shape alone, each with sums
/// of its own, on one thread in its own cache; the parts are added in order. Many channels make the sums large and the
/// products worth sharing: there all threads work on one group of tiles, each on other points or panels.
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
    let partsBytes = 4 * parts * plan.spectrum.count
    let isShared =
      partsBytes > min(WinogradWeightGradient.partsBytes, tiles * tileBytes / 3)
    let sums = context.workspace.sharedSpectra((isShared ? 1 : parts) * plan.spectrum.count)
    let group = TileGroup(
      capacity: isShared ? sharedCapacity(tiles) : min(tiles, capacity), tiling: plan.tiling,
      blocks: map.shape.blocks, order: isShared ? .tileByTile : .blockByBlock)
    let spectra = context.workspace.spectra(
      group.count(plan.input), group.count(plan.output),
      threads: isShared ? 1 : context.pool.threads)
    if isShared {
      writeSums(
        map, outputGradient, 0..<tiles, spectra[0], group, to: sums.pointer,
        forEach: { context.pool.forEach($0, $1) })
    } else {
      context.pool.forEach(parts) { part, thread in
        writeSums(
          map, outputGradient, tiles * part / parts..<tiles * (part + 1) / parts, spectra[thread],
          group, to: sums.pointer + part * plan.spectrum.count,
          forEach: { units, body in for unit in 0..<units { body(unit) } })
      }
      context.addParts(parts, sums, plan.spectrum.count)
    }
    transformBack(sums, to: gradient)
  }

  /// Overwrites `sums` with those of some tiles, group by group.
  private func writeSums(
    _ map: Tensor, _ outputGradient: Tensor, _ tiles: Range<Int>,
    _ spectra: (first: FloatBuffer, second: FloatBuffer), _ group: TileGroup,
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
            spectra.first.pointer + panel * group.panelFloats(plan.input)
              + place * imageBlock * plan.input.width, context.kernels)
        } else {
          let panel = panel - plan.input.panels
          group.transform(
            plan.algorithm.outputGradientTransform, outputGradient, .output, tile, panel,
            plan.output,
            spectra.second.pointer + panel * group.panelFloats(plan.output)
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
            sums + plan.spectrum.panelStart(panel) + point * plan.spectrum.depth * plan.output.width
          var accumulates = first > tiles.lowerBound
          group.forEachRun(members, at: point) { run in
            multiply(
              spectra, point, panel, of: panels, run, group, to: sum, accumulates: accumulates)
            accumulates = true
          }
          if !accumulates {
            sum.update(repeating: 0, count: plan.input.count * plan.output.width)
          }
        }
      }
    }
  }

  /// Into how many units a point's panels of output channels are cut. Best is one, for which the input's spectra stay in
  /// the cache; few points leave many threads without work.
  private func shares(_ group: TileGroup) -> Int {
    guard group.order == .tileByTile else { return 1 }
    let points = plan.tiling.points
    return min(plan.output.panels, (8 * context.pool.threads + points - 1) / points)
  }

  /// One run of tiles, one point, one panel of output channels; `panels` are those of the unit.
  private func multiply(
    _ spectra: (first: FloatBuffer, second: FloatBuffer), _ point: Int, _ panel: Int,
    of panels: Range<Int>, _ run: Range<Int>, _ group: TileGroup,
    to sum: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    let (inputStep, outputStep) = (imageBlock * plan.input.width, imageBlock * plan.output.width)
    let input =
      spectra.first.pointer + point * group.pointFloats(plan.input) + run.lowerBound * inputStep
    let outputGradient =
      spectra.second.pointer + point * group.pointFloats(plan.output) + run.lowerBound * outputStep
    // The unit's first panel of output channels brings the panels of input channels near, the others find them there. Then
    // come other points: that of the thread's next unit, if each thread takes one in turn.
    let following =
      group.order == .tileByTile ? max(1, context.pool.threads / shares(group)) : 1
    for depthPanel in 0..<plan.input.panels {
      let next: UnsafeMutablePointer<Float> =
        if panel == panels.lowerBound && depthPanel + 1 < plan.input.panels {
          input + (depthPanel + 1) * group.panelFloats(plan.input)
        } else if panel + 1 < panels.upperBound {
          outputGradient + (panel + 1) * group.panelFloats(plan.output)
        } else if depthPanel % 2 == 0 {
          input + following * group.pointFloats(plan.input)
        } else {
          outputGradient + following * group.pointFloats(plan.output)
        }
      context.kernels.weightGradient(
        WeightGradientArguments(
          input: input + depthPanel * group.panelFloats(plan.input),
          inputStride: plan.input.width, inputPixelStep: inputStep,
          outputGradient: outputGradient + panel * group.panelFloats(plan.output),
          outputStride: plan.output.width, pixels: run.count, depth: plan.input.width,
          width: plan.output.width,
          gradient: sum + depthPanel * plan.input.width * plan.output.width,
          accumulates: accumulates, next: next))
    }
  }

  /// Gᵀ dU G of every weight.
  private func transformBack(_ sums: FloatBuffer, to gradient: FloatBuffer) {
    plan.forEachInputChannel(context) { panel, depth in
      guard depth < plan.packed.depth else { return }
      let width = plan.packed.width(panel)
      context.kernels.transformTapGradients(
        plan.algorithm.weightGradientTransform,
        TapArguments(
          taps: gradient.pointer + plan.packed.panelStart(panel) + depth * width,
          tapStride: plan.packed.depth * width,
          spectrum: sums.pointer + plan.spectrum.panelStart(panel) + depth * width,
          pointStride: plan.spectrum.depth * width, factors: plan.factors.pointer, width: width))
    }
  }

  /// As many tiles as a thread's cache holds, but enough to touch the sums seldom.
  private var capacity: Int { max(4, (1 << 19) / tileBytes) }
  /// The same of the cache that all threads share.
  private func sharedCapacity(_ tiles: Int) -> Int {
    TileGroup.evenCapacity(tiles, atMost: max(8, (16 << 20) / tileBytes))
  }
  private var tileBytes: Int {
    4 * plan.tiling.points * imageBlock * (plan.input.count + plan.output.count)
  }

  /// For the sums of all parts, which must also be few against the spectra.
  private static let partsBytes = 56 << 20
  /// Fewer would leave threads without work, more only cost memory.
  private static let parts = 16
}
