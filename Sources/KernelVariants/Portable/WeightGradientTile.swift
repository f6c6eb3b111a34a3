import CCPUFeatures
import KernelInterface

/// One tap's weight gradient over a run of pixels: Σ over pixels and images of input channel ×
/// output gradient.
func weightGradient(_ arguments: WeightGradientArguments) {
  // Some pixels at a time, which stay in the cache while all tiles pass over them.
  let chunks = (arguments.pixels &+ 7) / 8
  var first = 0
  for chunk in 0..<chunks {
    let end = arguments.pixels &* (chunk &+ 1) / chunks
    weightGradient(arguments, first..<end, chunk > 0 || arguments.accumulates)
    first = end
  }
}

@inline(__always)
private func weightGradient(
  _ arguments: WeightGradientArguments, _ pixels: Range<Int>, _ accumulates: Bool
) {
  let (depth, width, step) = (arguments.depth, arguments.width, 2 &* lanes)
  // Each tile prefetches an equal part of what comes next, in cache lines of 16 floats.
  let tiles = depth / gradientRows &* ((width &+ step &- 1) / step)
  let ahead = tiles > 0 ? (imageBlock &* width / 16 &+ tiles &- 1) / tiles : 0
  var next = arguments.next
  var channel = 0
  while channel &+ gradientRows <= depth {
    var column = 0
    while column < width {
      if column &+ step <= width {
        weightGradientTile(
          arguments, pixels, channel, column, next, ahead, accumulates, VectorPairSum.self)
      } else {
        weightGradientTile(
          arguments, pixels, channel, column, next, ahead, accumulates, VectorSum.self)
      }
      next = next.map { $0 + 16 &* ahead }
      column &+= step
    }
    channel &+= gradientRows
  }
  while channel < depth {
    weightGradientRow(arguments, pixels, channel, accumulates)
    channel &+= 1
  }
}

/// `gradientRows` input channels × one or two vectors of output channels.
@inline(__always)
private func weightGradientTile<Sums: ColumnSums>(
  _ arguments: WeightGradientArguments, _ pixels: Range<Int>, _ channel: Int, _ column: Int,
  _ next: UnsafePointer<Float>?, _ ahead: Int, _ accumulates: Bool, _: Sums.Type
) {
  let target = arguments.gradient + (channel &* arguments.width &+ column)
  if next != nil {
    for row in 0..<gradientRows {
      prefetch_near(target + row &* arguments.width)
      prefetch_near(target + (row &* arguments.width &+ lanes))
    }
  }
  var sums = GradientRows<Sums>()
  let outputStep = imageBlock &* arguments.outputStride
  for pixel in pixels {
    if let next {
      let lines = next + pixel &* imageBlock &* arguments.width
      for line in 0..<ahead { prefetch_far(lines + 16 &* line) }
    }
    var input = arguments.input + (pixel &* arguments.inputPixelStep &+ channel)
    var output = arguments.outputGradient + (pixel &* outputStep &+ column)
    var image = imageBlock
    repeat {
      sums.accumulate(
        Broadcasts(first: input, stride: 1), times: Sums.columns(output))
      input += arguments.inputStride
      output += arguments.outputStride
      image &-= 1
    } while image > 0
  }
  sums.write(to: target, arguments.width, accumulates: accumulates)
}

/// One input channel, for a depth that is no multiple of the tile.
private func weightGradientRow(
  _ arguments: WeightGradientArguments, _ pixels: Range<Int>, _ channel: Int, _ accumulates: Bool
) {
  let outputStep = imageBlock &* arguments.outputStride
  var column = 0
  while column < arguments.width {
    var sum = Vector(repeating: 0)
    for pixel in pixels {
      let input = arguments.input + (pixel &* arguments.inputPixelStep &+ channel)
      let output = arguments.outputGradient + (pixel &* outputStep &+ column)
      for image in 0..<imageBlock {
        let value = Vector(repeating: input[image &* arguments.inputStride])
        sum = multiplyAdd(sum, value, load(output + image &* arguments.outputStride))
      }
    }
    let target = arguments.gradient + (channel &* arguments.width &+ column)
    store(accumulates ? load(target) + sum : sum, target)
    column &+= lanes
  }
}

/// Few input channels: the rows of the tile are (tap, channel) pairs, found through a table of
/// offsets.
func accumulatePatchGradient(_ arguments: PatchGradientArguments) {
  // Some pixels at a time, whose gradients stay in the cache while all rows pass over them.
  var first = 0
  while first < arguments.outputPixels {
    let end = first &+ 16 < arguments.outputPixels ? first &+ 16 : arguments.outputPixels
    var row = 0
    while row < arguments.rows {
      var column = 0
      while column &+ 2 &* lanes <= arguments.width {
        patchGradientTile(arguments, first..<end, row, column, VectorPairSum.self)
        column &+= 2 &* lanes
      }
      if column < arguments.width {
        patchGradientTile(arguments, first..<end, row, column, VectorSum.self)
      }
      row &+= gradientRows
    }
    first = end
  }
}

private typealias PatchSources = InlineArray<8, UnsafePointer<Float>>

private struct PatchFactors: RowFactors {
  let sources: PatchSources
  /// The offset of the factor from each source.
  let place: Int

  @inline(__always)
  func factor(_ row: Int) -> Vector { Vector(repeating: sources[row][place]) }
}

/// Where the tile's rows lie in the input, for one output pixel.
@inline(__always)
private func patchSources(
  _ arguments: PatchGradientArguments, _ pixel: Int, _ row: Int
) -> PatchSources {
  var sources = PatchSources(repeating: arguments.zeros)
  let offsets = arguments.rowOffsets + (pixel &* arguments.rows &+ row)
  for index in 0..<gradientRows {
    let offset = Int(offsets[index])
    if offset >= 0 { sources[index] = arguments.input + offset }
  }
  return sources
}

/// `gradientRows` rows × one or two vectors of output channels.
@inline(__always)
private func patchGradientTile<Sums: ColumnSums>(
  _ arguments: PatchGradientArguments, _ pixels: Range<Int>, _ row: Int, _ column: Int,
  _: Sums.Type
) {
  var sums = GradientRows<Sums>()
  // Read once: the constant of another module is looked up at run time.
  let images = imageBlock
  for pixel in pixels {
    let sources = patchSources(arguments, pixel, row)
    var output =
      arguments.outputGradient + (pixel &* images &* arguments.outputStride &+ column)
    var input = 0
    var image = images
    repeat {
      sums.accumulate(
        PatchFactors(sources: sources, place: input), times: Sums.columns(output))
      input &+= arguments.inputStride
      output += arguments.outputStride
      image &-= 1
    } while image > 0
  }
  sums.add(
    to: arguments.gradient + (row &* arguments.width &+ column), arguments.width, lanes)
}
