/// One grey image of any size.
package struct GreyImage: Equatable, Sendable {
  /// Pixels across.
  package let width: Int
  /// Pixels down.
  package let height: Int
  /// `[height, width]`, 0…255.
  package let pixels: [UInt8]

  /// Requires sizes of at least 1 and one byte a pixel.
  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width >= 1 && height >= 1 && pixels.count == width * height,
      "\(pixels.count) bytes for [\(height), \(width)]")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The whole image, its proportions kept, as large as it fits into `width` × `height` pixels, in the
  /// middle of black. An image of that size already stays as it is.
  ///
  /// Along each axis, enlarging interpolates linearly and shrinking averages the area that a pixel
  /// covers.
  package func fitted(width: Int, height: Int) -> GreyImage {
    precondition(width >= 1 && height >= 1, "fitting into [\(height), \(width)]")
    let scale = min(Double(width) / Double(self.width), Double(height) / Double(self.height))
    let fittedWidth = min(width, max(1, Int((Double(self.width) * scale).rounded())))
    let fittedHeight = min(height, max(1, Int((Double(self.height) * scale).rounded())))
    let columns = Self.taps(from: self.width, to: fittedWidth)
    let rows = Self.taps(from: self.height, to: fittedHeight)

    var narrow = [Float](repeating: 0, count: self.height * fittedWidth)
    for y in 0..<self.height {
      for (x, tap) in columns.enumerated() {
        var sum: Float = 0
        for (offset, weight) in tap.weights.enumerated() {
          sum += weight * Float(pixels[y * self.width + tap.first + offset])
        }
        narrow[y * fittedWidth + x] = sum
      }
    }
    let (left, top) = ((width - fittedWidth) / 2, (height - fittedHeight) / 2)
    var result = [UInt8](repeating: 0, count: width * height)
    for (y, tap) in rows.enumerated() {
      for x in 0..<fittedWidth {
        var sum: Float = 0
        for (offset, weight) in tap.weights.enumerated() {
          sum += weight * narrow[(tap.first + offset) * fittedWidth + x]
        }
        result[(top + y) * width + left + x] = UInt8(min(max(sum.rounded(), 0), 255))
      }
    }
    return GreyImage(width: width, height: height, pixels: result)
  }

  /// What one pixel of the result is made of: consecutive pixels from `first`, weights that add up to 1.
  private struct Tap {
    var first: Int
    var weights: [Float]
  }

  private static func taps(from source: Int, to target: Int) -> [Tap] {
    let step = Double(source) / Double(target)
    return (0..<target).map { index in
      guard step > 1 else {
        // Half-pixel centres, clamped to the outermost pixels.
        let position = min(max((Double(index) + 0.5) * step - 0.5, 0), Double(source - 1))
        let first = min(Int(position), max(0, source - 2))
        let share = Float(position - Double(first))
        return Tap(first: first, weights: source == 1 ? [1] : [1 - share, share])
      }
      let (start, end) = (Double(index) * step, Double(index + 1) * step)
      let first = Int(start)
      let last = min(source - 1, Int(end.rounded(.up)) - 1)
      let covered = (first...max(first, last)).map { pixel in
        max(0, min(end, Double(pixel + 1)) - max(start, Double(pixel)))
      }
      let total = covered.reduce(0, +)
      return Tap(first: first, weights: covered.map { Float($0 / total) })
    }
  }
}
