import Kernels

/// A convolution in Winograd's domain, all three directions.
///
/// The tiles of the batch go through in groups. Of each group the spectra of all tiles are computed, then for each
/// of the points one product of matrices (tiles · images × channels), then the tiles of the result. The backward
/// pass is the exact transpose of the forward one: both gradients start from the same spectra of the output's
/// gradient.
///
/// Spectra lie in memory as `[points², panels, tiles of a group, 12, panel]`, so that a point's product is the direct
/// convolution's kernel with panels of channels as its taps.
final class WinogradConvolution {
  private let tiling: WinogradTiling
  private let geometry: ConvolutionGeometry
  private let weights: PackedWeights
  private let input: SpectrumChannels
  private let output: SpectrumChannels
  private let name: String
  private let context: ComputeContext

  /// nil where direct convolution is the better choice.
  init?(
    name: String, geometry: ConvolutionGeometry, weights: PackedWeights, inputStride: Int,
    context: ComputeContext
  ) {
    guard let tiling = WinogradTiling(geometry), inputStride == padded(weights.depth),
      let input = SpectrumChannels(weights.depth), let output = SpectrumChannels(weights.channels)
    else { return nil }
    self.tiling = tiling
    self.geometry = geometry
    self.weights = weights
    self.input = input
    self.output = output
    self.name = name
    self.context = context
  }

  private var algorithm: WinogradAlgorithm { tiling.algorithm }
  private var points: Int { algorithm.points * algorithm.points }

  /// Overwrites `result`. `values` are the direct convolution's weights.
  func forward(_ map: Tensor, _ values: FloatBuffer, to result: Tensor) {
    let group = self.group(map.shape)
    let spectra = context.winograd.spectra(
      points * group.floats(input), points * group.floats(output))
    let spectrumWeights = transformWeights(values, weights)
    forEachTileGroup(map.shape, group) { tiles in
      context.pool.forEach(tiles.count * input.panels) { unit in
        let (tile, panel) = (unit / input.panels, unit % input.panels)
        transform(
          algorithm.inputTransform, map, .input, tiles.lowerBound + tile, tile, panel, input,
          spectra.input, group)
      }
      multiply(spectra.input, input, spectrumWeights, weights, spectra.output, output, group, tiles)
      context.pool.forEach(tiles.count * output.panels) { unit in
        let (tile, panel) = (unit / output.panels, unit % output.panels)
        transform(
          algorithm.outputTransform, result, .output, tiles.lowerBound + tile, tile, panel, output,
          spectra.output, group)
      }
    }
  }

  /// Overwrites the weights' gradient and, if wanted, the map's.
  func backward(
    _ map: Tensor, _ values: FloatBuffer, outputGradient: Tensor, weightGradient: FloatBuffer,
    inputGradient: Tensor?, multiplyAdds: Double
  ) {
    let group = self.group(map.shape)
    let spectra = context.winograd.spectra(
      points * group.floats(input), points * group.floats(output))
    let transposed = PackedWeights(
      taps: geometry.taps, depth: weights.channels, channels: weights.depth)
    var transposedWeights: FloatBuffer?
    if inputGradient != nil {
      context.measure(name, .inputGradient) {
        let plain = context.winograd.plainWeights(transposed.count)
        // The transposition leaves the padding alone, where another layer's weights may lie.
        if transposed.channels != transposed.paddedChannels { plain.clear() }
        weights.transpose(values.pointer, to: plain.pointer, pool: context.pool)
        transposedWeights = transformWeights(plain, transposed)
        inputGradient?.clear(in: context)
      }
    }
    let gradient = context.winograd.gradient(spectrum(weights).count)
    let share = multiplyAdds / Double(tileCount(map.shape))
    forEachTileGroup(map.shape, group) { tiles in
      let multiplyAdds = share * Double(tiles.count)
      context.measure(name, .weightGradient, multiplyAdds: multiplyAdds) {
        let panels = input.panels + output.panels
        context.pool.forEach(tiles.count * panels) { unit in
          let (tile, panel) = (unit / panels, unit % panels)
          if panel < input.panels {
            transform(
              algorithm.inputTransform, map, .input, tiles.lowerBound + tile, tile, panel, input,
              spectra.input, group)
          } else {
            transform(
              algorithm.outputGradientTransform, outputGradient, .output,
              tiles.lowerBound + tile, tile, panel - input.panels, output, spectra.output, group)
          }
        }
        accumulateWeightGradient(spectra, gradient, group, tiles)
      }
      guard let inputGradient, let transposedWeights else { return }
      context.measure(name, .inputGradient, multiplyAdds: multiplyAdds) {
        // The input's spectra are not needed any more.
        multiply(
          spectra.output, output, transposedWeights, transposed, spectra.input, input, group, tiles)
        accumulateInputGradient(inputGradient, spectra.input, group, tiles)
      }
    }
    context.measure(name, .weightGradient) { writeWeightGradient(gradient, to: weightGradient) }
  }

