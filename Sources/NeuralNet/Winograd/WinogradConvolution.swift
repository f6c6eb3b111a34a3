import Kernels

/// A convolution by Winograd's algorithm: the forward pass of a layer or, with its weights turned round, the input
/// gradient.
///
/// The tiles of the batch are shared out in groups. A thread computes the spectra of its group, multiplies them point
/// by point with the spectra of the weights, (tiles · images × depth) · (depth × channels), and transforms the
/// products back, all in memory of its own that stays in its cache.
final class WinogradConvolution {
  private let tiling: WinogradTiling
  private let packed: PackedWeights
  private let input: SpectrumChannels
  private let output: SpectrumChannels
  private let weightMatrix: [Float]
  private let context: ComputeContext

  /// - Parameters:
  ///   - packed: how `convolve`'s weights lie in memory.
  ///   - flipped: whether their taps are in reverse, as the input gradient wants them.
  /// - Returns: nil where direct convolution is the better choice.
  init?(
    _ geometry: ConvolutionGeometry, _ packed: PackedWeights, flipped: Bool, context: ComputeContext
  ) {
    guard let tiling = WinogradTiling(geometry), let input = SpectrumChannels(packed.depth),
      let output = SpectrumChannels(packed.channels)
    else { return nil }
    self.tiling = tiling
    self.packed = packed
    self.input = input
    self.output = output
    self.context = context
    let (matrix, kernel) = (tiling.algorithm.weightMatrix, tiling.algorithm.kernel)
    weightMatrix =
      flipped
      ? matrix.indices.map { matrix[$0 / kernel * kernel + kernel - 1 - $0 % kernel] } : matrix
  }

  private var algorithm: WinogradAlgorithm { tiling.algorithm }

  /// Overwrites `result`.
  func convolve(_ map: Tensor, _ weights: FloatBuffer, to result: Tensor) {
    let spectrumWeights = transformWeights(weights)
    let tiles = map.shape.blocks * tiling.tiles.count
    let group = TileGroup(capacity: min(tiles, capacity), tiling: tiling)
    let spectra = context.winograd.spectra(
      group.count(input), group.count(output.panel), threads: context.pool.threads)
    let taps = context.winograd.panelTaps(panels: input.panels, capacity: group.capacity)
    context.pool.forEach((tiles + group.capacity - 1) / group.capacity) { unit, thread in
      let members = unit * group.capacity..<min(tiles, (unit + 1) * group.capacity)
      let (source, product) = (spectra[thread].first, spectra[thread].second)
      for panel in 0..<input.panels {
        group.transform(
          algorithm.inputTransform, map, .input, members, panel, input,
          source.pointer + panel * group.panelFloats(input), context.kernels)
      }
      for panel in 0..<output.panels {
        for point in 0..<tiling.points {
          multiply(source, spectrumWeights, product, point, panel, members.count, group, taps)
        }
        group.transform(
          algorithm.outputTransform, result, .output, members, panel, output.panel,
          product.pointer, context.kernels, mapChannels: output)
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
            input: source.pointer + point * group.pointFloats(input), inputStride: input.width,
            depth: input.width,
            weights: weights.pointer + spectrum.panelStart(panel)
              + point * spectrum.depth * output.width,
            width: output.width,
            output: product.pointer + point * group.pointFloats(output.panel),
            outputStride: output.width, tapStarts: starts.baseAddress!, taps: taps.baseAddress!,
            pixels: 0..<tiles))
      }
    }
  }

  /// The weights' layout as spectra: points for taps, the depth padded as the maps' channels are.
  private var spectrum: PackedWeights {
    PackedWeights(taps: tiling.points, depth: input.count, channels: packed.channels)
  }

  /// G w Gᵀ of every weight.
  private func transformWeights(_ values: FloatBuffer) -> FloatBuffer {
    let result = context.winograd.weights(spectrum.count)
    forEachInputChannel(packed, context) { panel, depth in
      let width = packed.width(panel)
      let target = result.pointer + spectrum.panelStart(panel) + depth * width
      guard depth < packed.depth else {
        for point in 0..<tiling.points {
          (target + point * spectrum.depth * width).update(repeating: 0, count: width)
        }
        return
      }
      context.kernels.transformTaps(
        TapTransformArguments(
          matrix: weightMatrix, rows: algorithm.points, columns: algorithm.kernel,
          source: values.pointer + packed.panelStart(panel) + depth * width,
          sourceStride: packed.depth * width, destination: target,
          destinationStride: spectrum.depth * width, width: width))
    }
    return result
  }

  /// As many tiles as a thread's cache holds, but enough to read the weights seldom.
  private var capacity: Int {
    let bytes = 4 * tiling.points * imageBlock * (input.count + output.width)
    return max(4, (1 << 20) / bytes, min(8, 4 * spectrum.count >> 20))
  }
}

/// Every panel and input channel, the padding's included, shared out to the threads.
func forEachInputChannel(
  _ packed: PackedWeights, _ context: ComputeContext, _ body: (_ panel: Int, _ depth: Int) -> Void
) {
  let depth = padded(packed.depth)
  withoutActuallyEscaping(body) { body in
    context.pool.forEach(packed.panels * depth / channelMultiple) { unit in
      for place in unit * channelMultiple..<(unit + 1) * channelMultiple {
        body(place / depth, place % depth)
      }
    }
  }
}
