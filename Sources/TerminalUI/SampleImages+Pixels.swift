import Snapshots

extension SampleImages {
  /// Image `index`, shrunk with a box filter to fit `width` by `height` pixels; never enlarged.
  package func pixels(of index: Int, fitting width: Int, _ height: Int) -> PixelGrid {
    guard width > 0, height > 0, self.width > 0, self.height > 0 else {
      return pixels(of: index, scaledTo: 0, 0)
    }
    let scale = min(
      1, Double(width) / Double(self.width), Double(height) / Double(self.height))
    return pixels(
      of: index, scaledTo: max(1, Int(Double(self.width) * scale)),
      max(1, Int(Double(self.height) * scale)))
  }

  /// Image `index`, shrunk or enlarged with a box filter to `width` by `height` pixels; without a
  /// pixel where there is no such image.
  package func pixels(of index: Int, scaledTo width: Int, _ height: Int) -> PixelGrid {
    guard hasPicture(index), width > 0, height > 0 else {
      return PixelGrid(width: 0, height: 0) { _, _ in .init(color: .standard, level: 0) }
    }
    let columns = PixelBoxes.line(width, over: self.width)
    let rows = PixelBoxes.line(height, over: self.height)
    return PixelGrid(width: width, height: height) { x, y in
      pixel(of: index, horizontally: columns[x], vertically: rows[y])
    }
  }

  private func hasPicture(_ index: Int) -> Bool {
    guard index >= 0, index < count, width > 0, height > 0, channels > 0 else { return false }
    return pixels.count / channels / width / height > index
  }

  private func pixel(
    of index: Int, horizontally: [PixelBoxes.Share], vertically: [PixelBoxes.Share]
  ) -> PixelGrid.Pixel {
    var sums = (0.0, 0.0, 0.0)
    var total = 0.0
    for (y, vertical) in vertically {
      for (x, horizontal) in horizontally {
        let share = vertical * horizontal
        let base = ((index * height + y) * width + x) * channels
        let red = Double(pixels[base])
        let green = channels >= 3 ? Double(pixels[base + 1]) : red
        let blue = channels >= 3 ? Double(pixels[base + 2]) : red
        sums = (sums.0 + share * red, sums.1 + share * green, sums.2 + share * blue)
        total += share
      }
    }
    guard total > 0 else { return .init(color: .standard, level: 0) }
    let (red, green, blue) = (sums.0 / total, sums.1 / total, sums.2 / total)
    let level = Float((0.299 * red + 0.587 * green + 0.114 * blue) / 255)
    return .init(color: .rgb(Self.byte(red), Self.byte(green), Self.byte(blue)), level: level)
  }

  private static func byte(_ value: Double) -> UInt8 { UInt8(min(255, max(0, value.rounded()))) }
}
