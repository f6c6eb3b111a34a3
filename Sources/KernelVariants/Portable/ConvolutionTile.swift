import KernelInterface

/// The forward and the input-gradient convolution: for every output pixel, the sum over its taps of
/// (12 images × depth) · (depth × width).
func convolve(_ arguments: ConvolutionArguments) {
  for pixel in arguments.pixels {
    var row = 0
    while row < imageBlock {
      var column = 0
      while column &+ 2 &* lanes <= arguments.width {
        convolutionTile(arguments, pixel, row, column, VectorPairSum.self)
        column &+= 2 &* lanes
      }
      if column < arguments.width {
        convolutionTile(arguments, pixel, row, column, VectorSum.self)
      }
      row &+= convolutionRows
    }
  }
}

/// `convolutionRows` images × one or two vectors of output channels, held in registers over each
/// sum.
@inline(__always)
private func convolutionTile<Sums: ColumnSums>(
  _ arguments: ConvolutionArguments, _ pixel: Int, _ row: Int, _ column: Int, _: Sums.Type
) {
  let inputStride = arguments.inputStride
  let depth = arguments.depth
  let width = arguments.width
  let rowOffset = row &* inputStride
  let output = arguments.output + ((pixel &* imageBlock &+ row) &* arguments.outputStride &+ column)
  let end = Int(arguments.tapStarts[pixel &+ 1])
  var start = Int(arguments.tapStarts[pixel])
  var accumulates = arguments.accumulates
  // Once without taps too: then zeros are written.
  repeat {
    let sumEnd = start &+ min(arguments.tapsPerSum, end &- start)
    var sums = ConvolutionRows<Sums>()
    for entry in start..<sumEnd {
      let tap = arguments.taps[entry]
      let input = arguments.input + (Int(tap.pixel) &* imageBlock &* inputStride &+ rowOffset)
      var weights = arguments.weights + (Int(tap.tap) &* depth &* width &+ column)
      var channel = 0
      repeat {
        sums.accumulate(
          Broadcasts(first: input + channel, stride: inputStride),
          times: Sums.columns(weights))
        weights += width
        channel &+= 1
      } while channel < depth
    }
    sums.write(to: output, arguments.outputStride, accumulates: accumulates)
    start = sumEnd
    accumulates = true
  } while start < end
}
