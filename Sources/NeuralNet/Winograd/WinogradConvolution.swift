import Kernels

/// A convolution by Winograd's algorithm: the forward pass of a layer or, with its weights turned round, the input
/// gradient. Spectra of the map's tiles are multiplied point by point with those of the weights,
/// (tiles · images × depth) · (depth × channels), and the products transformed back.
///
/// With few weights, a thread takes a group of tiles through all three stages, in memory of its own that stays in its
/// cache. Many weights are worth reading seldom: then all threads take a larger group through one stage after the
/// other, each at other points.
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
    if 4 * plan.spectrum.count <= WinogradConvolution.ownWeightBytes {
      convolveApart(map, spectrumWeights, tiles, to: result)
    } else {
      convolveTogether(map, spectrumWeights, tiles, to: result)
    }
  }

  private func convolveApart(
    _ map: Tensor, _ weights: FloatBuffer, _ tiles: Int, to result: Tensor
  ) {
    let (input, output) = (plan.input, plan.output.panel)
    let tileBytes = 4 * plan.tiling.points * imageBlock * (input.count + output.count)
    let group = TileGroup(
      capacity: min(tiles, max(2, WinogradConvolution.ownBytes / tileBytes)), tiling: plan.tiling)
    let spectra = context.workspace.spectra(
      group.count(input), group.count(output), threads: context.pool.threads)
    context.pool.forEach((tiles + group.capacity - 1) / group.capacity) { unit, thread in
      let members = unit * group.capacity..<min(tiles, (unit + 1) * group.capacity)
      let (source, product) = (spectra[thread].first, spectra[thread].second)
      for panel in 0..<input.panels {
        group.transform(
          plan.algorithm.inputTransform, map, .input, members, panel, input,
          source.pointer + panel * group.panelFloats(input), context.kernels)
      }
      for panel in 0..<plan.output.panels {
        for point in 0..<plan.tiling.points {
          multiply(
            source, weights, group, members.count, point, panel, next: (point + 1, panel),
            to: product.pointer + point * group.pointFloats(output))
        }
        group.transform(
          plan.algorithm.outputTransform, result, .output, members, panel, output,
          product.pointer, context.kernels)
      }
    }
  }

  private func convolveTogether(
    _ map: Tensor, _ weights: FloatBuffer, _ tiles: Int, to result: Tensor
  ) {
    let (input, output) = (plan.input, plan.output)
    let tileBytes = 4 * plan.tiling.points * imageBlock * (input.count + output.count)
    let capacity = max(4, WinogradConvolution.sharedBytes / tileBytes)
    // Groups of nearly the same size.
    let groups = (tiles + capacity - 1) / capacity
    let group = TileGroup(capacity: (tiles + groups - 1) / groups, tiling: plan.tiling)
    let (source, product) = context.workspace.spectra(
      group.count(input), group.count(output), threads: 1)[0]
    for first in stride(from: 0, to: tiles, by: group.capacity) {
      let count = min(group.capacity, tiles - first)
      context.pool.forEach(count * input.panels) { unit in
        let (place, panel) = (unit / input.panels, unit % input.panels)
        group.transform(
          plan.algorithm.inputTransform, map, .input, first + place..<first + place + 1, panel,
          input,
          source.pointer + panel * group.panelFloats(input) + place * imageBlock * input.width,
          context.kernels)
      }
      // Half of the panels is enough for a unit: 25 points are few for many threads.
      context.pool.forEach(2 * plan.tiling.points) { unit in
        let (point, half) = (unit / 2, unit % 2)
        for panel in output.panels * half / 2..<output.panels * (half + 1) / 2 {
          multiply(
            source, weights, group, count, point, panel, next: (point, panel + 1),
            to: product.pointer + point * group.pointFloats(output)
              + panel * group.panelFloats(output))
        }
      }
      context.pool.forEach(count * output.panels) { unit in
        let (place, panel) = (unit / output.panels, unit % output.panels)
        group.transform(
          plan.algorithm.outputTransform, result, .output, first + place..<first + place + 1,
          panel, output,
          product.pointer + panel * group.panelFloats(output) + place * imageBlock * output.width,
          context.kernels)
      }
    }
  }

  /// One point, one panel of output channels.
  private func multiply(
    _ source: FloatBuffer, _ weights: FloatBuffer, _ group: TileGroup, _ tiles: Int, _ point: Int,
    _ panel: Int, next: (point: Int, panel: Int), to product: UnsafeMutablePointer<Float>
  ) {
    let spectrum = plan.spectrum
    func weightsAt(_ point: Int, _ panel: Int) -> UnsafePointer<Float> {
      UnsafePointer(
        weights.pointer + spectrum.panelStart(panel) + point * spectrum.depth * plan.output.width)
    }
    context.kernels.multiplySpectra(
      SpectrumProductArguments(
        input: source.pointer + point * group.pointFloats(plan.input), panels: plan.input.panels,
        panelStride: group.panelFloats(plan.input), panelWidth: plan.input.width,
        rows: tiles * imageBlock, weights: weightsAt(point, panel),
        nextWeights: weightsAt(next.point, next.panel), width: plan.output.width, output: product))
  }

  /// G w Gᵀ of every weight.
  private func transformWeights(_ values: FloatBuffer) -> FloatBuffer {
    let result = context.workspace.weightSpectra(plan.spectrum.count)
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

  /// Up to this size, each thread reads all spectra of the weights for itself.
  private static let ownWeightBytes = 4 << 20
  /// For a thread's spectra of a group.
  private static let ownBytes = 1 << 20
  /// For the spectra of a group that the threads share.
  private static let sharedBytes = 24 << 20
}
