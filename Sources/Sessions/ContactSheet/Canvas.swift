import Datasets

/// Pixels that pictures and letters are laid on.
struct Canvas {
  let width: Int
  let height: Int
  /// `[height, width, 3]`.
  private(set) var pixels: [UInt8]

  init(width: Int, height: Int, ground: [UInt8]) {
    self.width = width
    self.height = height
    pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, count in
      for place in 0..<width * height * 3 { target[place] = ground[place % 3] }
      count = width * height * 3
    }
  }

  /// Fills a rectangle; what of it lies outside is left out.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: [UInt8]) {
    for row in max(0, y)..<max(0, y, min(self.height, y + height)) {
      for column in max(0, x)..<max(0, x, min(self.width, x + width)) {
        for channel in 0..<3 { pixels[(row * self.width + column) * 3 + channel] = color[channel] }
      }
    }
  }

  mutating func draw(_ picture: Picture, x: Int, y: Int) {
    for row in 0..<min(picture.height, height - y) {
      let count = min(picture.width, width - x) * 3
      let start = ((y + row) * width + x) * 3
      let source = row * picture.width * 3
      pixels.replaceSubrange(
        start..<start + count, with: picture.pixels[source..<source + count])
    }
  }

  /// Writes text up to column `limit`; returns the column behind it.
  @discardableResult
  mutating func write(
    _ text: String, x: Int, y: Int, limit: Int, _ color: [UInt8], scale: Int
  ) -> Int {
    BitmapFont.draw(text) { column, row in
      for dy in 0..<scale {
        for dx in 0..<scale {
          let (px, py) = (x + column * scale + dx, y + row * scale + dy)
          guard px < min(limit, width), py < height else { continue }
          for channel in 0..<3 { pixels[(py * width + px) * 3 + channel] = color[channel] }
        }
      }
    }
    return x + BitmapFont.width(of: text) * scale
  }
}

extension Picture {
  /// The picture with each pixel as a square of `scale` × `scale` pixels, as it is.
  func enlarged(by scale: Int) -> Picture {
    guard scale > 1 else { return self }
    var enlarged: [UInt8] = []
    enlarged.reserveCapacity(width * height * channels * scale * scale)
    for y in 0..<height * scale {
      for x in 0..<width * scale {
        let source = channels * (y / scale * width + x / scale)
        enlarged += pixels[source..<source + channels]
      }
    }
    return Picture(
      width: width * scale, height: height * scale, channels: channels, pixels: enlarged)
  }
}
