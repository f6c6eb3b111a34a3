import KernelInterface

/// Scale and shift, then ReLU and 2×2 max-pooling if wanted.
func normalize(_ arguments: NormalizationArguments, _ output: UnsafeMutablePointer<Float>) {
  let rowFloats = arguments.stride
  for y in 0..<arguments.outputHeight {
    for x in 0..<arguments.outputWidth {
      let pixel = y &* arguments.outputWidth &+ x
      let target = output + pixel &* imageBlock &* rowFloats
      if let padding = arguments.poolPadding {
        normalizePooledPixel(arguments, y, x, pixel, padding, target)
      } else {
        normalizePixel(arguments, pixel, target)
      }
      for index in (arguments.images &* rowFloats)..<(imageBlock &* rowFloats) { target[index] = 0 }
    }
  }
}

@inline(__always)
private func normalizePixel(
  _ arguments: NormalizationArguments, _ pixel: Int, _ target: UnsafeMutablePointer<Float>
) {
  let stride = arguments.stride
  let source = arguments.input + pixel &* imageBlock &* stride
  for image in 0..<arguments.images {
    var channel = 0
    while channel < stride {
      let at = image &* stride &+ channel
      let value = multiplyAdd(
        load(arguments.shift + channel), load(source + at), load(arguments.scale + channel))
      store(arguments.relu ? positivePart(value) : value, target + at)
      channel &+= lanes
    }
  }
}

@inline(__always)
private func normalizePooledPixel(
  _ arguments: NormalizationArguments, _ y: Int, _ x: Int, _ pixel: Int, _ padding: Int,
  _ target: UnsafeMutablePointer<Float>
) {
  let stride = arguments.stride
  let indices = arguments.poolIndex! + pixel &* imageBlock &* stride
  for image in 0..<arguments.images {
    var channel = 0
    while channel < stride {
      let scale = load(arguments.scale + channel)
      let shift = load(arguments.shift + channel)
      var largest = Vector(repeating: -.infinity)
      var index = IndexVector(repeating: 0)
      for tap in 0..<4 {
        let sourceY = 2 &* y &- padding &+ tap / 2
        let sourceX = 2 &* x &- padding &+ tap % 2
        // Padding is never the largest of a window, so it is left out rather than read as −∞.
        if sourceY < 0 || sourceY >= arguments.height || sourceX < 0 || sourceX >= arguments.width {
          continue
        }
        let sourcePixel = sourceY &* arguments.width &+ sourceX
        let source =
          arguments.input + ((sourcePixel &* imageBlock &+ image) &* stride &+ channel)
        let value = multiplyAdd(shift, load(source), scale)
        // NaN wins, as in PyTorch: a map that is damaged must not look healthy after pooling.
        let isLarger = (value .> largest) .| (value .!= value)
        largest.replace(with: value, where: isLarger)
        index.replace(with: IndexVector(repeating: Int32(tap)), where: isLarger)
      }
      let at = image &* stride &+ channel
      store(arguments.relu ? positivePart(largest) : largest, target + at)
      UnsafeMutableRawPointer(indices + at)
        .storeBytes(of: PoolIndexVector(truncatingIfNeeded: index), as: PoolIndexVector.self)
      channel &+= lanes
    }
  }
}

/// The gradient of the normalised map before ReLU and pooling, for one vector of channels of one pixel.
@inline(__always)
private func activationGradient(
  _ arguments: NormalizationArguments, _ outputGradient: UnsafePointer<Float>, _ y: Int, _ x: Int,
  _ at: Int, _ input: Vector, _ scale: Vector, _ shift: Vector
) -> Vector {
  let blockRow = imageBlock &* arguments.stride
  var gradient: Vector
  if let padding = arguments.poolPadding {
    let windowY = (y &+ padding) / 2
    let windowX = (x &+ padding) / 2
    // With an odd size and no padding the last row and column belong to no window.
    if windowY >= arguments.outputHeight || windowX >= arguments.outputWidth {
      return Vector(repeating: 0)
    }
    let window = (windowY &* arguments.outputWidth &+ windowX) &* blockRow &+ at
    let tap = ((y &+ padding) % 2) &* 2 &+ (x &+ padding) % 2
    let index = UnsafeRawPointer(arguments.poolIndex! + window)
      .loadUnaligned(as: PoolIndexVector.self)
    gradient = load(outputGradient + window)
    let isLargest =
      IndexVector(truncatingIfNeeded: index) .== IndexVector(repeating: Int32(tap))
    gradient.replace(with: 0, where: .!isLargest)
  } else {
    gradient = load(outputGradient + ((y &* arguments.width &+ x) &* blockRow &+ at))
  }
  if arguments.relu {
    let isActive = multiplyAdd(shift, input, scale) .> Vector(repeating: 0)
    gradient.replace(with: 0, where: .!isActive)
  }
  return gradient
}

/// Σdy and Σ(dy · input) of each channel, from the gradient of what `normalize` wrote.
func accumulateNormalizationSums(
  _ arguments: NormalizationArguments, _ outputGradient: UnsafePointer<Float>,
  _ gradientSum: UnsafeMutablePointer<Float>, _ productSum: UnsafeMutablePointer<Float>
) {
  let stride = arguments.stride
  var channel = 0
  while channel < stride {
    let scale = load(arguments.scale + channel)
    let shift = load(arguments.shift + channel)
    var total = Vector(repeating: 0)
    var products = Vector(repeating: 0)
    for y in 0..<arguments.height {
      for x in 0..<arguments.width {
        let source = arguments.input + (y &* arguments.width &+ x) &* imageBlock &* stride
        var pixelTotal = Vector(repeating: 0)
        var pixelProducts = Vector(repeating: 0)
        for image in 0..<arguments.images {
          let at = image &* stride &+ channel
          let input = load(source + at)
          let gradient = activationGradient(
            arguments, outputGradient, y, x, at, input, scale, shift)
          pixelTotal += gradient
          pixelProducts = multiplyAdd(pixelProducts, gradient, input)
        }
        total += pixelTotal
        products += pixelProducts
      }
    }
    store(load(gradientSum + channel) + total, gradientSum + channel)
    store(load(productSum + channel) + products, productSum + channel)
    channel &+= lanes
  }
}

/// dx = scale · dy + slope · input + offset: batch-norm's backward pass once its sums are known.
func normalizationInputGradient(
  _ arguments: NormalizationArguments, _ outputGradient: UnsafePointer<Float>,
  _ slope: UnsafePointer<Float>, _ offset: UnsafePointer<Float>,
  _ inputGradient: UnsafeMutablePointer<Float>
) {
  let stride = arguments.stride
  for y in 0..<arguments.height {
    for x in 0..<arguments.width {
      let pixel = (y &* arguments.width &+ x) &* imageBlock &* stride
      for image in 0..<arguments.images {
        var channel = 0
        while channel < stride {
          let at = image &* stride &+ channel
          let input = load(arguments.input + (pixel &+ at))
          let scale = load(arguments.scale + channel)
          let gradient = activationGradient(
            arguments, outputGradient, y, x, at, input, scale, load(arguments.shift + channel))
          let linear = multiplyAdd(load(offset + channel), load(slope + channel), input)
          store(multiplyAdd(linear, scale, gradient), inputGradient + (pixel &+ at))
          channel &+= lanes
        }
      }
      for at in (arguments.images &* stride)..<(imageBlock &* stride) {
        inputGradient[pixel &+ at] = 0
      }
    }
  }
}

@inline(__always)
private func positivePart(_ value: Vector) -> Vector {
  value.replacing(with: 0, where: value .< Vector(repeating: 0))
}
