import KernelInterface

/// Adds Σx and Σx² of each channel over the first `images` images of a block `[pixels, 12, stride]`.
func accumulateMoments(
  _ input: UnsafePointer<Float>, _ pixels: Int, _ stride: Int, _ images: Int,
  _ sum: UnsafeMutablePointer<Float>, _ sumOfSquares: UnsafeMutablePointer<Float>
) {
  var channel = 0
  while channel < stride {
    var total = Vector(repeating: 0)
    var squares = Vector(repeating: 0)
    for pixel in 0..<pixels {
      // A pixel's 12 images are summed before they join the total: shorter sums round less.
      var pixelTotal = Vector(repeating: 0)
      var pixelSquares = Vector(repeating: 0)
      var source = input + (pixel &* imageBlock &* stride &+ channel)
      for _ in 0..<images {
        let value = load(source)
        pixelTotal += value
        pixelSquares = multiplyAdd(pixelSquares, value, value)
        source += stride
      }
      total += pixelTotal
      squares += pixelSquares
    }
    store(load(sum + channel) + total, sum + channel)
    store(load(sumOfSquares + channel) + squares, sumOfSquares + channel)
    channel &+= lanes
  }
}
