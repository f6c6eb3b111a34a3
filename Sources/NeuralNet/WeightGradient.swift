import Kernels

/// The weight gradient of a convolution: each tap's input channels × output channels, summed over
/// the batch.
///
/// The batch is cut into a number of parts that depends on the layer alone; each part is summed by
/// one unit of work, and the parts are added in order, so that the bits do not depend on the
/// threads.
final class WeightGradient {
  private let geometry: ConvolutionGeometry
  private let packed: PackedWeights
  private let inputStride: Int
  private let parts: Int
  private var partial: FloatBuffer

  init(geometry: ConvolutionGeometry, packed: PackedWeights, inputStride: Int) {
    self.geometry = geometry
    self.packed = packed
    self.inputStride = inputStride
    parts = min(16, max(1, 32 / (packed.panels * geometry.kernelHeight)))
    partial = FloatBuffer(count: parts > 1 ? parts * packed.count : 0)
  }

  /// Overwrites `gradient`.
  func write(
    input: Tensor, outputGradient: Tensor, to gradient: FloatBuffer, in context: ComputeContext
  ) {
    // A single part needs no memory of its own.
    let sums = parts > 1 ? partial : gradient
    sums.clear()
    let units = packed.panels * geometry.kernelHeight
    context.pool.forEach(parts * units) { unit in
      let (part, panel) = (unit / units, unit % units / geometry.kernelHeight)
      let kernelRow = unit % geometry.kernelHeight
      for block in blocks(of: part, in: input.shape) {
        accumulate(
          kernelRow, panel, input, outputGradient, block, sums.pointer + part * packed.count,
          context.kernels)
      }
    }
    if parts > 1 {
      context.addParts(parts, partial, packed.count)
      gradient.pointer.update(from: partial.pointer, count: packed.count)
    }
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
}
