import Kernels

/// Whether a layer sees the statistics of its batch or those of the whole training so far.
package enum Mode: Sendable {
  case training
  case evaluation
}

/// Batch normalisation (Ioffe, Szegedy 2015) with the ReLU and the 2×2 max-pool that follow it, in one pass
/// over memory in each direction. Momentum 0.1, ε 1e-5, as PyTorch.
package final class BatchNormalization {
  package let channels: Int
  package let relu: Bool
  /// nil without pooling; else the padding of the 2×2, stride 2 max-pool: 0 or 1.
  package let poolPadding: Int?
  package let weight: Parameter
  package let bias: Parameter
  package let runningMean: StateBuffer
  package let runningVariance: StateBuffer

  private let name: String
  private let momentum = 0.1
  private let epsilon = 1e-5
  private let context: ComputeContext
  private let stride: Int
  private var input: Tensor?
  private var output = ActivationStorage()
  private var poolIndex: UnsafeMutableBufferPointer<UInt8>?
  private var scale: FloatBuffer
  private var shift: FloatBuffer
  private var slope: FloatBuffer
  private var offset: FloatBuffer
  /// Of the last training batch.
  private var mean: [Double]
  private var inverseDeviation: [Double]

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

  /// `[N, H, W, C]` → `[N, H′, W′, C]`; the result lives until the next call.
  package func forward(_ input: Tensor, _ mode: Mode) -> Tensor {
    // The map is read twice, for the statistics and to be normalised.
    context.measure(name, .normalization, bytes: 8 * Double(input.shape.count)) {
      normalize(input, mode)
    }
  }

  private func normalize(_ input: Tensor, _ mode: Mode) -> Tensor {
    precondition(
      input.shape.channels == channels && input.shape.channelStride == stride,
      "\(input.shape) into batch-norm of \(channels) channels")
    self.input = input
    switch mode {
    case .training: measure(input)
    case .evaluation: useRunningStatistics()
    }
    let sizes = arguments(input, block: 0)
    let outputShape = Shape(
      images: input.shape.images, height: sizes.outputHeight, width: sizes.outputWidth,
      channels: channels)
    if poolPadding != nil { reservePoolIndex(outputShape.count) }
    let output = output.tensor(outputShape)
    context.pool.forEach(input.shape.blocks) { block in
      context.kernels.normalize(arguments(input, block: block), output.block(block))
    }
    return output
  }

  /// Replaces the gradients of weight and bias and returns the gradient of the input. After `.training` only.
  package func backward(_ outputGradient: Tensor) -> Tensor {
    // Twice read: for the two sums, and for the gradient that is written then.
    let bytes = 12 * Double(input?.shape.count ?? 0) + 8 * Double(outputGradient.shape.count)
    return context.measure(name, .normalizationGradient, bytes: bytes) {
      propagate(outputGradient)
    }
  }

  private func propagate(_ outputGradient: Tensor) -> Tensor {
    guard let input else { preconditionFailure("backward before forward") }
    let sums = sumOverBlocks(input.shape) { block, gradientSum, productSum in
      context.kernels.accumulateNormalizationSums(
        arguments(input, block: block), outputGradient.block(block), gradientSum, productSum)
    }
    // With x̂ = (x − mean) / σ and n values a channel:
    //   dγ = Σ dy x̂, dβ = Σ dy, dx = γ/σ · (dy − dβ/n − x̂ dγ/n), which is linear in dy and x.
    let count = Double(input.shape.images * input.shape.pixels)
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
    let inputGradient = context.gradients.take(input.shape)
    context.pool.forEach(input.shape.blocks) { block in
      context.kernels.normalizationInputGradient(
        arguments(input, block: block), outputGradient.block(block), slope.pointer,
        offset.pointer, inputGradient.block(block))
    }
    return inputGradient
  }

  private func arguments(_ input: Tensor, block: Int) -> NormalizationArguments {
    var arguments = NormalizationArguments(
      input: input.block(block), height: input.shape.height, width: input.shape.width,
      stride: stride, images: input.shape.images(inBlock: block), scale: scale.pointer,
      shift: shift.pointer, relu: relu, poolPadding: poolPadding, poolIndex: nil)
    if let poolIndex {
      let blockCount = arguments.outputHeight * arguments.outputWidth * imageBlock * stride
      arguments.poolIndex = poolIndex.baseAddress! + block * blockCount
    }
    return arguments
  }

  private func measure(_ input: Tensor) {
    let sums = sumOverBlocks(input.shape) { block, sum, sumOfSquares in
      context.kernels.accumulateMoments(
        input.block(block), input.shape.pixels, stride, input.shape.images(inBlock: block), sum,
        sumOfSquares)
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

  /// Two sums a channel: Float within a block of images, Double over the blocks in their order.
  private func sumOverBlocks(
    _ shape: Shape,
    _ accumulate: (Int, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> (first: [Double], second: [Double]) {
    let partial = FloatBuffer(count: shape.blocks * 2 * stride)
    withoutActuallyEscaping(accumulate) { accumulate in
      context.pool.forEach(shape.blocks) { block in
        let sums = partial.pointer + block * 2 * stride
        accumulate(block, sums, sums + stride)
      }
    }
    var first = [Double](repeating: 0, count: stride)
    var second = first
    for block in 0..<shape.blocks {
      for channel in 0..<stride {
        first[channel] += Double(partial[block * 2 * stride + channel])
        second[channel] += Double(partial[(block * 2 + 1) * stride + channel])
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
