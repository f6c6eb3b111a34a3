import Kernels
import TestSupport
import Testing

/// The kernels of each instruction set against those of the portable one, on the same memory.
struct KernelAgreementTests {
  /// What a kernel wrote.
  private typealias Outcome = [Double]

  /// Runs `body` with every set's kernels; the outcomes must agree to 1e-5 of the largest entry.
  private func compare(_ name: String, _ body: (KernelTable) -> Outcome) {
    let expected = body(InstructionSet.portable.kernels)
    #expect(expected.contains { $0 != 0 }, "\(name)")
    for instructionSet in InstructionSet.available.dropFirst() {
      let error = relativeError(body(instructionSet.kernels), expected)
      #expect(error <= 1e-5, "\(name), \(instructionSet)")
    }
  }

  private func buffer(_ count: Int, seed: UInt64) -> FloatBuffer {
    let buffer = FloatBuffer(count: count)
    for (index, value) in randomValues(count, seed: seed).enumerated() {
      buffer[index] = Float(value)
    }
    return buffer
  }

  private func values(_ buffer: FloatBuffer) -> Outcome {
    (0..<buffer.count).map { Double(buffer[$0]) }
  }

  @Test(arguments: [16, 32], [false, true])
  func convolutionTiles(width: Int, accumulates: Bool) {
    for depth in [1, 2, 7, 16, 33] {
      let input = buffer(3 * imageBlock * depth, seed: 1)
      let weights = buffer(2 * depth * width, seed: 2)
      // Three output pixels: two taps, none, one.
      let starts: [Int32] = [0, 2, 2, 3]
      let taps = [Tap(pixel: 0, tap: 1), Tap(pixel: 2, tap: 0), Tap(pixel: 1, tap: 1)]
      compare("convolve, depth \(depth)") { kernels in
        let output = buffer(3 * imageBlock * width, seed: 3)
        kernels.convolve(
          ConvolutionArguments(
            input: input.pointer, inputStride: depth, depth: depth, weights: weights.pointer,
            width: width, output: output.pointer, outputStride: width, tapStarts: starts,
            taps: taps, pixels: 0..<3, accumulates: accumulates))
        return values(output)
      }
    }
  }

  @Test(arguments: [16, 32], [false, true])
  func weightGradientTiles(width: Int, accumulates: Bool) {
    for depth in [1, 3, 4, 7, 8, 9, 20] {
      let input = buffer(5 * imageBlock * depth, seed: 1)
      let outputGradient = buffer(3 * imageBlock * width, seed: 2)
      compare("weight gradient, depth \(depth)") { kernels in
        // Random, to see whether it counts.
        let gradient = buffer(depth * width, seed: 3)
        kernels.weightGradient(
          WeightGradientArguments(
            input: input.pointer, inputStride: depth, inputPixelStep: 2 * imageBlock * depth,
            outputGradient: outputGradient.pointer, outputStride: width, pixels: 3, depth: depth,
            width: width, gradient: gradient.pointer, accumulates: accumulates,
            next: accumulates ? nil : UnsafePointer(input.pointer)))
        return values(gradient)
      }
    }
  }

  @Test(arguments: [16, 32]) func patchGradientTiles(width: Int) {
    for rows in [8, 16, 32] {
      let input = buffer(4 * imageBlock * 3, seed: 1)
      let zeros = FloatBuffer(count: imageBlock * 3)
      let outputGradient = buffer(2 * imageBlock * width, seed: 2)
      let offsets = (0..<2 * rows).map { index in
        index % 5 == 0 ? -1 : Int32(index % 4 * imageBlock * 3 + index % 3)
      }
      compare("patch gradient, \(rows) rows") { kernels in
        let gradient = buffer(rows * width, seed: 3)
        kernels.accumulatePatchGradient(
          PatchGradientArguments(
            input: input.pointer, inputStride: 3, rowOffsets: offsets, rows: rows,
            outputGradient: outputGradient.pointer, outputStride: width, outputPixels: 2,
            width: width, gradient: gradient.pointer, zeros: zeros.pointer))
        return values(gradient)
      }
    }
  }

  @Test(arguments: [16, 48], [nil, 0, 1]) func normalization(stride: Int, poolPadding: Int?) {
    for relu in [false, true] {
      for images in [1, 11, 12] {
        let (height, width) = (5, 4)
        let input = buffer(height * width * imageBlock * stride, seed: 1)
        let (scale, shift) = (buffer(stride, seed: 2), buffer(stride, seed: 3))
        let (slope, offset) = (buffer(stride, seed: 4), buffer(stride, seed: 5))
        compare("normalisation, \(images) images, relu \(relu)") { kernels in
          var arguments = NormalizationArguments(
            input: input.pointer, height: height, width: width, stride: stride, images: images,
            scale: scale.pointer, shift: shift.pointer, relu: relu, poolPadding: poolPadding,
            poolIndex: nil, residual: nil, rows: 0..<0)
          arguments.rows = 0..<arguments.outputHeight
          let count = arguments.outputHeight * arguments.outputWidth * imageBlock * stride
          var indices = [UInt8](repeating: 0, count: count)
          return indices.withUnsafeMutableBufferPointer { indices in
            if poolPadding != nil { arguments.poolIndex = indices.baseAddress }
            let (output, gradient) = (buffer(count, seed: 6), buffer(count, seed: 7))
            let (statistics, sums) = (buffer(2 * stride, seed: 8), buffer(2 * stride, seed: 9))
            let inputGradient = buffer(input.count, seed: 10)
            kernels.accumulateStatistics(
              input.pointer, height * width, stride, images, statistics.pointer,
              statistics.pointer + stride)
            kernels.normalize(arguments, output.pointer)
            kernels.accumulateNormalizationSums(
              arguments, gradient.pointer, sums.pointer, sums.pointer + stride)
            kernels.normalizationInputGradient(
              arguments, gradient.pointer, slope.pointer, offset.pointer, inputGradient.pointer)
            var added: Outcome = []
            if poolPadding == nil {
              let residual = buffer(count, seed: 11)
              arguments.residual = UnsafePointer(residual.pointer)
              // Over the residual itself.
              kernels.normalize(arguments, residual.pointer)
              kernels.accumulateResidualSums(
                arguments, residual.pointer, gradient.pointer, sums.pointer, sums.pointer + stride)
              added = values(residual) + values(gradient)
            }
            // One outcome, all parts of a size: the statistics are sums of up to 240 entries.
            return values(output) + values(statistics).map { $0 / 100 }
              + values(sums).map { $0 / 10 } + values(inputGradient) + indices.map(Double.init)
              + added
          }
        }
      }
    }
  }

  @Test(arguments: [0, 1, 3, 4, 15, 16, 17, 100]) func elementwise(count: Int) {
    let gradient = buffer(count, seed: 1)
    compare("adam and add, \(count)") { kernels in
      let (state, second) = (buffer(2 * count + 1, seed: 2), buffer(count, seed: 3))
      for index in 0..<count { second[index] = abs(second[index]) }
      kernels.adam(
        AdamArguments(
          stepSize: 0.01, secondMomentCorrection: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8),
        count, state.pointer, gradient.pointer, state.pointer + count, second.pointer)
      let sum = buffer(count, seed: 4)
      kernels.add(count, gradient.pointer, sum.pointer)
      return values(state) + values(second) + values(sum)
    }
  }
}
