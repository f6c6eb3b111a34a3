extension Picture {
  /// The picture as a camera's owner saw it.
  ///
  /// - Parameter orientation: EXIF's number, 1…8: which sides the stored first row and first column
  ///   are. Any other leaves the picture as it is.
  package func upright(orientation: Int) -> Picture {
    guard (2...8).contains(orientation) else { return self }
    let isOnItsSide = orientation >= 5
    let (newWidth, newHeight) = isOnItsSide ? (height, width) : (width, height)
    let (first, right, down) = steps(orientation)
    let pixels = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, initialized in
      self.pixels.withUnsafeBufferPointer { source in
        // A few rows at once, along which one column of the stored picture may run.
        for top in stride(from: 0, to: newHeight, by: 32) {
          for x in 0..<newWidth {
            for y in top..<min(top + 32, newHeight) {
              let from = (first + x * right + y * down) * channels
              let to = (y * newWidth + x) * channels
              for channel in 0..<channels { target[to + channel] = source[from + channel] }
            }
          }
        }
      }
      initialized = self.pixels.count
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: pixels)
  }

  /// The stored pixel that shows at the top left of the upright picture, and how many pixels of the
  /// stored one lead to the next on the right and to the next below.
  private func steps(_ orientation: Int) -> (first: Int, right: Int, down: Int) {
    let (lastColumn, lastRow) = (width - 1, (height - 1) * width)
    return switch orientation {
    case 2: (lastColumn, -1, width)
    case 3: (lastRow + lastColumn, -1, -width)
    case 4: (lastRow, 1, -width)
    case 5: (0, width, 1)
    case 6: (lastRow, -width, 1)
    case 7: (lastRow + lastColumn, -width, -1)
    case 8: (lastColumn, width, -1)
    default: (0, 1, width)
    }
  }
}
