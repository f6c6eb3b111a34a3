import Kernels

/// The weight gradient of a convolution by the transpose of Winograd's algorithm: Gᵀ (Σ V ⊗ A dY Aᵀ) G, V the input's
/// spectra, the sum over all tiles and images.
///
/// Where few channels make the sums small, the batch is cut into parts that depend on its shape alone, each with sums
/// of its own, on one thread in its own cache; the parts are added in order. Many channels make the sums large and the
/// products worth sharing: there all threads work on one group of tiles, each on other points.
final class WinogradWeightGradient {
  private let tiling: WinogradTiling
  private let packed: PackedWeights
  private let input: SpectrumChannels
  private let output: SpectrumChannels
  private let context: ComputeContext
  /// Gᵀ, `[kernel, points]`.
  private let transposedMatrix: [Float]

  /// nil where the direct sum is the better choice.
  init?(_ geometry: ConvolutionGeometry, _ packed: PackedWeights, context: ComputeContext) {
    guard let tiling = WinogradTiling(geometry), let input = SpectrumChannels(packed.depth),
      let output = SpectrumChannels(packed.channels)
    else { return nil }
    self.tiling = tiling
    self.packed = packed
    self.input = input
    self.output = output
    self.context = context
    let (matrix, points, kernel) = (
      tiling.algorithm.weightMatrix, tiling.algorithm.points, tiling.algorithm.kernel
    )
    transposedMatrix = matrix.indices.map { matrix[$0 % points * kernel + $0 / points] }
  }

  /// Overwrites `gradient`.
  func write(input map: Tensor, outputGradient: Tensor, to gradient: FloatBuffer) {
    let tiles = map.shape.blocks * tiling.tiles.count
    let parts = min(tiles, max(1, WinogradWeightGradient.partBytes / (4 * spectrum.count)))
    let isShared = parts < WinogradWeightGradient.fewestParts
    let sums = context.winograd.gradient((isShared ? 1 : parts) * spectrum.count)
    let group = TileGroup(
      capacity: min(tiles, isShared ? sharedCapacity : capacity), tiling: tiling)
    let spectra = context.winograd.spectra(
      group.count(input), group.count(output), threads: isShared ? 1 : context.pool.threads)
    if isShared {
      accumulate(
        map, outputGradient, 0..<tiles, spectra[0], group, to: sums.pointer,
        forEach: { context.pool.forEach($0, $1) })
    } else {
      context.pool.forEach(parts) { part, thread in
        accumulate(
          map, outputGradient, tiles * part / parts..<tiles * (part + 1) / parts, spectra[thread],
          group, to: sums.pointer + part * spectrum.count,
          forEach: { units, body in for unit in 0..<units { body(unit) } })
      }
      addParts(parts, sums)
    }
    transformBack(sums, to: gradient)
  }

  /// Overwrites `sums` with those of some tiles, group by group.
  private func accumulate(
    _ map: Tensor, _ outputGradient: Tensor, _ tiles: Range<Int>,
    _ spectra: (first: FloatBuffer, second: FloatBuffer), _ group: TileGroup,
    to sums: UnsafeMutablePointer<Float>, forEach: (Int, (Int) -> Void) -> Void
  ) {
    let algorithm = tiling.algorithm
    for first in stride(from: tiles.lowerBound, to: tiles.upperBound, by: group.capacity) {
      let members = first..<min(first + group.capacity, tiles.upperBound)
      let panels = input.panels + output.panels
      forEach(members.count * panels) { unit in
        let (place, panel) = (unit / panels, unit % panels)
        let tile = first + place..<first + place + 1
        if panel < input.panels {
          group.transform(
            algorithm.inputTransform, map, .input, tile, panel, input,
            spectra.first.pointer + panel * group.panelFloats(input)
              + place * imageBlock * input.width, context.kernels)
        } else {
          let panel = panel - input.panels
          group.transform(
            algorithm.outputGradientTransform, outputGradient, .output, tile, panel, output,
            spectra.second.pointer + panel * group.panelFloats(output)
              + place * imageBlock * output.width, context.kernels)
        }
      }
      forEach(tiling.points * output.panels) { unit in
        let (point, panel) = (unit / output.panels, unit % output.panels)
        let sum = sums + spectrum.panelStart(panel) + point * spectrum.depth * output.width
        if first == tiles.lowerBound {
          sum.update(repeating: 0, count: spectrum.depth * output.width)
        }
        multiply(spectra, point, panel, members.count, group, to: sum)
      }
    }
  }

  /// One point, one panel of output channels.
  private func multiply(
    _ spectra: (first: FloatBuffer, second: FloatBuffer), _ point: Int, _ panel: Int, _ tiles: Int,
    _ group: TileGroup, to sum: UnsafeMutablePointer<Float>
  ) {
    for depthPanel in 0..<input.panels {
      context.kernels.accumulateWeightGradient(
        WeightGradientArguments(
          input: spectra.first.pointer + point * group.pointFloats(input)
            + depthPanel * group.panelFloats(input),
          inputStride: input.width, inputPixelStep: imageBlock * input.width,
          outputGradient: spectra.second.pointer + point * group.pointFloats(output)
            + panel * group.panelFloats(output),
          outputStride: output.width, pixels: tiles, depth: input.width, width: output.width,
          gradient: sum + depthPanel * input.width * output.width))
    }
  }

  private func addParts(_ parts: Int, _ sums: FloatBuffer) {
    let chunk = 1 << 12
    context.pool.forEach((spectrum.count + chunk - 1) / chunk) { unit in
      let first = unit * chunk
      for part in 1..<max(parts, 1) {
        context.kernels.add(
          min(chunk, spectrum.count - first), sums.pointer + part * spectrum.count + first,
          sums.pointer + first)
      }
    }
  }

  /// Gᵀ dU G of every weight.
  private func transformBack(_ sums: FloatBuffer, to gradient: FloatBuffer) {
    forEachInputChannel(packed, context) { panel, depth in
      guard depth < packed.depth else { return }
      let width = packed.width(panel)
      context.kernels.transformTaps(
        TapTransformArguments(
          matrix: transposedMatrix, rows: tiling.algorithm.kernel,
          columns: tiling.algorithm.points,
          source: sums.pointer + spectrum.panelStart(panel) + depth * width,
          sourceStride: spectrum.depth * width,
          destination: gradient.pointer + packed.panelStart(panel) + depth * width,
          destinationStride: packed.depth * width, width: width))
    }
  }

  private var spectrum: PackedWeights {
    PackedWeights(taps: tiling.points, depth: input.count, channels: packed.channels)
  }

  /// As many tiles as a thread's cache holds, but enough to touch the sums seldom.
  private var capacity: Int { max(4, (1 << 20) / tileBytes) }
  /// The same of the cache that all threads share.
  private var sharedCapacity: Int { max(8, (8 << 20) / tileBytes) }
  private var tileBytes: Int { 4 * tiling.points * imageBlock * (input.count + output.count) }

  /// For all parts' sums together.
  private static let partBytes = 48 << 20
  /// Fewer would leave threads without work.
  private static let fewestParts = 16
}
