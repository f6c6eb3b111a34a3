import Kernels

/// A convolution by Winograd's algorithm: the forward pass of a layer or, with its weights turned round, the input
/// gradient.
///
/// The tiles of the batch are shared out in groups. A thread computes the spectra of its group, multiplies them point
/// by point with the spectra of the weights, (tiles · images × depth) · (depth × channels), and transforms the
/// products back, all in memory of its own that stays in its cache.
final class WinogradConvolution {
  private let plan: WinogradPlan
  private let weightMatrix: [Float]
  private let context: ComputeContext

  /// - Parameter flipped: whether the taps are in reverse, as the input gradient wants them.
  init(_ plan: WinogradPlan, flipped: Bool, context: ComputeContext) {
    self.plan = plan
    self.context = context
    let (matrix, kernel) = (plan.algorithm.weightMatrix, plan.algorithm.kernel)
    weightMatrix =
      flipped
      ? matrix.indices.map { matrix[$0 / kernel * kernel + kernel - 1 - $0 % kernel] } : matrix
  }

  /// Overwrites `result`. `weights` lie as the plan's `packed` says.
  func convolve(_ map: Tensor, _ weights: FloatBuffer, to result: Tensor) {
    let spectrumWeights = transformWeights(weights)
    let tiles = map.shape.blocks * plan.tiling.tiles.count
    let group = TileGroup(capacity: min(tiles, capacity), tiling: plan.tiling)
    let spectra = context.workspace.spectra(
      group.count(plan.input), group.count(plan.output.panel), threads: context.pool.threads)
    let taps = context.workspace.panelTaps(panels: plan.input.panels, capacity: group.capacity)
    context.pool.forEach((tiles + group.capacity - 1) / group.capacity) { unit, thread in
      let members = unit * group.capacity..<min(tiles, (unit + 1) * group.capacity)
      let (source, product) = (spectra[thread].first, spectra[thread].second)
      for panel in 0..<plan.input.panels {
        group.transform(
          plan.algorithm.inputTransform, map, .input, members, panel, plan.input,
          source.pointer + panel * group.panelFloats(plan.input), context.kernels)
      }
      for panel in 0..<plan.output.panels {
        for point in 0..<plan.tiling.points {
          multiply(source, spectrumWeights, product, point, panel, members.count, group, taps)
        }
        group.transform(
          plan.algorithm.outputTransform, result, .output, members, panel, plan.output.panel,
          product.pointer, context.kernels)
      }
    }
  }

  /// One point, one panel of output channels; the panels of the input's channels are the taps.
  private func multiply(
    _ source: FloatBuffer, _ weights: FloatBuffer, _ product: FloatBuffer, _ point: Int,
    _ panel: Int, _ tiles: Int, _ group: TileGroup, _ taps: (starts: [Int32], taps: [Tap])
  ) {
    taps.starts.withUnsafeBufferPointer { starts in
      taps.taps.withUnsafeBufferPointer { taps in
        context.kernels.convolve(
          ConvolutionArguments(
            input: source.pointer + point * group.pointFloats(plan.input),
            inputStride: plan.input.width,
            depth: plan.input.width,
            weights: weights.pointer + plan.spectrum.panelStart(panel)
              + point * plan.spectrum.depth * plan.output.width,
            width: plan.output.width,
            output: product.pointer + point * group.pointFloats(plan.output.panel),
            outputStride: plan.output.width, tapStarts: starts.baseAddress!,
            taps: taps.baseAddress!,
            pixels: 0..<tiles))
      }
    }
  }

  /// G w Gᵀ of every weight.
  private func transformWeights(_ values: FloatBuffer) -> FloatBuffer {
    let result = context.workspace.weights(plan.spectrum.count)
    plan.forEachInputChannel(context) { panel, depth in
      let width = plan.packed.width(panel)
      let target = result.pointer + plan.spectrum.panelStart(panel) + depth * width
      guard depth < plan.packed.depth else {
        for point in 0..<plan.tiling.points {
          (target + point * plan.spectrum.depth * width).update(repeating: 0, count: width)
        }
        return
      }
      context.kernels.transformTaps(
        TapTransformArguments(
          matrix: weightMatrix, rows: plan.algorithm.points, columns: plan.algorithm.kernel,
          source: values.pointer + plan.packed.panelStart(panel) + depth * width,
          sourceStride: plan.packed.depth * width, destination: target,
          destinationStride: plan.spectrum.depth * width, width: width))
    }
    return result
  }

  /// As many tiles as a thread's cache holds, but enough to read the weights seldom.
  private var capacity: Int {
    let bytes = 4 * plan.tiling.points * imageBlock * (plan.input.count + plan.output.width)
    return max(4, (1 << 20) / bytes, min(8, 4 * plan.spectrum.count >> 20))
  }
}
