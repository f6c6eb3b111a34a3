extension Picture {
  /// The picture as a camera's owner saw it.
  ///
  /// - Parameter orientation: EXIF's number, 1…8: which sides the stored first row and first column
  ///   are. Any other leaves the picture as it is.
  package func upright(orientation: Int) -> Picture {
    guard (2...8).contains(orientation) else { return self }
    let isOnItsSide = orientation >= 5
    let (newWidth, newHeight) = isOnItsSide ? (height, width) : (width, height)
    let pixels = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, initialized in
      self.pixels.withUnsafeBufferPointer { source in
        for y in 0..<newHeight {
          for x in 0..<newWidth {
            let (column, row) = stored(x, y, orientation)
            let from = (row * width + column) * channels
            let to = (y * newWidth + x) * channels
            for channel in 0..<channels { target[to + channel] = source[from + channel] }
          }
        }
      }
      initialized = self.pixels.count
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: pixels)
  }

  /// The column and row of the stored picture that shows at (`x`, `y`) of the upright one.
  @inline(__always)
  private func stored(_ x: Int, _ y: Int, _ orientation: Int) -> (column: Int, row: Int) {
    switch orientation {
    case 2: (width - 1 - x, y)
    case 3: (width - 1 - x, height - 1 - y)
    case 4: (x, height - 1 - y)
    case 5: (y, x)
    case 6: (y, height - 1 - x)
    case 7: (width - 1 - y, height - 1 - x)
    case 8: (width - 1 - y, x)
    default: (x, y)
    }
  }
}