  // MARK: Maps and spectra

  private enum Side {
    case input
    case output
  }

  /// Tile `index` of the batch, which is number `place` of its group, one panel.
  private func transform(
    _ transform: TileTransform, _ map: Tensor, _ side: Side, _ index: Int, _ place: Int,
    _ panel: Int, _ channels: SpectrumChannels, _ spectrum: FloatBuffer, _ group: TileGroup
  ) {
    let (block, number) = index.quotientAndRemainder(dividingBy: tiling.tiles.count)
    let tile = tiling.tiles[number]
    context.kernels.transformTile(
      transform,
      TileArguments(
        map: map.block(block) + panel * channels.width, height: map.shape.height,
        width: map.shape.width, stride: map.shape.channelStride,
        row: side == .input ? tile.inputRow : tile.outputRow,
        column: side == .input ? tile.inputColumn : tile.outputColumn,
        step: side == .input ? tiling.inputStep : tiling.outputStep,
        spectrum: spectrum.pointer + (panel * group.capacity + place) * imageBlock * channels.width,
        pointStride: group.floats(channels), panel: channels.width))
  }

  /// Neighbouring tiles overlap: one unit of work takes all tiles of a block of images, for one panel.
  private func accumulateInputGradient(
    _ inputGradient: Tensor, _ spectrum: FloatBuffer, _ group: TileGroup, _ tiles: Range<Int>
  ) {
    let count = tiling.tiles.count
    let firstBlock = tiles.lowerBound / count
    let blocks = (tiles.upperBound - 1) / count + 1 - firstBlock
    context.pool.forEach(blocks * input.panels) { unit in
      let (block, panel) = (firstBlock + unit / input.panels, unit % input.panels)
      for tile in tiles.clamped(to: block * count..<(block + 1) * count) {
        transform(
          algorithm.inputGradientTransform, inputGradient, .input, tile, tile - tiles.lowerBound,
          panel, input, spectrum, group)
      }
    }
  }

  // MARK: Products

  /// Every point's product: (tiles · 12 × depth) · (depth × channels).
  private func multiply(
    _ source: FloatBuffer, _ depth: SpectrumChannels, _ weights: FloatBuffer,
    _ packed: PackedWeights, _ target: FloatBuffer, _ channels: SpectrumChannels,
    _ group: TileGroup, _ tiles: Range<Int>
  ) {
    let spectrum = self.spectrum(packed)
    let taps = context.winograd.panelTaps(panels: depth.panels, capacity: group.capacity)
    context.pool.forEach(points * channels.panels) { unit in
      let (point, panel) = (unit / channels.panels, unit % channels.panels)
      taps.starts.withUnsafeBufferPointer { starts in
        taps.taps.withUnsafeBufferPointer { taps in
          context.kernels.convolve(
            ConvolutionArguments(
              input: source.pointer + point * group.floats(depth), inputStride: depth.width,
              depth: depth.width,
              weights: weights.pointer + spectrum.panelStart(panel)
                + point * spectrum.depth * spectrum.width(panel),
              width: channels.width,
              output: target.pointer + point * group.floats(channels)
                + panel * group.capacity * imageBlock * channels.width,
              outputStride: channels.width, tapStarts: starts.baseAddress!,
              taps: taps.baseAddress!, pixels: 0..<tiles.count))
        }
      }
    }
  }

  /// Every point's product: (depth × tiles · 12) · (tiles · 12 × channels), added up over the groups in order.
  private func accumulateWeightGradient(
    _ spectra: (input: FloatBuffer, output: FloatBuffer), _ gradient: FloatBuffer,
    _ group: TileGroup, _ tiles: Range<Int>
  ) {
    let spectrum = self.spectrum(weights)
    context.pool.forEach(points * output.panels) { unit in
      let (point, panel) = (unit / output.panels, unit % output.panels)
      let width = output.width
      let sum =
        gradient.pointer + spectrum.panelStart(panel) + point * spectrum.depth * width
      if tiles.lowerBound == 0 { sum.update(repeating: 0, count: spectrum.depth * width) }
      for depthPanel in 0..<input.panels {
        context.kernels.accumulateWeightGradient(
          WeightGradientArguments(
            input: spectra.input.pointer + point * group.floats(input)
              + depthPanel * group.capacity * imageBlock * input.width,
            inputStride: input.width, inputPixelStep: imageBlock * input.width,
            outputGradient: spectra.output.pointer + point * group.floats(output)
              + panel * group.capacity * imageBlock * width,
            outputStride: width, pixels: tiles.count, depth: input.width, width: width,
            gradient: sum + depthPanel * input.width * width))
      }
    }
  }

