import Kernels

/// The weight gradient of a layer with few input channels, the first of a network: (tap, channel)
/// pairs are the rows of the register tile, and the output's gradient may come in strips.
final class PatchWeightGradient {
  private let geometry: ConvolutionGeometry
  private let packed: PackedWeights
  private let inputStride: Int
  private let patches: PatchTable
  /// For each part of the work, `[panels, rows of the tile, width]`.
  private var partial: FloatBuffer
  private var floatsPerPart: Int { patches.rows * packed.paddedChannels }

  /// Parts that the batch is cut into, at any number of threads.
  private static let parts = 32

  init(geometry: ConvolutionGeometry, packed: PackedWeights, inputStride: Int) {
    self.geometry = geometry
    self.packed = packed
    self.inputStride = inputStride
    patches = PatchTable(geometry: geometry, depth: packed.depth, inputStride: inputStride)
    partial = FloatBuffer(
      count: PatchWeightGradient.parts * patches.rows * packed.paddedChannels)
  }

  /// Overwrites `gradient`.
  func write(
    input: Tensor, outputGradient: GradientStrips, to gradient: FloatBuffer,
    in context: ComputeContext
  ) {
    let strips = input.shape.blocks * outputGradient.count
    let parts = min(PatchWeightGradient.parts, strips)
    let scratch = context.workspace.threadScratch(
      outputGradient.scratchFloats, 0, threads: context.pool.threads)
    partial.clear()
    context.pool.forEach(parts) { part, thread in
      for index in strips * part / parts..<strips * (part + 1) / parts {
        let (block, strip) = index.quotientAndRemainder(dividingBy: outputGradient.count)
        accumulate(
          input.block(block), outputGradient.rows(strip),
          outputGradient.read(block, strip, scratch[thread].first.pointer),
          outputGradient.shape.channelStride,
          partial.pointer + part * floatsPerPart, context.kernels)
      }
    }
    context.addParts(parts, partial, floatsPerPart)
    // The surplus rows of the tile stay behind.
    for panel in 0..<packed.panels {
      (gradient.pointer + packed.panelStart(panel)).update(
        from: partial.pointer + panel * panelWidth * patches.rows,
        count: packed.taps * packed.depth * packed.width(panel))
    }
  }

  private func accumulate(
    _ input: UnsafePointer<Float>, _ rows: Range<Int>, _ outputGradient: UnsafePointer<Float>,
    _ outputStride: Int, _ sum: UnsafeMutablePointer<Float>, _ kernels: KernelTable
  ) {
    let firstPixel = rows.lowerBound * geometry.outputWidth
    for panel in 0..<packed.panels {
      kernels.accumulatePatchGradient(
        PatchGradientArguments(
          input: input, inputStride: inputStride,
          rowOffsets: patches.offsets + firstPixel * patches.rows, rows: patches.rows,
          outputGradient: outputGradient + panel * panelWidth, outputStride: outputStride,
          outputPixels: rows.count * geometry.outputWidth, width: packed.width(panel),
          gradient: sum + panel * panelWidth * patches.rows, zeros: patches.zeros.pointer))
    }
  }
}

/// Where each (tap, channel) row of a layer lies in a block, for every output pixel.
final class PatchTable {
  /// taps × depth, rounded up to a multiple of 8.
  let rows: Int
  /// `[outputPixels, rows]`, −1 in the padding.
  let offsets: UnsafeMutablePointer<Int32>
  /// Twelve images of zeros, read instead of the padding.
  let zeros: FloatBuffer

  init(geometry: ConvolutionGeometry, depth: Int, inputStride: Int) {
    rows = (geometry.taps * depth + 7) / 8 * 8
    let count = geometry.outputPixels * rows
    offsets = .allocate(capacity: max(count, 1))
    offsets.initialize(repeating: -1, count: count)
    zeros = FloatBuffer(count: imageBlock * inputStride)
    TapPlan.forEachTap(geometry) { output, input, tap in
      for channel in 0..<depth {
        offsets[output * rows + tap * depth + channel] =
          Int32(input * imageBlock * inputStride + channel)
      }
    }
  }

  deinit { offsets.deallocate() }
}
