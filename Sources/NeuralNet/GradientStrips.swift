import Kernels

/// The gradient of a convolution's output, a few rows of a block of images at a time, so that it
/// never has to be in memory as a whole.
struct GradientStrips {
  /// Shape of the whole gradient.
  let shape: Shape
  /// Strips of one block.
  let count: Int
  /// The rows of a strip.
  let rows: (_ strip: Int) -> Range<Int>
  /// Floats of scratch memory that `read` needs.
  let scratchFloats: Int
  /// The strip's gradient, `[rows, width, 12, channelStride]`: a part of a map, or computed into
  /// `scratch`.
  let read:
    (_ block: Int, _ strip: Int, _ scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>

  /// Rows of a map that stay in a thread's cache.
  static func rowCount(width: Int, stride: Int) -> Int {
    max(1, (1 << 18) / (4 * width * imageBlock * stride))
  }
}

extension GradientStrips {
  /// Strips of a gradient that is in memory as a whole.
  init(_ map: Tensor) {
    let shape = map.shape
    let rowCount = GradientStrips.rowCount(width: shape.width, stride: shape.channelStride)
    let rows = { (strip: Int) in
      strip * rowCount..<min(shape.height, (strip + 1) * rowCount)
    }
    self.init(
      shape: shape, count: (shape.height + rowCount - 1) / rowCount, rows: rows, scratchFloats: 0,
      read: { block, strip, _ in
        UnsafePointer(
          map.block(block)
            + rows(strip).lowerBound * shape.width * imageBlock * shape.channelStride)
      })
  }
}
