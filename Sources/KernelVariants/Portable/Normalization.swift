import KernelInterface

/// Scale and shift, then the residual, ReLU and 2×2 max-pooling where asked for.
func normalize(_ arguments: NormalizationArguments, _ output: UnsafeMutablePointer<Float>) {
  if let padding = arguments.poolPadding {
    normalizePooled(arguments, padding, output)
    return
  }
  // Branches here, so that the loops have none.
  switch (arguments.residual, arguments.relu) {
  case (nil, false): normalizePixels(arguments, nil, false, output)
  case (nil, true): normalizePixels(arguments, nil, true, output)
  case (let residual, false): normalizePixels(arguments, residual, false, output)
  case (let residual, true): normalizePixels(arguments, residual, true, output)
  }
}

@inline(__always)
private func normalizePixels(
  _ arguments: NormalizationArguments, _ residual: UnsafePointer<Float>?, _ relu: Bool,
  _ output: UnsafeMutablePointer<Float>
) {
  let (stride, images) = (arguments.stride, arguments.images)
  let (scale, shift) = (arguments.scale, arguments.shift)
  for pixel in arguments.pixels {
    var at = pixel &* imageBlock &* stride
    for _ in 0..<images {
      var channel = 0
      while channel < stride {
        var value = multiplyAdd(
          load(shift + channel), load(arguments.input + (at &+ channel)), load(scale + channel))
        if let residual { value += load(residual + (at &+ channel)) }
        store(relu ? positivePart(value) : value, output + (at &+ channel))
        channel &+= lanes
      }
      at &+= stride
    }
    clearSurplus(arguments, pixel, output)
  }
}

/// Σdy and Σ(dy · input) of each channel, from the gradient of what `normalize` wrote.
func accumulateNormalizationSums(
  _ arguments: NormalizationArguments, _ outputGradient: UnsafePointer<Float>,
  _ gradientSum: UnsafeMutablePointer<Float>, _ productSum: UnsafeMutablePointer<Float>
) {
  if let padding = arguments.poolPadding {
    accumulatePooledSums(arguments, padding, outputGradient, gradientSum, productSum)
    return
  }
  let (stride, images) = (arguments.stride, arguments.images)
  for pixel in arguments.pixels {
    var channel = 0
    while channel < stride {
      var sums = ChannelSums.zeros
      var at = pixel &* imageBlock &* stride &+ channel
      for _ in 0..<images {
        for vector in 0..<sumVectors {
          let place = vector &* lanes
          let input = load(arguments.input + (at &+ place))
          let gradient = activated(
            arguments, load(outputGradient + (at &+ place)), input,
            load(arguments.scale + (channel &+ place)), load(arguments.shift + (channel &+ place)))
          sums[2 &* vector] += gradient
          sums[2 &* vector &+ 1] = multiplyAdd(sums[2 &* vector &+ 1], gradient, input)
        }
        at &+= stride
      }
      sums.add(to: gradientSum + channel, and: productSum + channel)
      channel &+= sumChannels
    }
  }
}

/// Σdy and Σ(dy · input) of each channel where a residual was added before ReLU.
///
/// ReLU passed a value on where the output is above 0. The gradient of the sum before ReLU, which
/// is also the residual's gradient, overwrites `gradient`.
func accumulateResidualSums(
  _ arguments: NormalizationArguments, _ output: UnsafePointer<Float>,
  _ gradient: UnsafeMutablePointer<Float>, _ gradientSum: UnsafeMutablePointer<Float>,
  _ productSum: UnsafeMutablePointer<Float>
) {
  let (stride, images) = (arguments.stride, arguments.images)
  for pixel in arguments.pixels {
    var channel = 0
    while channel < stride {
      var sums = ChannelSums.zeros
      var at = pixel &* imageBlock &* stride &+ channel
      for _ in 0..<images {
        for vector in 0..<sumVectors {
          let place = at &+ vector &* lanes
          var value = load(gradient + place)
          if arguments.relu {
            value.replace(with: 0, where: .!(load(output + place) .> Vector(repeating: 0)))
            store(value, gradient + place)
          }
          sums[2 &* vector] += value
          sums[2 &* vector &+ 1] = multiplyAdd(
            sums[2 &* vector &+ 1], value, load(arguments.input + place))
        }
        at &+= stride
      }
      sums.add(to: gradientSum + channel, and: productSum + channel)
      channel &+= sumChannels
    }
  }
}

/// dx = scale · dy + slope · input + offset: batch-norm's backward pass once its sums are known.
func normalizationInputGradient(
  _ arguments: NormalizationArguments, _ outputGradient: UnsafePointer<Float>,
  _ slope: UnsafePointer<Float>, _ offset: UnsafePointer<Float>,
  _ inputGradient: UnsafeMutablePointer<Float>
) {
  if let padding = arguments.poolPadding {
    pooledInputGradient(arguments, padding, outputGradient, slope, offset, inputGradient)
    return
  }
  let (stride, images) = (arguments.stride, arguments.images)
  for pixel in arguments.pixels {
    var at = pixel &* imageBlock &* stride
    for _ in 0..<images {
      var channel = 0
      while channel < stride {
        let input = load(arguments.input + (at &+ channel))
        let scale = load(arguments.scale + channel)
        let gradient = activated(
          arguments, load(outputGradient + (at &+ channel)), input, scale,
          load(arguments.shift + channel))
        let linear = multiplyAdd(load(offset + channel), load(slope + channel), input)
        store(multiplyAdd(linear, scale, gradient), inputGradient + (at &+ channel))
        channel &+= lanes
      }
      at &+= stride
    }
    clearSurplus(arguments, pixel, inputGradient)
  }
}

/// The gradient before ReLU, by the same arithmetic as forward. With a residual it is computed
/// already (`accumulateResidualSums`).
@inline(__always)
func activated(
  _ arguments: NormalizationArguments, _ gradient: Vector, _ input: Vector, _ scale: Vector,
  _ shift: Vector
) -> Vector {
  if !arguments.relu || arguments.residual != nil { return gradient }
  let isActive = multiplyAdd(shift, input, scale) .> Vector(repeating: 0)
  return gradient.replacing(with: 0, where: .!isActive)
}

@inline(__always)
func positivePart(_ value: Vector) -> Vector {
  value.replacing(with: 0, where: value .< Vector(repeating: 0))
}

/// Clears the images that fill up the last block.
@inline(__always)
func clearSurplus(
  _ arguments: NormalizationArguments, _ pixel: Int, _ map: UnsafeMutablePointer<Float>
) {
  let first = map + pixel &* imageBlock &* arguments.stride
  for at in (arguments.images &* arguments.stride)..<(imageBlock &* arguments.stride) {
    first[at] = 0
  }
}

extension NormalizationArguments {
  /// The pixels of the rows, without pooling.
  fileprivate var pixels: Range<Int> {
    (rows.lowerBound &* width)..<(rows.upperBound &* width)
  }
}
