import Foundation
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
    for (depth, tapsPerSum) in [(1, 1), (2, .max), (7, 1), (16, 2), (33, .max)] {
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
            taps: taps, pixels: 0..<3, tapsPerSum: tapsPerSum, accumulates: accumulates))
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

  /// x ln x in Double, of what is zero, one, at an edge of the logarithm's reduction, very small or
  /// very large, and of the sum of two values.
  @Test(arguments: InstructionSet.available) func entropyTerms(instructionSet: InstructionSet) {
    let kernels = instructionSet.kernels
    let edges = [
      0, 1, 1.nextDown, 1.nextUp, 0.5.squareRoot(), 0.5.squareRoot().nextDown, 2.0.squareRoot(),
      0x1p-52, 1e-300, 1e300,
    ]
    let zeros = [Double](repeating: 0, count: 16)
    for (index, x) in (edges + randomValues(200, seed: 1).map(abs)).enumerated() {
      // One value at a time, so that none hides behind another; each in its turn in every lane.
      var alone = zeros
      alone[index % 16] = x
      let sum = kernels.sumEntropyTerms(16, alone, zeros)
      #expect(abs(sum - Self.term(x)) <= 4e-16 * abs(Self.term(x)) + 1e-290, "\(x)")
    }
    let (a, b) = (randomValues(16, seed: 2).map(abs), randomValues(16, seed: 3).map(abs))
    let expected = zip(a, b).reduce(0) { $0 + Self.term($1.0 + $1.1) }
    #expect(abs(kernels.sumEntropyTerms(16, a, b) - expected) < 1e-14)
  }

  @Test(arguments: InstructionSet.available) func mergeCosts(instructionSet: InstructionSet) {
    let (first, second) = (randomValues(24, seed: 4).map(abs), randomValues(24, seed: 5).map(abs))
    let (changes, before) = (randomValues(24, seed: 6), randomValues(24, seed: 7))
    var costs = before
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        changes.withUnsafeBufferPointer { changes in
          instructionSet.kernels.changeMergeCosts(
            MergeArguments(
              first: first.baseAddress!, second: second.baseAddress!,
              changes: changes.baseAddress!, ownFirst: 0.25, ownSecond: 0, ownChange: -0.5),
            16, &costs)
        }
      }
    }
    for k in 0..<16 {
      let gap =
        Self.term(first[k] + 0.25) + Self.term(second[k])
        - Self.term(first[k] + 0.25 + second[k]) - 0.5 + changes[k]
      #expect(abs(costs[k] - before[k] - 2 * gap) < 1e-14)
    }
    #expect(costs[16...] == before[16...])
  }

  private static func term(_ x: Double) -> Double { x > 0 ? x * log(x) : 0 }
}
