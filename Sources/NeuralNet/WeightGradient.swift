import Kernels

/// The weight gradient of a convolution: each tap's input channels × output channels, summed over the batch.
///
/// The batch is cut into a number of parts that depends on the layer alone; each part is summed by one unit of
/// work, and the parts are added in order, so that the bits do not depend on the threads.
final class WeightGradient {
  private let geometry: ConvolutionGeometry
  private let packed: PackedWeights
  private let inputStride: Int
  private let parts: Int
  /// With few input channels, (tap, channel) pairs fill the register tile together.
  private let patches: PatchTable?
  private var partial: FloatBuffer

  init(geometry: ConvolutionGeometry, packed: PackedWeights, inputStride: Int) {
    self.geometry = geometry
    self.packed = packed
    self.inputStride = inputStride
    patches =
      packed.depth < 8
      ? PatchTable(geometry: geometry, depth: packed.depth, inputStride: inputStride) : nil
    let unitsPerPart = patches == nil ? packed.panels * geometry.kernelHeight : packed.panels
    parts = min(16, max(1, 32 / unitsPerPart))
    let rows = patches?.rows ?? packed.taps * packed.depth
    partial = FloatBuffer(count: parts * rows * packed.paddedChannels)
  }

  /// Overwrites `gradient`.
  func write(
    input: Tensor, outputGradient: Tensor, to gradient: FloatBuffer, in context: ComputeContext
  ) {
    let partCount = partial.count / parts
    partial.clear()
    if let patches {
      context.pool.forEach(parts * packed.panels) { unit in
        let (part, panel) = (unit / packed.panels, unit % packed.panels)
        for block in blocks(of: part, in: input.shape) {
          accumulate(
            patches, panel, input, outputGradient, block, partial.pointer + part * partCount,
            context.kernels)
        }
      }
    } else {
      let units = packed.panels * geometry.kernelHeight
      context.pool.forEach(parts * units) { unit in
        let part = unit / units
        let (panel, kernelRow) = (
          unit % units / geometry.kernelHeight, unit % geometry.kernelHeight
        )
        for block in blocks(of: part, in: input.shape) {
          accumulate(
            kernelRow, panel, input, outputGradient, block, partial.pointer + part * partCount,
            context.kernels)
        }
      }
    }
    sumParts(partCount, to: gradient, in: context)
  }

  private func blocks(of part: Int, in shape: Shape) -> Range<Int> {
    shape.blocks * part / parts..<shape.blocks * (part + 1) / parts
  }

  /// One row of taps over one block of images.
  private func accumulate(
    _ kernelRow: Int, _ panel: Int, _ input: Tensor, _ outputGradient: Tensor, _ block: Int,
    _ sum: UnsafeMutablePointer<Float>, _ kernels: KernelTable
  ) {
    let width = packed.width(panel)
    let outputStride = outputGradient.shape.channelStride
    let source = input.block(block)
    let gradient = outputGradient.block(block) + panel * panelWidth
    for row in 0..<geometry.outputHeight {
      guard let inputRow = geometry.inputRow(row, kernelRow) else { continue }
      for kernelColumn in 0..<geometry.kernelWidth {
        let columns = geometry.outputColumns(kernelColumn)
        if columns.isEmpty { continue }
        let inputColumn =
          columns.lowerBound * geometry.stride - geometry.padding + kernelColumn * geometry.dilation
        let tap = kernelRow * geometry.kernelWidth + kernelColumn
        kernels.weightGradient(
          WeightGradientArguments(
            input: source + (inputRow * geometry.inputWidth + inputColumn) * imageBlock
              * inputStride,
            inputStride: inputStride,
            inputPixelStep: geometry.stride * imageBlock * inputStride,
            outputGradient: gradient
              + (row * geometry.outputWidth + columns.lowerBound) * imageBlock * outputStride,
            outputStride: outputStride, pixels: columns.count, depth: packed.depth, width: width,
            gradient: sum + packed.panelStart(panel) + tap * packed.depth * width,
            accumulates: true))
      }
    }
  }

  private func accumulate(
    _ patches: PatchTable, _ panel: Int, _ input: Tensor, _ outputGradient: Tensor, _ block: Int,
    _ sum: UnsafeMutablePointer<Float>, _ kernels: KernelTable
  ) {
    patches.offsets.withUnsafeBufferPointer { offsets in
      kernels.accumulatePatchGradient(
        PatchGradientArguments(
          input: input.block(block), inputStride: inputStride, rowOffsets: offsets.baseAddress!,
          rows: patches.rows, outputGradient: outputGradient.block(block) + panel * panelWidth,
          outputStride: outputGradient.shape.channelStride,
          outputPixels: geometry.outputPixels, width: packed.width(panel),
          gradient: sum + panel * panelWidth * patches.rows, zeros: patches.zeros.pointer))
    }
  }

  private func sumParts(_ partCount: Int, to gradient: FloatBuffer, in context: ComputeContext) {
    gradient.clear()
    for panel in 0..<packed.panels {
      let count = packed.taps * packed.depth * packed.width(panel)
      let partStart = patches.map { panel * panelWidth * $0.rows } ?? packed.panelStart(panel)
      for part in 0..<parts {
        context.kernels.add(
          count, partial.pointer + part * partCount + partStart,
          gradient.pointer + packed.panelStart(panel))
      }
    }
  }
}

/// Where each (tap, channel) row of a small-depth layer lies in a block, for every output pixel.
struct PatchTable {
  /// taps × depth, rounded up to a multiple of 8.
  let rows: Int
  /// `[outputPixels, rows]`, −1 in the padding.
  let offsets: [Int32]
  /// Twelve images of zeros, read instead of the padding.
  let zeros: FloatBuffer

  init(geometry: ConvolutionGeometry, depth: Int, inputStride: Int) {
    let rows = (geometry.taps * depth + 7) / 8 * 8
    var offsets = [Int32](repeating: -1, count: geometry.outputPixels * rows)
    for row in 0..<geometry.outputHeight {
      for kernelRow in 0..<geometry.kernelHeight {
        guard let inputRow = geometry.inputRow(row, kernelRow) else { continue }
        for kernelColumn in 0..<geometry.kernelWidth {
          for column in geometry.outputColumns(kernelColumn) {
            let inputColumn =
              column * geometry.stride - geometry.padding + kernelColumn * geometry.dilation
            let pixel = inputRow * geometry.inputWidth + inputColumn
            let tap = kernelRow * geometry.kernelWidth + kernelColumn
            let first = (row * geometry.outputWidth + column) * rows + tap * depth
            for channel in 0..<depth {
              offsets[first + channel] = Int32(pixel * imageBlock * inputStride + channel)
            }
          }
        }
      }
    }
    self.rows = rows
    self.offsets = offsets
    zeros = FloatBuffer(count: imageBlock * inputStride)
  }
}
