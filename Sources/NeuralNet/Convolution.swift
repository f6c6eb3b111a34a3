import Kernels

/// A two-dimensional convolution without bias, and with a kernel as large as the map a linear
/// layer.
///
/// Weights are `[out, in, height, width]` to the outside and `PackedWeights` inside.
package final class Convolution {
  package let geometry: ConvolutionGeometry
  package let inputChannels: Int
  package let outputChannels: Int
  package let weight: Parameter
  private let name: String

  private let context: ComputeContext
  private let packed: PackedWeights
  private let forwardPlan: TapPlan
  private lazy var inputGradientPlan = TapPlan(inputGradient: geometry)
  private let transposed: PackedWeights
  /// nil, as the two others, where direct convolution is the better choice.
  private let winograd: WinogradConvolution?
  private let winogradInputGradient: WinogradConvolution?
  private let winogradWeightGradient: WinogradWeightGradient?
  private lazy var weightGradient = WeightGradient(
    geometry: geometry, packed: packed, inputStride: inputStride)
  /// nil but for few input channels.
  private lazy var patchWeightGradient =
    winograd == nil && inputChannels < 8
    ? PatchWeightGradient(geometry: geometry, packed: packed, inputStride: inputStride) : nil
  private let inputStride: Int
  private var input: Tensor?
  private var output = ActivationStorage()

  /// - Parameters:
  ///   - inputStride: the channel stride of the tensors that `forward` is given.
  ///   - views: the PyTorch tensors that the weights are saved as; one named `name`, with He
  ///     initialisation by `fan`, if nil.
  package init(
    name: String, geometry: ConvolutionGeometry, inputChannels: Int, inputStride: Int? = nil,
    outputChannels: Int, views: [ParameterView]? = nil, fan: Fan = .fanIn, context: ComputeContext
  ) {
    self.name = name
    self.geometry = geometry
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.inputStride = inputStride ?? padded(inputChannels)
    self.context = context
    let packed = PackedWeights(
      taps: geometry.taps, depth: inputChannels, channels: outputChannels)
    self.packed = packed
    forwardPlan = TapPlan(forward: geometry)
    let transposed = PackedWeights(
      taps: geometry.taps, depth: outputChannels, channels: inputChannels)
    self.transposed = transposed
    let isPadded = self.inputStride == padded(inputChannels)
    let plan = context.arithmetic == .fastest && isPadded ? WinogradPlan(geometry, packed) : nil
    winograd = plan.map { WinogradConvolution($0, flipped: false, context: context) }
    winogradWeightGradient = plan.map { WinogradWeightGradient($0, context: context) }
    let gradientPlan =
      context.arithmetic == .fastest
      ? geometry.inputGradient.flatMap { WinogradPlan($0, transposed) } : nil
    winogradInputGradient = gradientPlan.map {
      WinogradConvolution($0, flipped: true, context: context)
    }
    weight = Parameter(
      count: packed.count, views: views ?? [.convolution(name, packed, geometry, fan)])
  }

  /// `[N, H, W, inputChannels]` → `[N, H′, W′, outputChannels]`; the result lives until the next
  /// call.
  package func forward(_ input: Tensor) -> Tensor { forward(input, statistics: nil) }

  /// `[N, H, W, inputChannels]` → `[N, H′, W′, outputChannels]`, with the output's statistics.
  ///
  /// - Parameter statistics: `[statisticsUnits, 2, channelStride]`, to which Σx and Σx² of each
  ///   channel of the output are added: each unit of work adds to sums of its own, while it has its
  ///   part of the output in its cache. nil if nobody needs them.
  func forward(_ input: Tensor, statistics: FloatBuffer?) -> Tensor {
    let output = output(for: input)
    context.measure(
      name, .forward, multiplyAdds: multiplyAdds(input), bytes: bytes(input, output)
    ) {
      if let winograd {
        winograd.convolve(
          input, weight.values, to: output, accumulates: false, statistics: statistics)
      } else if let statistics {
        convolve(
          input, forwardPlan, weight.values, packed, output, accumulates: false,
          rowCount: GradientStrips.rowCount(
            width: output.shape.width, stride: output.shape.channelStride)
        ) { unit, block, rows in
          context.kernels.accumulateStatistics(output, rows, block, to: statistics, unit)
        }
      } else {
        convolve(input, forwardPlan, weight.values, packed, output, accumulates: false)
      }
    }
    return output
  }

  /// How many units of work take the output's statistics: it depends on the shape alone.
  func statisticsUnits(_ input: Shape) -> Int {
    winograd?.tileCount(input)
      ?? BlockPartition(blocks: input.blocks, rows: geometry.outputHeight).units
  }

  /// Remembers the input; the output's memory is the layer's.
  private func output(for input: Tensor) -> Tensor {
    precondition(
      input.shape.height == geometry.inputHeight && input.shape.width == geometry.inputWidth
        && input.shape.channels == inputChannels && input.shape.channelStride == inputStride,
      "\(input.shape) into \(geometry), \(inputChannels) channels")
    self.input = input
    return output.tensor(outputShape(input))
  }

  /// Replaces the weight gradient and returns the gradient of the input, nil if it is not needed.
  package func backward(_ outputGradient: Tensor, needsInputGradient: Bool) -> Tensor? {
    let input = writeWeightGradient(outputGradient)
    guard needsInputGradient else { return nil }
    let inputGradient = context.gradients.take(inputShape(input))
    writeInputGradient(outputGradient, to: inputGradient, accumulates: false)
    return inputGradient
  }

  /// Replaces the weight gradient and adds the gradient of the input to what is there.
  package func backward(_ outputGradient: Tensor, accumulatingInto inputGradient: Tensor) {
    let input = writeWeightGradient(outputGradient)
    precondition(
      inputGradient.shape == inputShape(input),
      "\(inputShape(input)) into \(inputGradient.shape)")
    writeInputGradient(outputGradient, to: inputGradient, accumulates: true)
  }

  /// Replaces the weight gradient, given the gradient of what `normalization` made of the output.
  /// For a network's first layer, whose few input channels let the output's own gradient stay in
  /// the threads' caches.
  package func backward(_ gradient: Tensor, through normalization: BatchNormalization) {
    guard let patchWeightGradient, let input else {
      _ = backward(normalization.backward(gradient), needsInputGradient: false)
      return
    }
    let strips = normalization.backwardInStrips(gradient)
    precondition(
      strips.shape == outputShape(input), "gradient \(strips.shape) for input \(input.shape)")
    context.measure(
      name, .weightGradient, multiplyAdds: multiplyAdds(input),
      bytes: 4 * Double(input.shape.count + gradient.shape.count)
        + 4 * Double(outputShape(input).count)
    ) {
      patchWeightGradient.write(
        input: input, outputGradient: strips, to: weight.gradient, in: context)
    }
  }

  /// Returns the input of the forward pass.
  private func writeWeightGradient(_ outputGradient: Tensor) -> Tensor {
    guard let input else { preconditionFailure("backward before forward") }
    precondition(
      outputGradient.shape.channels == outputChannels
        && outputGradient.shape.images == input.shape.images,
      "gradient \(outputGradient.shape) for input \(input.shape)")
    context.measure(
      name, .weightGradient, multiplyAdds: multiplyAdds(input), bytes: bytes(input, outputGradient)
    ) {
      if let winogradWeightGradient {
        winogradWeightGradient.write(
          input: input, outputGradient: outputGradient, to: weight.gradient)
      } else if let patchWeightGradient {
        patchWeightGradient.write(
          input: input, outputGradient: GradientStrips(outputGradient), to: weight.gradient,
          in: context)
      } else {
        weightGradient.write(
          input: input, outputGradient: outputGradient, to: weight.gradient, in: context)
      }
    }
    return input
  }

  private func writeInputGradient(
    _ outputGradient: Tensor, to inputGradient: Tensor, accumulates: Bool
  ) {
    context.measure(
      name, .inputGradient, multiplyAdds: multiplyAdds(inputGradient),
      bytes: bytes(inputGradient, outputGradient)
    ) {
      let weights = context.workspace.transposedWeights(transposed.count)
      // The transposition leaves the padding alone, where another layer's weights may lie.
      if transposed.channels != transposed.paddedChannels { weights.clear() }
      packed.transpose(weight.values.pointer, to: weights.pointer, pool: context.pool)
      if let winogradInputGradient {
        winogradInputGradient.convolve(
          outputGradient, weights, to: inputGradient, accumulates: accumulates)
      } else {
        convolve(
          outputGradient, inputGradientPlan, weights, transposed, inputGradient,
          accumulates: accumulates)
      }
    }
  }

  /// Shape of the input's gradient, whose channels are padded, unlike those of a raw input.
  private func inputShape(_ input: Tensor) -> Shape {
    Shape(
      images: input.shape.images, height: geometry.inputHeight, width: geometry.inputWidth,
      channels: inputChannels)
  }

  private func outputShape(_ input: Tensor) -> Shape {
    Shape(
      images: input.shape.images, height: geometry.outputHeight, width: geometry.outputWidth,
      channels: outputChannels)
  }

  /// Multiply-adds of one pass by the direct count, padding included.
  private func multiplyAdds(_ input: Tensor) -> Double {
    Double(input.shape.images * geometry.outputPixels)
      * Double(geometry.taps * inputChannels * outputChannels)
  }

  private func bytes(_ input: Tensor, _ output: Tensor) -> Double {
    4 * Double(input.shape.count + output.shape.count + weight.values.count)
  }

  private func tapsPerSum(_ depth: Int) -> Int {
    context.arithmetic == .precise ? max(1, Self.shortSum / depth) : .max
  }

  /// Products that precise arithmetic adds up in one sum, at least those of one tap: the rounding
  /// of a sum grows with the root of its length.
  private static let shortSum = 64

  /// Both directions are the same sum over taps; only plan and weights differ.
  ///
  /// - Parameter rowCount: after so many rows, or all of a unit, they are visited.
  private func convolve(
    _ input: Tensor, _ plan: TapPlan, _ weights: FloatBuffer, _ packed: PackedWeights,
    _ output: Tensor, accumulates: Bool, rowCount: Int = .max,
    visit: (_ unit: Int, _ block: Int, _ rows: Range<Int>) -> Void = { _, _, _ in }
  ) {
    let shape = output.shape
    let partition = BlockPartition(blocks: shape.blocks, rows: shape.height)
    let rowCount = min(rowCount, max(1, shape.height))
    let kernels = context.kernels
    plan.starts.withUnsafeBufferPointer { starts in
      plan.taps.withUnsafeBufferPointer { taps in
        let startPointer = starts.baseAddress!
        // A plan without taps has no address; its entries are never read.
        let noTap = Tap(pixel: 0, tap: 0)
        withUnsafePointer(to: noTap) { noTaps in
          let tapPointer = taps.baseAddress ?? noTaps
          context.pool.forEach(partition.units) { unit in
            let (block, unitRows) = (partition.block(unit), partition.rows(unit))
            for first in stride(from: unitRows.lowerBound, to: unitRows.upperBound, by: rowCount) {
              let rows = first..<min(first + rowCount, unitRows.upperBound)
              for panel in 0..<packed.panels {
                kernels.convolve(
                  ConvolutionArguments(
                    input: input.block(block), inputStride: input.shape.channelStride,
                    depth: packed.depth, weights: weights.pointer + packed.panelStart(panel),
                    width: packed.width(panel), output: output.block(block) + panel * panelWidth,
                    outputStride: shape.channelStride, tapStarts: startPointer, taps: tapPointer,
                    pixels: rows.lowerBound * shape.width..<rows.upperBound * shape.width,
                    tapsPerSum: tapsPerSum(packed.depth), accumulates: accumulates))
              }
              visit(unit, block, rows)
            }
          }
        }
      }
    }
  }
}

extension ParameterView {
  /// Convolution weights `[out, in, height, width]`.
  static func convolution(
    _ name: String, _ packed: PackedWeights, _ geometry: ConvolutionGeometry, _ fan: Fan
  ) -> ParameterView {
    ParameterView(
      name: name,
      shape: [packed.channels, packed.depth, geometry.kernelHeight, geometry.kernelWidth],
      initializer: .he(fan: packed.taps * (fan == .fanIn ? packed.depth : packed.channels))
    ) { index in
      packed.offset(
        channel: index / (packed.taps * packed.depth), input: index / packed.taps % packed.depth,
        tap: index % packed.taps)
    }
  }
}
