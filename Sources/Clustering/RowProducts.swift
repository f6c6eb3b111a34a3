import Kernels

/// Products of points with a fixed set of rows, a block of points at a time.
///
/// The row r nearest to a point x has the least |r|²/2 − x·r. The products of a block with all rows
/// are one call of the convolution kernel for each panel of rows: a 1×1 convolution.
struct RowProducts {
  /// Points at a time: a few rows of the kernel's tile, so that the rows stay in the cache.
  static let block = 4 * imageBlock

  let count: Int
  /// |r|²/2
  let halfNorms: [Float]
  private let dimensions: Int
  private let kernels: KernelTable
  private let packed: PackedWeights
  private let weights: FloatBuffer

  /// - Parameter rows: `[count, dimensions]`.
  init(_ rows: [Float], dimensions: Int, _ kernels: KernelTable) {
    let count = rows.count / dimensions
    self.count = count
    self.dimensions = dimensions
    self.kernels = kernels
    packed = PackedWeights(taps: 1, depth: dimensions, channels: count)
    weights = FloatBuffer(count: packed.count)
    for row in 0..<count {
      for dimension in 0..<dimensions {
        weights[packed.offset(channel: row, input: dimension, tap: 0)] =
          rows[row * dimensions + dimension]
      }
    }
    halfNorms = (0..<count).map { row in
      let squares = rows[row * dimensions..<(row + 1) * dimensions]
        .reduce(0) { $0 + Double($1) * Double($1) }
      return Float(squares / 2)
    }
  }

  /// Places from one point's products to the next one's.
  var stride: Int { packed.paddedChannels }

  /// - Parameters:
  ///   - points: `[block, dimensions]`.
  ///   - products: `[block, stride]`, of which the first `count` of each point are written.
  func multiply(_ points: FloatBuffer, into products: FloatBuffer) {
    let groups = Self.block / imageBlock
    let taps = (0..<groups).map { Tap(pixel: $0, tap: 0) }
    let starts = (0...groups).map { Int32($0) }
    taps.withUnsafeBufferPointer { taps in
      starts.withUnsafeBufferPointer { starts in
        guard let taps = taps.baseAddress, let starts = starts.baseAddress else { return }
        for panel in 0..<packed.panels {
          kernels.convolve(
            ConvolutionArguments(
              input: points.pointer, inputStride: dimensions, depth: dimensions,
              weights: weights.pointer + packed.panelStart(panel), width: packed.width(panel),
              output: products.pointer + panel * panelWidth, outputStride: stride,
              tapStarts: starts, taps: taps, pixels: 0..<groups, tapsPerSum: .max,
              accumulates: false))
        }
      }
    }
  }
}
