import KernelInterface

/// The forward and the input-gradient convolution: for every output pixel, the sum over its taps of
/// (12 images × depth) · (depth × width).
func convolve(_ arguments: ConvolutionArguments) {
  for pixel in arguments.pixels {
    var row = 0
    while row < imageBlock {
      var column = 0
      while column &+ 2 &* lanes <= arguments.width {
        convolutionTile2(arguments, pixel, row, column)
        column &+= 2 &* lanes
      }
      if column < arguments.width { convolutionTile1(arguments, pixel, row, column) }
      row &+= convolutionRows
    }
  }
}

/// `convolutionRows` images × two vectors of output channels, held in registers over the whole sum.
@inline(__always)
private func convolutionTile2(
  _ arguments: ConvolutionArguments, _ pixel: Int, _ row: Int, _ column: Int
) {
  let inputStride = arguments.inputStride
  let depth = arguments.depth
  let width = arguments.width
  let rowOffset = row &* inputStride
  // One array, row by row: of two, the compiler keeps neither in registers.
  var sums = WideConvolutionTile.zeros
  for entry in Int(arguments.tapStarts[pixel])..<Int(arguments.tapStarts[pixel &+ 1]) {
    let tap = arguments.taps[entry]
    let input = arguments.input + (Int(tap.pixel) &* imageBlock &* inputStride &+ rowOffset)
    var weights = arguments.weights + (Int(tap.tap) &* depth &* width &+ column)
    for channel in 0..<depth {
      let leftWeights = load(weights)
      let rightWeights = load(weights + lanes)
      for image in 0..<convolutionRows {
        let value = Vector(repeating: input[image &* inputStride &+ channel])
        sums[2 &* image] = multiplyAdd(sums[2 &* image], value, leftWeights)
        sums[2 &* image &+ 1] = multiplyAdd(sums[2 &* image &+ 1], value, rightWeights)
      }
      weights += width
    }
  }
  let output = arguments.output + ((pixel &* imageBlock &+ row) &* arguments.outputStride &+ column)
  for image in 0..<convolutionRows {
    store(sums[2 &* image], output + image &* arguments.outputStride)
    store(sums[2 &* image &+ 1], output + (image &* arguments.outputStride &+ lanes))
  }
}

/// The same, one vector wide.
@inline(__always)
private func convolutionTile1(
  _ arguments: ConvolutionArguments, _ pixel: Int, _ row: Int, _ column: Int
) {
  let inputStride = arguments.inputStride
  let depth = arguments.depth
  let width = arguments.width
  let rowOffset = row &* inputStride
  var sums = ConvolutionTile.zeros
  for entry in Int(arguments.tapStarts[pixel])..<Int(arguments.tapStarts[pixel &+ 1]) {
    let tap = arguments.taps[entry]
    let input = arguments.input + (Int(tap.pixel) &* imageBlock &* inputStride &+ rowOffset)
    var weights = arguments.weights + (Int(tap.tap) &* depth &* width &+ column)
    for channel in 0..<depth {
      let weight = load(weights)
      for image in 0..<convolutionRows {
        let value = Vector(repeating: input[image &* inputStride &+ channel])
        sums[image] = multiplyAdd(sums[image], value, weight)
      }
      weights += width
    }
  }
  let output = arguments.output + ((pixel &* imageBlock &+ row) &* arguments.outputStride &+ column)
  for image in 0..<convolutionRows {
    store(sums[image], output + image &* arguments.outputStride)
  }
}
