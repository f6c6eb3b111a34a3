import CCPUFeatures
import KernelInterface

/// The product of transformed tiles and transformed weights at one point,
/// (rows × depth) · (depth × width).
///
/// Both are larger than the first-level cache, and each product is too short for the processor to
/// guess what is read next, so the kernel prefetches it.
func winogradProduct(_ arguments: WinogradProductArguments) {
  let step = 2 &* lanes
  let strips = arguments.rows / convolutionRows
  let passes = strips &* ((arguments.width &+ step &- 1) / step)
  // Spread over the product, so that all of the next weights are on their way at its end.
  let ahead = (arguments.width &+ passes &- 1) / passes
  var next = arguments.nextWeights
  // Columns outside: their weights, read again for every strip, are what should stay closest.
  var column = 0
  while column < arguments.width {
    for strip in 0..<strips {
      let row = strip &* convolutionRows
      if column &+ step <= arguments.width {
        productTile(arguments, row, column, next, ahead, VectorPairSum.self)
      } else {
        productTile(arguments, row, column, next, ahead, VectorSum.self)
      }
      next += ahead &* arguments.panels &* arguments.panelWidth
    }
    column &+= step
  }
}

/// `convolutionRows` rows × one or two vectors of output channels, held in registers over the whole
/// sum.
@inline(__always)
private func productTile<Sums: ColumnSums>(
  _ arguments: WinogradProductArguments, _ row: Int, _ column: Int, _ next: UnsafePointer<Float>,
  _ ahead: Int, _: Sums.Type
) {
  let (depth, width) = (arguments.panelWidth, arguments.width)
  let output = arguments.output + (row &* width &+ column)
  for image in 0..<convolutionRows {
    prefetch_near(output + image &* width)
    prefetch_near(output + (image &* width &+ lanes))
  }
  var sums = ConvolutionRows<Sums>()
  var weights = arguments.weights + column
  var next = next
  for panel in 0..<arguments.panels {
    let input = arguments.input + (panel &* arguments.panelStride &+ row &* depth)
    let nextInput = input + convolutionRows &* depth
    var channel = 0
    repeat {
      prefetch_near(nextInput + channel &* convolutionRows)
      prefetch_far(next)
      next += ahead
      sums.accumulate(
        Broadcasts(first: input + channel, stride: depth),
        times: Sums.columns(weights))
      weights += width
      channel &+= 1
    } while channel < depth
  }
  sums.write(to: output, width, accumulates: false)
}
