extension Picture {
  /// The picture in another number of channels.
  ///
  /// Grey is the luminance 0.299 R + 0.587 G + 0.114 B of the stored values. Where `channels` is 1
  /// or 3, transparent parts are laid on `ground`: (alpha · value + (255 − alpha) · ground) / 255,
  /// again of the stored values and not of the light that they stand for. Where it is 2 or 4, alpha
  /// stays, and is 255 if there was none.
  ///
  /// - Parameter ground: what shows through, 0…255, in each channel.
  package func converted(to channels: Int, ground: UInt8) -> Picture {
    precondition((1...4).contains(channels), "\(channels) channels")
    if channels == self.channels { return self }
    let count = width * height
    let (sourceColors, colors) = (self.channels >= 3 ? 3 : 1, channels >= 3 ? 3 : 1)
    let keepsAlpha = channels == 2 || channels == 4
    let result = [UInt8](unsafeUninitializedCapacity: count * channels) { target, initialized in
      pixels.withUnsafeBufferPointer { source in
        for pixel in 0..<count {
          let from = pixel * self.channels
          let to = pixel * channels
          let alpha = hasAlpha ? Int(source[from + sourceColors]) : 255
          func value(_ color: Int) -> Int {
            let stored = Int(source[from + color])
            if keepsAlpha || alpha == 255 { return stored }
            return (alpha * stored + (255 - alpha) * Int(ground) + 127) / 255
          }
          if sourceColors == 3 && colors == 1 {
            target[to] = UInt8((299 * value(0) + 587 * value(1) + 114 * value(2) + 500) / 1000)
          } else {
            for color in 0..<colors {
              target[to + color] = UInt8(value(min(color, sourceColors - 1)))
            }
          }
          if keepsAlpha { target[to + colors] = UInt8(alpha) }
        }
      }
      initialized = count * channels
    }
    return Picture(width: width, height: height, channels: channels, pixels: result)
  }

  /// The negative: 255 less each value. Alpha stays as it is.
  package func inverted() -> Picture {
    var pixels = pixels
    let alpha = hasAlpha ? channels - 1 : channels
    for first in stride(from: 0, to: pixels.count, by: channels) {
      for color in 0..<alpha { pixels[first + color] = 255 - pixels[first + color] }
    }
    return Picture(width: width, height: height, channels: channels, pixels: pixels)
  }
}
