import KernelInterface

/// Adds Σx and Σx² of each channel over the first `images` images of a block
/// `[pixels, 12, stride]`.
func accumulateStatistics(
  _ input: UnsafePointer<Float>, _ pixels: Int, _ stride: Int, _ images: Int,
  _ sum: UnsafeMutablePointer<Float>, _ sumOfSquares: UnsafeMutablePointer<Float>
) {
  for pixel in 0..<pixels {
    var channel = 0
    while channel < stride {
      // A pixel's 12 images are summed before they join the total: shorter sums round less.
      var sums = ChannelSums.zeros
      var source = input + (pixel &* imageBlock &* stride &+ channel)
      for _ in 0..<images {
        for vector in 0..<sumVectors {
          let value = load(source + vector &* lanes)
          sums[2 &* vector] += value
          sums[2 &* vector &+ 1] = multiplyAdd(sums[2 &* vector &+ 1], value, value)
        }
        source += stride
      }
      sums.add(to: sum + channel, and: sumOfSquares + channel)
      channel &+= sumChannels
    }
  }
}

extension InlineArray where Element == Vector {
  /// Adds the even vectors to one run of channels, the odd ones to another.
  @inline(__always)
  func add(to first: UnsafeMutablePointer<Float>, and second: UnsafeMutablePointer<Float>) {
    for vector in 0..<sumVectors {
      let at = vector &* lanes
      store(load(first + at) + self[2 &* vector], first + at)
      store(load(second + at) + self[2 &* vector &+ 1], second + at)
    }
  }
}