  // MARK: Weights and spectra

  /// The weights' layout in Winograd's domain: points for taps, the depth padded as the maps' channels are.
  private func spectrum(_ packed: PackedWeights) -> PackedWeights {
    PackedWeights(taps: points, depth: padded(packed.depth), channels: packed.channels)
  }

  /// G w Gᵀ of every weight.
  private func transformWeights(_ values: FloatBuffer, _ packed: PackedWeights) -> FloatBuffer {
    let spectrum = self.spectrum(packed)
    let result = context.winograd.weights(spectrum.count)
    forEachDepth(packed) { panel, depth in
      let width = packed.width(panel)
      let target = result.pointer + spectrum.panelStart(panel) + depth * width
      guard depth < packed.depth else {
        for point in 0..<points {
          (target + point * spectrum.depth * width).update(repeating: 0, count: width)
        }
        return
      }
      transformTaps(
        algorithm.weightMatrix, rows: algorithm.points,
        values.pointer + packed.panelStart(panel) + depth * width, packed.depth * width,
        target, spectrum.depth * width, width)
    }
    return result
  }

  /// Gᵀ dU G of every weight's gradient.
  private func writeWeightGradient(_ gradient: FloatBuffer, to result: FloatBuffer) {
    let spectrum = self.spectrum(weights)
    let (points, kernel) = (algorithm.points, algorithm.kernel)
    let transposed = (0..<points * kernel).map {
      algorithm.weightMatrix[$0 % points * kernel + $0 / points]
    }
    forEachDepth(weights) { panel, depth in
      guard depth < weights.depth else { return }
      let width = weights.width(panel)
      transformTaps(
        transposed, rows: kernel, gradient.pointer + spectrum.panelStart(panel) + depth * width,
        spectrum.depth * width, result.pointer + weights.panelStart(panel) + depth * width,
        weights.depth * width, width)
    }
  }

  private func transformTaps(
    _ matrix: [Float], rows: Int, _ source: UnsafePointer<Float>, _ sourceStride: Int,
    _ destination: UnsafeMutablePointer<Float>, _ destinationStride: Int, _ width: Int
  ) {
    context.kernels.transformTaps(
      TapTransformArguments(
        matrix: matrix, rows: rows, columns: matrix.count / rows, source: source,
        sourceStride: sourceStride, destination: destination,
        destinationStride: destinationStride, width: width))
  }

  /// Every panel and input channel, the padding's included.
  private func forEachDepth(_ packed: PackedWeights, _ body: (_ panel: Int, _ depth: Int) -> Void) {
    let depth = padded(packed.depth)
    withoutActuallyEscaping(body) { body in
      context.pool.forEach(packed.panels * depth / channelMultiple) { unit in
        for place in unit * channelMultiple..<(unit + 1) * channelMultiple {
          body(place / depth, place % depth)
        }
      }
    }
  }

  // MARK: Groups

  private func tileCount(_ shape: Shape) -> Int { shape.blocks * tiling.tiles.count }

  /// As many tiles as keep both spectra in the cache, but enough to read the weights seldom.
  private func group(_ shape: Shape) -> TileGroup {
    let bytes = 4 * points * imageBlock * (input.count + output.count)
    return TileGroup(capacity: min(tileCount(shape), max(8, (8 << 20) / bytes)))
  }

  private func forEachTileGroup(
    _ shape: Shape, _ group: TileGroup, _ body: (Range<Int>) -> Void
  ) {
    let count = tileCount(shape)
    for first in stride(from: 0, to: count, by: group.capacity) {
      body(first..<min(first + group.capacity, count))
    }
  }
}

/// The tiles whose spectra are in memory together.
private struct TileGroup {
  let capacity: Int

  /// Of one point. A cache line more than needed: the transforms walk all points side by side, and at a distance of a
  /// power of two they would all want the same few lines of the cache.
  func floats(_ channels: SpectrumChannels) -> Int { capacity * imageBlock * channels.count + 16 }
}

/// How channels are cut into panels in a spectrum: all 32 wide, or one of 16.
private struct SpectrumChannels {
  let count: Int
  let width: Int
  var panels: Int { count / width }

  /// nil for a number of channels that does not fill panels of one width.
  init?(_ channels: Int) {
    count = padded(channels)
    width = min(count, panelWidth)
    // Layers with fewer channels are cheaper to do directly.
    if count % width != 0 || channels < 8 { return nil }
  }
}
