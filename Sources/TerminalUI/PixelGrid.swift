/// A picture of square pixels, one column wide and half a row high.
package struct PixelGrid {
  package struct Pixel: Sendable, Equatable {
    package var color: Color
    /// Brightness 0...1, for terminals that have too few colours.
    package var level: Float

    package init(color: Color, level: Float) {
      self.color = color
      self.level = level
    }
  }

  package let width: Int
  package let height: Int
  /// Row after row from the top.
  package var pixels: [Pixel]

  package init(width: Int, height: Int, _ pixel: (_ x: Int, _ y: Int) -> Pixel) {
    self.width = max(0, width)
    self.height = max(0, height)
    pixels = []
    pixels.reserveCapacity(self.width * self.height)
    for y in 0..<self.height {
      for x in 0..<self.width { pixels.append(pixel(x, y)) }
    }
  }

  /// Rows of cells that the picture takes.
  package var rows: Int { (height + 1) / 2 }

  private static let shades: [Character] = [" ", "░", "▒", "▓", "█"]

  /// Draws from the top left of `area` and cuts off what does not fit.
  package func draw(in area: Rect, into buffer: inout CellBuffer) {
    for row in 0..<min(rows, area.height) {
      for column in 0..<min(width, area.width) {
        let upper = pixels[2 * row * width + column]
        let lower = 2 * row + 1 < height ? pixels[(2 * row + 1) * width + column] : nil
        let cell =
          buffer.colorDepth == .palette256
          ? Cell("▀", Style(upper.color, on: lower?.color ?? .standard))
          : Self.shade(upper, lower ?? upper)
        buffer[area.x + column, area.y + row] = cell
      }
    }
  }

  /// The brighter of the two counts, so that thin lines survive.
  private static func shade(_ upper: Pixel, _ lower: Pixel) -> Cell {
    let level = unitInterval(
      max(upper.level, lower.level) * 0.7 + min(upper.level, lower.level) * 0.3)
    return Cell(shades[Int((level * Float(shades.count - 1)).rounded())])
  }
}
