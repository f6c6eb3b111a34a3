import CCPUFeatures
import KernelInterface

/// The input pixels under a 2×2 window, without those in the padding. The whole gradient goes to
/// the largest of them.
private struct Window {
  /// Float offsets of the pixels in the input.
  var offsets = InlineArray<4, Int>(repeating: 0)
  /// Which of the four each one is, row by row.
  var taps = InlineArray<4, Int32>(repeating: 0)
  var count = 0

  @inline(__always)
  init(_ arguments: NormalizationArguments, _ padding: Int, _ y: Int, _ x: Int) {
    for tap in 0..<4 {
      let inputY = 2 &* y &- padding &+ (tap >> 1)
      let inputX = 2 &* x &- padding &+ (tap & 1)
      if inputY < 0 || inputY >= arguments.height || inputX < 0 || inputX >= arguments.width {
        continue
      }
      offsets[count] = (inputY &* arguments.width &+ inputX) &* imageBlock &* arguments.stride
      taps[count] = Int32(truncatingIfNeeded: tap)
      count &+= 1
    }
  }
}

func normalizePooled(
  _ arguments: NormalizationArguments, _ padding: Int, _ output: UnsafeMutablePointer<Float>
) {
  for y in arguments.rows {
    for x in 0..<arguments.outputWidth {
      let pixel = y &* arguments.outputWidth &+ x
      let window = Window(arguments, padding, y, x)
      // A count known to the compiler keeps the four in registers.
      if window.count == 4 {
        normalizeWindow(arguments, window, 4, pixel, output)
      } else {
        normalizeWindow(arguments, window, window.count, pixel, output)
      }
      clearSurplus(arguments, pixel, output)
    }
  }
}

@inline(__always)
private func normalizeWindow(
  _ arguments: NormalizationArguments, _ window: Window, _ count: Int, _ pixel: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  let stride = arguments.stride
  let target = output + pixel &* imageBlock &* stride
  let indices = arguments.poolIndex! + pixel &* imageBlock &* stride
  for image in 0..<arguments.images {
    var channel = 0
    while channel < stride {
      let at = image &* stride &+ channel
      let scale = load(arguments.scale + channel)
      let shift = load(arguments.shift + channel)
      var largest = multiplyAdd(shift, load(arguments.input + (window.offsets[0] &+ at)), scale)
      var index = IndexVector(repeating: window.taps[0])
      prefetchNextWindow(arguments, window.offsets[0] &+ at)
      for entry in 1..<count {
        prefetchNextWindow(arguments, window.offsets[entry] &+ at)
        let value = multiplyAdd(
          shift, load(arguments.input + (window.offsets[entry] &+ at)), scale)
        // NaN wins, as in PyTorch: a map that is damaged must not look healthy after pooling.
        let isLarger = (value .> largest) .| (value .!= value)
        largest.replace(with: value, where: isLarger)
        index.replace(with: IndexVector(repeating: window.taps[entry]), where: isLarger)
      }
      store(arguments.relu ? positivePart(largest) : largest, target + at)
      storePoolIndex(index, indices + at)
      channel &+= lanes
    }
  }
}

/// Σdy and Σ(dy · input) of each channel: in each window only the largest pixel has a gradient.
func accumulatePooledSums(
  _ arguments: NormalizationArguments, _ padding: Int, _ outputGradient: UnsafePointer<Float>,
  _ gradientSum: UnsafeMutablePointer<Float>, _ productSum: UnsafeMutablePointer<Float>
) {
  for y in arguments.rows {
    for x in 0..<arguments.outputWidth {
      let pixel = y &* arguments.outputWidth &+ x
      let window = Window(arguments, padding, y, x)
      if window.count == 4 {
        addWindow(arguments, window, 4, pixel, outputGradient, gradientSum, productSum)
      } else {
        addWindow(arguments, window, window.count, pixel, outputGradient, gradientSum, productSum)
      }
    }
  }
}

@inline(__always)
private func addWindow(
  _ arguments: NormalizationArguments, _ window: Window, _ count: Int, _ pixel: Int,
  _ outputGradient: UnsafePointer<Float>, _ gradientSum: UnsafeMutablePointer<Float>,
  _ productSum: UnsafeMutablePointer<Float>
) {
  let stride = arguments.stride
  let first = pixel &* imageBlock &* stride
  var channel = 0
  while channel < stride {
    var sums = ChannelSums.zeros
    for image in 0..<arguments.images {
      for vector in 0..<sumVectors {
        let place = channel &+ vector &* lanes
        let at = image &* stride &+ place
        let index = loadPoolIndex(arguments.poolIndex! + (first &+ at))
        var input = load(arguments.input + (window.offsets[0] &+ at))
        prefetchNextWindow(arguments, window.offsets[0] &+ at)
        for entry in 1..<count {
          prefetchNextWindow(arguments, window.offsets[entry] &+ at)
          input.replace(
            with: load(arguments.input + (window.offsets[entry] &+ at)),
            where: index .== IndexVector(repeating: window.taps[entry]))
        }
        let gradient = activated(
          arguments, load(outputGradient + (first &+ at)), input, load(arguments.scale + place),
          load(arguments.shift + place))
        sums[2 &* vector] += gradient
        sums[2 &* vector &+ 1] = multiplyAdd(sums[2 &* vector &+ 1], gradient, input)
      }
    }
    sums.add(to: gradientSum + channel, and: productSum + channel)
    channel &+= sumChannels
  }
}

