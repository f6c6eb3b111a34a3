extension Picture {
  /// The whole picture, its proportions kept, as large as it fits into `width` × `height` pixels,
  /// in the middle of `ground` (opaque, if there is alpha). A picture of that size already stays as
  /// it is.
  ///
  /// Along each axis, enlarging interpolates linearly and shrinking averages the area that a pixel
  /// covers. Colours are averaged whatever their alpha: convert to 1 or 3 channels first.
  package func fitted(width: Int, height: Int, ground: UInt8) -> Picture {
    precondition(width >= 1 && height >= 1, "fitting into [\(height), \(width)]")
    if (width, height) == (self.width, self.height) { return self }
    let scale = min(Double(width) / Double(self.width), Double(height) / Double(self.height))
    let fittedWidth = min(width, max(1, Int((Double(self.width) * scale).rounded())))
    let fittedHeight = min(height, max(1, Int((Double(self.height) * scale).rounded())))
    let inner = resized(
      columns: ResizingTaps(source: self.width, target: fittedWidth),
      rows: ResizingTaps(source: self.height, target: fittedHeight))
    if (fittedWidth, fittedHeight) == (width, height) { return inner }
    var result = [UInt8](repeating: ground, count: width * height * channels)
    if hasAlpha {
      for alpha in stride(from: channels - 1, to: result.count, by: channels) {
        result[alpha] = 255
      }
    }
    let (left, top) = ((width - fittedWidth) / 2, (height - fittedHeight) / 2)
    let bytesPerRow = fittedWidth * channels
    for y in 0..<fittedHeight {
      let first = ((top + y) * width + left) * channels
      result.replaceSubrange(
        first..<first + bytesPerRow, with: inner.pixels[y * bytesPerRow..<(y + 1) * bytesPerRow])
    }
    return Picture(width: width, height: height, channels: channels, pixels: result)
  }

  /// The middle of the picture, its proportions kept, as much of it as fills `width` × `height`
  /// pixels: the side that is short for these proportions is shown whole, the other is cut equally
  /// at both ends.
  ///
  /// Averages and interpolates as `fitted` does.
  package func filled(width: Int, height: Int) -> Picture {
    precondition(width >= 1 && height >= 1, "filling [\(height), \(width)]")
    if (width, height) == (self.width, self.height) { return self }
    let step = min(Double(self.width) / Double(width), Double(self.height) / Double(height))
    return resized(
      columns: ResizingTaps(source: self.width, target: width, step: step),
      rows: ResizingTaps(source: self.height, target: height, step: step))
  }

  /// The whole picture in `width` × `height` pixels, whatever its proportions.
  ///
  /// Averages and interpolates as `fitted` does, the fourth channel as the others.
  package func scaled(width: Int, height: Int) -> Picture {
    precondition(width >= 1 && height >= 1, "scaling to [\(height), \(width)]")
    if (width, height) == (self.width, self.height) { return self }
    return resized(
      columns: ResizingTaps(source: self.width, target: width),
      rows: ResizingTaps(source: self.height, target: height))
  }

  /// The whole picture in `width` × `height` pixels, each the one at its place: what labels need,
  /// which have no average.
  package func sampled(width: Int, height: Int) -> Picture {
    precondition(width >= 1 && height >= 1, "sampling [\(height), \(width)]")
    if (width, height) == (self.width, self.height) { return self }
    // Half-pixel centres.
    let columns = (0..<width).map { (2 * $0 + 1) * self.width / (2 * width) }
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height * channels)
    for y in 0..<height {
      let row = (2 * y + 1) * self.height / (2 * height) * self.width
      for column in columns {
        let first = (row + column) * channels
        samples += pixels[first..<first + channels]
      }
    }
    return Picture(width: width, height: height, channels: channels, pixels: samples)
  }

  /// First along the rows, then along the columns, with a rounding at the end only.
  private func resized(columns: ResizingTaps, rows: ResizingTaps) -> Picture {
    let (newWidth, newHeight) = (columns.count, rows.count)
    let bytesPerRow = newWidth * channels
    let needed = rows.sources
    let result = withUnsafeTemporaryAllocation(of: Float.self, capacity: needed.count * bytesPerRow)
    {
      narrow in
      pixels.withUnsafeBufferPointer { source in
        for y in needed {
          columns.apply(
            to: source.baseAddress! + y * width * channels, channels: channels,
            into: narrow.baseAddress! + (y - needed.lowerBound) * bytesPerRow)
        }
      }
      return [UInt8](unsafeUninitializedCapacity: newHeight * bytesPerRow) { target, initialized in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: bytesPerRow) { sums in
          for y in 0..<newHeight {
            sums.initialize(repeating: 0)
            rows.forEach(y) { row, weight in
              let values = narrow.baseAddress! + (row - needed.lowerBound) * bytesPerRow
              for x in 0..<bytesPerRow { sums[x] += weight * values[x] }
            }
            for x in 0..<bytesPerRow {
              target[y * bytesPerRow + x] = UInt8(min(max(sums[x].rounded(), 0), 255))
            }
          }
        }
        initialized = newHeight * bytesPerRow
      }
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }
}

