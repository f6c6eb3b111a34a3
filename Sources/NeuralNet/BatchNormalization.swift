import Kernels

/// Whether a layer sees the statistics of its batch or those of the whole training so far.
package enum Mode: Sendable {
  case training
  case evaluation
}

/// Batch normalisation (Ioffe, Szegedy 2015) with what follows it: the sum with a residual and ReLU, or ReLU and a
/// 2×2 max-pool. Momentum 0.1, ε 1e-5, as PyTorch.
package final class BatchNormalization {
  package let channels: Int
  package let relu: Bool
  /// nil without pooling; else the padding of the 2×2, stride 2 max-pool: 0 or 1.
  package let poolPadding: Int?
  package let weight: Parameter
  package let bias: Parameter
  package let runningMean: StateBuffer
  package let runningVariance: StateBuffer

  let name: String
  private let momentum = 0.1
  private let epsilon = 1e-5
  private let context: ComputeContext
  private let stride: Int
  /// The last batch: backward needs all of it, `restoreOutput` too.
  private var input: Tensor?
  private var output: Tensor?
  private var residual: Tensor?
  private let ownOutput = ActivationStorage()
  private var poolIndex: UnsafeMutableBufferPointer<UInt8>?
  private var scale: FloatBuffer
  private var shift: FloatBuffer
  private var slope: FloatBuffer
  private var offset: FloatBuffer
  private var partialSums = FloatBuffer(count: 0)
  /// Of the last training batch.
  private var mean: [Double]
  private var inverseDeviation: [Double]

  package var stateBuffers: [StateBuffer] { [runningMean, runningVariance] }

  package init(
    name: String, channels: Int, relu: Bool, poolPadding: Int? = nil, context: ComputeContext
  ) {
    self.name = name
    self.channels = channels
    self.relu = relu
    self.poolPadding = poolPadding
    self.context = context
    stride = padded(channels)
    weight = Parameter(vector: "\(name).weight", count: channels)
    bias = Parameter(vector: "\(name).bias", count: channels)
    runningMean = StateBuffer(vector: "\(name).running_mean", count: channels)
    runningVariance = StateBuffer(vector: "\(name).running_var", count: channels)
    scale = FloatBuffer(count: stride)
    shift = FloatBuffer(count: stride)
    slope = FloatBuffer(count: stride)
    offset = FloatBuffer(count: stride)
    mean = Array(repeating: 0, count: stride)
    inverseDeviation = Array(repeating: 0, count: stride)
    for channel in 0..<channels {
      weight.values[channel] = 1
      runningVariance.values[channel] = 1
    }
  }

  deinit { poolIndex?.deallocate() }

  /// y = ReLU(BN(input) + residual) or maxPool(ReLU(BN(input))), `[N, H, W, C]` → `[N, H′, W′, C]`.
  ///
  /// - Parameters:
  ///   - residual: of the input's shape; not with pooling.
  ///   - target: where the result goes, the residual's memory if wanted; the layer's own memory if nil.
  /// - Returns: what lives until the next call, or as long as `target`'s owner leaves it alone.
  package func forward(
    _ input: Tensor, residual: Tensor? = nil, into target: Tensor? = nil, _ mode: Mode
  ) -> Tensor {
    // The map is read twice, for the statistics and to be normalised.
    context.measure(name, .normalization, bytes: 8 * Double(input.shape.count)) {
      precondition(
        input.shape.channels == channels && input.shape.channelStride == stride,
        "\(input.shape) into batch-norm of \(channels) channels")
      precondition(
        residual == nil || poolPadding == nil && residual!.shape == input.shape,
        "residual \(residual!.shape) for \(input.shape), pool \(String(describing: poolPadding))")
      switch mode {
      case .training: measure(input)
      case .evaluation: useRunningStatistics()
      }
      let outputShape = outputShape(input.shape)
      let output = target ?? ownOutput.tensor(outputShape)
      precondition(output.shape == outputShape, "\(outputShape) into \(output.shape)")
      if poolPadding != nil { reservePoolIndex(outputShape.count) }
      self.input = input
      self.output = output
      self.residual = residual
      writeOutput(input, output)
      return output
    }
  }

  /// Writes the last result again, after others have used its memory. Not with a residual, not after `backward`.
  package func restoreOutput() {
    guard let input, let output, residual == nil else {
      preconditionFailure("nothing to restore in \(name)")
    }
    context.measure(name, .normalizationGradient, bytes: 4 * Double(input.shape.count)) {
      writeOutput(input, output)
    }
  }

  private func writeOutput(_ input: Tensor, _ output: Tensor) {
    let partition = BlockPartition(blocks: output.shape.blocks, rows: output.shape.height)
    context.pool.forEach(partition.units) { unit in
      let block = partition.block(unit)
      context.kernels.normalize(
        arguments(input, block, partition.rows(unit)), output.block(block))
    }
  }

  /// Replaces the gradients of weight and bias and returns the gradient of the input, **in the input's memory**:
  /// a map and its gradient are never both there. With a residual, `outputGradient` becomes the residual's
  /// gradient. Once after each forward pass in `.training`.
  package func backward(_ outputGradient: Tensor) -> Tensor {
    let (input, output) = takeBatch(outputGradient)
    // Twice read: for the two sums, and for the gradient that is written then.
    let bytes = 12 * Double(input.shape.count) + 8 * Double(outputGradient.shape.count)
    context.measure(name, .normalizationGradient, bytes: bytes) {
      writeCoefficients(sums(input, output, outputGradient), input.shape)
      let partition = BlockPartition(blocks: output.shape.blocks, rows: output.shape.height)
      context.pool.forEach(partition.units) { unit in
        let block = partition.block(unit)
        context.kernels.normalizationInputGradient(
          arguments(input, block, partition.rows(unit)), outputGradient.block(block),
          slope.pointer, offset.pointer, input.block(block))
      }
    }
    return input
  }

  /// The same for whoever takes the gradient of the input strip by strip: it is computed when it is read. Without a
  /// residual.
  func backwardInStrips(_ outputGradient: Tensor) -> GradientStrips {
    let (input, output) = takeBatch(outputGradient)
    precondition(residual == nil, "a residual wants its gradient as a whole")
    let bytes = 4 * Double(input.shape.count + outputGradient.shape.count)
    context.measure(name, .normalizationGradient, bytes: bytes) {
      writeCoefficients(sums(input, output, outputGradient), input.shape)
    }
    let shape = input.shape
    let rowFloats = shape.width * imageBlock * stride
    let pool = poolPadding == nil ? 1 : 2
    // Of the output.
    let rowCount = max(1, GradientStrips.rowCount(width: shape.width, stride: stride) / pool)
    let height = output.shape.height
    let outputRows = { (strip: Int) in strip * rowCount..<min(height, (strip + 1) * rowCount) }
    let inputRows = { (rows: Range<Int>) in
      // The last window's rows end with the map; with an odd size, a row without a window goes with them.
      max(
        0, pool * rows.lowerBound - (self.poolPadding ?? 0))..<(rows.upperBound == height
        ? shape.height : pool * rows.upperBound - (self.poolPadding ?? 0))
    }
    return GradientStrips(
      count: (height + rowCount - 1) / rowCount, rows: { inputRows(outputRows($0)) },
      scratchCount: (pool * rowCount + 1) * rowFloats,
      read: { [self] block, strip, scratch in
        let rows = outputRows(strip)
        context.kernels.normalizationInputGradient(
          arguments(input, block, rows), outputGradient.block(block), slope.pointer,
          offset.pointer, scratch - inputRows(rows).lowerBound * rowFloats)
        return UnsafePointer(scratch)
      }, stride: stride)
  }

  /// The last batch, which has one backward pass.
  private func takeBatch(_ outputGradient: Tensor) -> (input: Tensor, output: Tensor) {
    guard let input, let output else { preconditionFailure("backward before forward") }
    precondition(
      outputGradient.shape == output.shape, "\(outputGradient.shape), not \(output.shape)")
    self.input = nil
    return (input, output)
  }

  /// Σdy and Σ(dy · input), y being the normalised map before what follows.
  private func sums(
    _ input: Tensor, _ output: Tensor, _ outputGradient: Tensor
  ) -> (first: [Double], second: [Double]) {
    let partition = BlockPartition(blocks: output.shape.blocks, rows: output.shape.height)
    return sumOverUnits(partition) { unit, gradientSum, productSum in
      let block = partition.block(unit)
      let arguments = arguments(input, block, partition.rows(unit))
      if residual != nil {
        context.kernels.accumulateResidualSums(
          arguments, output.block(block), outputGradient.block(block), gradientSum, productSum)
      } else {
        context.kernels.accumulateNormalizationSums(
          arguments, outputGradient.block(block), gradientSum, productSum)
      }
    }
  }

  /// With x̂ = (x − mean) / σ and n values a channel:
  /// dγ = Σ dy x̂, dβ = Σ dy, dx = γ/σ · (dy − dβ/n − x̂ dγ/n), which is linear in dy and x.
  private func writeCoefficients(_ sums: (first: [Double], second: [Double]), _ shape: Shape) {
    let count = Double(shape.images * shape.pixels)
    for channel in 0..<channels {
      let (gradientSum, productSum) = (sums.first[channel], sums.second[channel])
      let inverse = inverseDeviation[channel]
      let weightGradient = (productSum - mean[channel] * gradientSum) * inverse
      weight.gradient[channel] = Float(weightGradient)
      bias.gradient[channel] = Float(gradientSum)
      let gain = Double(weight.values[channel]) * inverse
      let inputSlope = -gain * inverse * weightGradient / count
      slope[channel] = Float(inputSlope)
      offset[channel] = Float(-gain * gradientSum / count - inputSlope * mean[channel])
    }
  }

  private func outputShape(_ input: Shape) -> Shape {
    var shape = input
    if let poolPadding {
      shape.height = (input.height + 2 * poolPadding) / 2
      shape.width = (input.width + 2 * poolPadding) / 2
    }
    return shape
  }

  /// - Parameter rows: of the output.
  private func arguments(
    _ input: Tensor, _ block: Int, _ rows: Range<Int>
  ) -> NormalizationArguments {
    var arguments = NormalizationArguments(
      input: input.block(block), height: input.shape.height, width: input.shape.width,
      stride: stride, images: input.shape.images(inBlock: block), scale: scale.pointer,
      shift: shift.pointer, relu: relu, poolPadding: poolPadding, poolIndex: nil,
      residual: residual.map { UnsafePointer($0.block(block)) }, rows: rows)
    if let poolIndex {
      let blockCount = arguments.outputHeight * arguments.outputWidth * imageBlock * stride
      arguments.poolIndex = poolIndex.baseAddress! + block * blockCount
    }
    return arguments
  }

  private func measure(_ input: Tensor) {
    let partition = BlockPartition(blocks: input.shape.blocks, rows: input.shape.height)
    let rowCount = input.shape.width * imageBlock * stride
    let sums = sumOverUnits(partition) { unit, sum, sumOfSquares in
      let (block, rows) = (partition.block(unit), partition.rows(unit))
      context.kernels.accumulateMoments(
        input.block(block) + rows.lowerBound * rowCount, rows.count * input.shape.width, stride,
        input.shape.images(inBlock: block), sum, sumOfSquares)
    }
    let count = Double(input.shape.images * input.shape.pixels)
    for channel in 0..<channels {
      let mean = sums.first[channel] / count
      let variance = max(0, sums.second[channel] / count - mean * mean)
      self.mean[channel] = mean
      inverseDeviation[channel] = 1 / (variance + epsilon).squareRoot()
      setScale(channel, mean, inverseDeviation[channel])
      // As PyTorch: the running variance is the unbiased one.
      let unbiased = count > 1 ? variance * count / (count - 1) : variance
      update(runningMean, channel, mean)
      update(runningVariance, channel, unbiased)
    }
  }

  private func useRunningStatistics() {
    for channel in 0..<channels {
      let variance = Double(runningVariance.values[channel])
      setScale(
        channel, Double(runningMean.values[channel]), 1 / (variance + epsilon).squareRoot())
    }
  }

  private func setScale(_ channel: Int, _ mean: Double, _ inverseDeviation: Double) {
    let gain = Double(weight.values[channel]) * inverseDeviation
    scale[channel] = Float(gain)
    shift[channel] = Float(Double(bias.values[channel]) - mean * gain)
  }

  private func update(_ running: StateBuffer, _ channel: Int, _ value: Double) {
    let old = Double(running.values[channel])
    running.values[channel] = Float(old + momentum * (value - old))
  }

  /// Two sums a channel: Float within a unit of work, Double over the units in their order.
  private func sumOverUnits(
    _ partition: BlockPartition,
    _ accumulate: (Int, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> (first: [Double], second: [Double]) {
    partialSums = partialSums.grown(to: partition.units * 2 * stride)
    let partial = partialSums
    partial.clear()
    withoutActuallyEscaping(accumulate) { accumulate in
      context.pool.forEach(partition.units) { unit in
        let sums = partial.pointer + unit * 2 * stride
        accumulate(unit, sums, sums + stride)
      }
    }
    var first = [Double](repeating: 0, count: stride)
    var second = first
    for unit in 0..<partition.units {
      for channel in 0..<stride {
        first[channel] += Double(partial[unit * 2 * stride + channel])
        second[channel] += Double(partial[(unit * 2 + 1) * stride + channel])
      }
    }
    return (first, second)
  }

  private func reservePoolIndex(_ count: Int) {
    if let poolIndex, poolIndex.count >= count { return }
    poolIndex?.deallocate()
    poolIndex = .allocate(capacity: count)
    poolIndex?.initialize(repeating: 0)
  }
}

extension StateBuffer {
  fileprivate init(vector name: String, count: Int) {
    view = ParameterView(name: name, shape: [count]) { $0 }
    values = FloatBuffer(count: padded(count))
  }
}