func pooledInputGradient(
  _ arguments: NormalizationArguments, _ padding: Int, _ outputGradient: UnsafePointer<Float>,
  _ slope: UnsafePointer<Float>, _ offset: UnsafePointer<Float>,
  _ inputGradient: UnsafeMutablePointer<Float>
) {
  for y in arguments.rows {
    for x in 0..<arguments.outputWidth {
      let pixel = y &* arguments.outputWidth &+ x
      let window = Window(arguments, padding, y, x)
      if window.count == 4 {
        spreadWindow(arguments, window, 4, pixel, outputGradient, slope, offset, inputGradient)
      } else {
        spreadWindow(
          arguments, window, window.count, pixel, outputGradient, slope, offset, inputGradient)
      }
    }
  }
  if padding > 0 { return }
  // With an odd size and no padding the last row and column belong to no window.
  let lastRows = arguments.rows.upperBound == arguments.outputHeight
  let end = lastRows ? arguments.height : 2 &* arguments.rows.upperBound
  for y in (2 &* arguments.rows.lowerBound)..<end {
    let firstColumn = y < 2 &* arguments.outputHeight ? 2 &* arguments.outputWidth : 0
    for x in firstColumn..<arguments.width {
      writeLinear(arguments, y &* arguments.width &+ x, slope, offset, inputGradient)
    }
  }
}

@inline(__always)
private func spreadWindow(
  _ arguments: NormalizationArguments, _ window: Window, _ count: Int, _ pixel: Int,
  _ outputGradient: UnsafePointer<Float>, _ slope: UnsafePointer<Float>,
  _ offset: UnsafePointer<Float>, _ inputGradient: UnsafeMutablePointer<Float>
) {
  let stride = arguments.stride
  let first = pixel &* imageBlock &* stride
  for image in 0..<arguments.images {
    var channel = 0
    repeat {
      let at = image &* stride &+ channel
      let index = loadPoolIndex(arguments.poolIndex! + (first &+ at))
      let tap = TapGradient(arguments, channel, slope, offset, load(outputGradient + (first &+ at)))
      // Written out, since the compiler makes a loop with branches of it otherwise.
      if count == 4 {
        tap.write(arguments, window, 0, at, index, inputGradient)
        tap.write(arguments, window, 1, at, index, inputGradient)
        tap.write(arguments, window, 2, at, index, inputGradient)
        tap.write(arguments, window, 3, at, index, inputGradient)
      } else {
        for entry in 0..<count { tap.write(arguments, window, entry, at, index, inputGradient) }
      }
      channel &+= lanes
    } while channel < stride
  }
  if arguments.images == imageBlock { return }
  for entry in 0..<count {
    let target = inputGradient + window.offsets[entry]
    for at in (arguments.images &* stride)..<(imageBlock &* stride) { target[at] = 0 }
  }
}

/// What the gradients of a window's pixels have in common, for one image and a vector of channels.
private struct TapGradient {
  private let scale: Vector
  private let shift: Vector
  private let slope: Vector
  private let offset: Vector
  private let gradient: Vector
  /// Set where there is no ReLU: every value passes its gradient on.
  private let passesAll: SIMDMask<IndexVector>

  @inline(__always)
  init(
    _ arguments: NormalizationArguments, _ channel: Int, _ slope: UnsafePointer<Float>,
    _ offset: UnsafePointer<Float>, _ gradient: Vector
  ) {
    scale = load(arguments.scale + channel)
    shift = load(arguments.shift + channel)
    self.slope = load(slope + channel)
    self.offset = load(offset + channel)
    self.gradient = gradient
    passesAll = SIMDMask(repeating: !arguments.relu)
  }

  @inline(__always)
  func write(
    _ arguments: NormalizationArguments, _ window: Window, _ entry: Int, _ at: Int,
    _ index: IndexVector, _ inputGradient: UnsafeMutablePointer<Float>
  ) {
    let place = window.offsets[entry] &+ at
    let input = load(arguments.input + place)
    prefetchNextWindow(arguments, place)
    let isActive = multiplyAdd(shift, input, scale) .> Vector(repeating: 0)
    let isPassed =
      (index .== IndexVector(repeating: window.taps[entry])) .& (isActive .| passesAll)
    let linear = multiplyAdd(offset, slope, input)
    let passed = gradient.replacing(with: 0, where: .!isPassed)
    store(multiplyAdd(linear, scale, passed), inputGradient + place)
  }
}

/// dx of a pixel that no window holds: slope · input + offset.
private func writeLinear(
  _ arguments: NormalizationArguments, _ pixel: Int, _ slope: UnsafePointer<Float>,
  _ offset: UnsafePointer<Float>, _ inputGradient: UnsafeMutablePointer<Float>
) {
  let stride = arguments.stride
  var at = pixel &* imageBlock &* stride
  for _ in 0..<arguments.images {
    var channel = 0
    while channel < stride {
      let input = load(arguments.input + (at &+ channel))
      store(
        multiplyAdd(load(offset + channel), load(slope + channel), input),
        inputGradient + (at &+ channel))
      channel &+= lanes
    }
    at &+= stride
  }
  clearSurplus(arguments, pixel, inputGradient)
}

/// Prefetches the next windows: they jump between two rows, too irregular for the processor to
/// guess.
@inline(__always)
private func prefetchNextWindow(_ arguments: NormalizationArguments, _ place: Int) {
  prefetch_near(arguments.input + (place &+ 2 &* imageBlock &* arguments.stride))
}

@inline(__always)
private func loadPoolIndex(_ pointer: UnsafePointer<UInt8>) -> IndexVector {
  IndexVector(
    truncatingIfNeeded: UnsafeRawPointer(pointer).loadUnaligned(as: PoolIndexVector.self))
}

@inline(__always)
private func storePoolIndex(_ index: IndexVector, _ pointer: UnsafeMutablePointer<UInt8>) {
  UnsafeMutableRawPointer(pointer)
    .storeBytes(of: PoolIndexVector(truncatingIfNeeded: index), as: PoolIndexVector.self)
}