/// What each pixel of a resized row or column is made of: consecutive source pixels with weights
/// that add up to 1.
struct ResizingTaps {
  /// Pixels of the result.
  let count: Int
  /// The first source pixel of each pixel of the result.
  private var firsts: [Int] = []
  /// Where each pixel's weights begin in `weights`, and their end.
  private var starts = [0]
  private var weights: [Float] = []

  /// The whole of `source` pixels in `target` ones.
  init(source: Int, target: Int) {
    self.init(source: source, target: target, step: Double(source) / Double(target))
  }

  /// The middle of `source` pixels in `target` ones, each `step` source pixels wide. Requires
  /// `step * target` to be at most `source`, save for rounding.
  init(source: Int, target: Int, step: Double) {
    count = target
    let offset = max(0, (Double(source) - step * Double(target)) / 2)
    for index in 0..<target {
      if step > 1 {
        let start = offset + Double(index) * step
        let end = offset + Double(index + 1) * step
        let first = min(Int(start), source - 1)
        let last = max(first, min(source - 1, Int(end.rounded(.up)) - 1))
        let covered = (first...last).map { pixel in
          max(0, min(end, Double(pixel + 1)) - max(start, Double(pixel)))
        }
        let total = covered.reduce(0, +)
        append(first: first, weights: covered.map { Float($0 / total) })
      } else {
        // Half-pixel centres, clamped to the outermost pixels.
        let position = offset + (Double(index) + 0.5) * step - 0.5
        let within = min(max(position, 0), Double(source - 1))
        let first = min(Int(within), max(0, source - 2))
        let share = Float(within - Double(first))
        append(first: first, weights: source == 1 ? [1] : [1 - share, share])
      }
    }
  }

  private mutating func append(first: Int, weights: [Float]) {
    firsts.append(first)
    self.weights += weights
    starts.append(self.weights.count)
  }

  /// The source pixels from the first to the last that any pixel needs.
  var sources: Range<Int> { firsts[0]..<firsts[count - 1] + starts[count] - starts[count - 1] }

  /// Calls `body` with the source pixels that pixel `index` is made of, and their weights.
  @inline(__always)
  func forEach(_ index: Int, _ body: (Int, Float) -> Void) {
    for position in starts[index]..<starts[index + 1] {
      body(firsts[index] + position - starts[index], weights[position])
    }
  }

  /// Resizes one row of interleaved channels: `[source, channels]` into `[count, channels]`.
  func apply(
    to row: UnsafePointer<UInt8>, channels: Int, into target: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<count {
      for channel in 0..<channels {
        var sum: Float = 0
        forEach(index) { pixel, weight in sum += weight * Float(row[pixel * channels + channel]) }
        target[index * channels + channel] = sum
      }
    }
  }
}
