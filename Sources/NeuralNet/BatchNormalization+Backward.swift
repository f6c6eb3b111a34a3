import Kernels

extension BatchNormalization {
  /// Replaces the gradients of weight and bias and returns the gradient of the input, which
  /// **overwrites the input**: memory holds a map or its gradient, never both. With a residual,
  /// `outputGradient` becomes the residual's gradient. Once after each forward pass in `.training`.
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

  /// Replaces the gradients of weight and bias and returns the gradient of the input in strips,
  /// each computed when it is read. Requires a layer without residual.
  func backwardInStrips(_ outputGradient: Tensor) -> GradientStrips {
    let (input, output) = takeBatch(outputGradient)
    precondition(residual == nil, "a residual needs its gradient as a whole")
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
      // The last window's rows end with the map; with an odd size, a row without a window goes with
      // them.
      max(
        0, pool * rows.lowerBound - (self.poolPadding ?? 0))..<(rows.upperBound == height
        ? shape.height : pool * rows.upperBound - (self.poolPadding ?? 0))
    }
    return GradientStrips(
      shape: shape, count: (height + rowCount - 1) / rowCount, rows: { inputRows(outputRows($0)) },
      scratchFloats: (pool * rowCount + 1) * rowFloats,
      read: { [self] block, strip, scratch in
        let rows = outputRows(strip)
        context.kernels.normalizationInputGradient(
          arguments(input, block, rows), outputGradient.block(block), slope.pointer,
          offset.pointer, scratch - inputRows(rows).lowerBound * rowFloats)
        return UnsafePointer(scratch)
      })
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
    startSums(partition.units)
    context.pool.forEach(partition.units) { unit in
      let block = partition.block(unit)
      let arguments = arguments(input, block, partition.rows(unit))
      let gradientSum = partialSums.pointer + unit * 2 * stride
      let productSum = gradientSum + stride
      if residual != nil {
        context.kernels.accumulateResidualSums(
          arguments, output.block(block), outputGradient.block(block), gradientSum, productSum)
      } else {
        context.kernels.accumulateNormalizationSums(
          arguments, outputGradient.block(block), gradientSum, productSum)
      }
    }
    return addSums(partition.units)
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
}
