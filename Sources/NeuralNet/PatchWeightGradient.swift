import Kernels

/// The weight gradient of a layer with few input channels, the first of a network: (tap, channel) pairs fill the register
/// tile together, and the output's gradient may come in strips.
final class PatchWeightGradient {
  private let geometry: ConvolutionGeometry
  private let packed: PackedWeights
  private let inputStride: Int
  private let patches: PatchTable
  /// For each part of the work, `[panels, rows of the tile, width]`.
  private var partial: FloatBuffer
  private var partCount: Int { patches.rows * packed.paddedChannels }

  /// Of the batch, at any number of threads.
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
    let scratch = context.workspace.spectra(
      outputGradient.scratchCount, 0, threads: context.pool.threads)
    partial.clear()
    context.pool.forEach(parts) { part, thread in
      for index in strips * part / parts..<strips * (part + 1) / parts {
        let (block, strip) = index.quotientAndRemainder(dividingBy: outputGradient.count)
        accumulate(
          input.block(block), outputGradient.rows(strip),
          outputGradient.read(block, strip, scratch[thread].first.pointer), outputGradient.stride,
          partial.pointer + part * partCount, context.kernels)
      }
    }
    context.sum(
      parts, of: partial, partCount, panelStart: { $0 * panelWidth * patches.rows }, packed,
      to: gradient)
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

extension ComputeContext {
  /// Overwrites a gradient with the sum of its parts, in their order.
  ///
  /// - Parameters:
  ///   - partCount: floats of a part.
  ///   - panelStart: of a panel within a part.
  func sum(
    _ parts: Int, of partial: FloatBuffer, _ partCount: Int, panelStart: (Int) -> Int,
    _ packed: PackedWeights, to gradient: FloatBuffer
  ) {
    gradient.clear()
    for panel in 0..<packed.panels {
      for part in 0..<parts {
        kernels.add(
          packed.taps * packed.depth * packed.width(panel),
          partial.pointer + part * partCount + panelStart(panel),
          gradient.pointer + packed.panelStart(panel))
      }
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
  }

  deinit { offsets.deallocate() }
}
