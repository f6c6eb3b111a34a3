import Kernels

/// Whether a layer sees the statistics of its batch or those of the whole training so far.
package enum Mode: Sendable {
  case training
  /// As training, for a batch that a forward pass has seen before: the statistics of the whole
  /// training, which that pass has moved on, stay as they are.
  case recomputing
  case evaluation
}

/// Batch normalisation (Ioffe, Szegedy 2015) with what follows it: the sum with a residual and
/// ReLU, or ReLU and a 2×2 max-pool. Momentum 0.1, ε 1e-5, as PyTorch.
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
  // From here on, what is not private is used by BatchNormalization+Backward.swift.
  let context: ComputeContext
  let stride: Int
  /// The last batch: backward needs all of it, `recomputeOutput` too.
  var input: Tensor?
  var output: Tensor?
  var residual: Tensor?
  private let ownOutput = ActivationStorage()
  private var poolIndex: UnsafeMutableBufferPointer<UInt8>?
  private var scale: FloatBuffer
  private var shift: FloatBuffer
  var slope: FloatBuffer
  var offset: FloatBuffer
  var partialSums = FloatBuffer(count: 0)
  /// Mean and 1 / standard deviation of each channel in the last training batch.
  var mean: [Double]
  var inverseDeviation: [Double]

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
  ///   - target: where the result goes, which may be the residual's memory; the layer's own if nil.
  /// - Returns: the result, valid until the next call, or until `target`'s owner writes there.
  package func forward(
    _ input: Tensor, residual: Tensor? = nil, into target: Tensor? = nil, _ mode: Mode
  ) -> Tensor {
    // The map is read twice, for the statistics and to be normalised.
    context.measure(name, .normalization, bytes: 8 * Double(input.shape.count)) {
      switch mode {
      case .training, .recomputing:
        let partition = BlockPartition(blocks: input.shape.blocks, rows: input.shape.height)
        startSums(partition.units)
        context.pool.forEach(partition.units) { unit in
          context.kernels.accumulateStatistics(
            input, partition.rows(unit), partition.block(unit), to: partialSums, unit)
        }
        finishStatistics(input.shape, partition.units, mode)
      case .evaluation:
        useRunningStatistics()
      }
      return normalize(input, residual, target)
    }
  }

  /// Normalises the output of `convolution`, taking its statistics while it is in the threads'
  /// caches: y = ReLU(BN(convolution(input)) + residual) and so on.
  package func forward(
    _ convolution: Convolution, of input: Tensor, residual: Tensor? = nil,
    into target: Tensor? = nil, _ mode: Mode
  ) -> Tensor {
    guard mode != .evaluation else {
      return forward(convolution.forward(input), residual: residual, into: target, mode)
    }
    precondition(
      convolution.outputChannels == channels,
      "\(convolution.outputChannels) channels into batch-norm of \(channels)")
    let units = convolution.statisticsUnits(input.shape)
    startSums(units)
    let map = convolution.forward(input, statistics: partialSums)
    return context.measure(name, .normalization, bytes: 4 * Double(map.shape.count)) {
      finishStatistics(map.shape, units, mode)
      return normalize(map, residual, target)
    }
  }

  private func normalize(_ input: Tensor, _ residual: Tensor?, _ target: Tensor?) -> Tensor {
    precondition(
      input.shape.channels == channels && input.shape.channelStride == stride,
      "\(input.shape) into batch-norm of \(channels) channels")
    precondition(
      residual == nil || poolPadding == nil && residual!.shape == input.shape,
      "residual \(residual!.shape) for \(input.shape), pool \(String(describing: poolPadding))")
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

  /// Computes the last result again, after others have used its memory. Not with a residual, not
  /// after `backward`.
  package func recomputeOutput() {
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

  private func outputShape(_ input: Shape) -> Shape {
    var shape = input
    if let poolPadding {
      shape.height = (input.height + 2 * poolPadding) / 2
      shape.width = (input.width + 2 * poolPadding) / 2
    }
    return shape
  }

  /// - Parameter rows: of the output.
  func arguments(
    _ input: Tensor, _ block: Int, _ rows: Range<Int>
  ) -> NormalizationArguments {
    var arguments = NormalizationArguments(
      input: input.block(block), height: input.shape.height, width: input.shape.width,
      stride: stride, images: input.shape.images(inBlock: block), scale: scale.pointer,
      shift: shift.pointer, relu: relu, poolPadding: poolPadding, poolIndex: nil,
      residual: residual.map { UnsafePointer($0.block(block)) }, rows: rows)
    if let poolIndex {
      let floatsPerBlock = arguments.outputHeight * arguments.outputWidth * imageBlock * stride
      arguments.poolIndex = poolIndex.baseAddress! + block * floatsPerBlock
    }
    return arguments
  }

  /// The batch's mean and variance from the partial sums, the scale and shift that follow from
  /// them, and in training the running statistics, moved on.
  private func finishStatistics(_ shape: Shape, _ units: Int, _ mode: Mode) {
    let sums = addSums(units)
    let count = Double(shape.images * shape.pixels)
    for channel in 0..<channels {
      let mean = sums.first[channel] / count
      let variance = max(0, sums.second[channel] / count - mean * mean)
      self.mean[channel] = mean
      inverseDeviation[channel] = 1 / (variance + epsilon).squareRoot()
      setScale(channel, mean, inverseDeviation[channel])
      guard mode == .training else { continue }
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

  /// Two sums a channel, zero for each unit of work.
  func startSums(_ units: Int) {
    let count = units * 2 * stride
    partialSums = partialSums.grown(to: count)
    partialSums.pointer.update(repeating: 0, count: count)
  }

  /// Float within a unit of work, Double over the units in their order.
  func addSums(_ units: Int) -> (first: [Double], second: [Double]) {
    var first = [Double](repeating: 0, count: stride)
    var second = first
    for unit in 0..<units {
      let sums = partialSums.pointer + unit * 2 * stride
      for channel in 0..<stride {
        first[channel] += Double(sums[channel])
        second[channel] += Double(sums[stride + channel])
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

extension KernelTable {
  /// Adds Σx and Σx² of each channel over some rows of a block of images to a unit's sums,
  /// `[units, 2, channelStride]`.
  func accumulateStatistics(
    _ map: Tensor, _ rows: Range<Int>, _ block: Int, to sums: FloatBuffer, _ unit: Int
  ) {
    let stride = map.shape.channelStride
    let unitSums = sums.pointer + unit * 2 * stride
    accumulateStatistics(
      map.block(block) + rows.lowerBound * map.shape.width * imageBlock * stride,
      rows.count * map.shape.width, stride, map.shape.images(inBlock: block), unitSums,
      unitSums + stride)
  }
}
