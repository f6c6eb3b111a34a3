/// Dots, two by four to a cell, each cell in the colour that drew into it last.
package struct BrailleCanvas {
  /// In dots.
  package let width: Int
  package let height: Int
  private let area: Rect
  private var patterns: [UInt8]
  private var styles: [Style]

  package init(area: Rect) {
    self.area = area
    width = 2 * area.width
    height = 4 * area.height
    patterns = Array(repeating: 0, count: area.width * area.height)
    styles = Array(repeating: .plain, count: area.width * area.height)
  }

  /// Sets the dot at column `x`, row `y` from the top; outside the canvas nothing happens.
  package mutating func set(x: Int, y: Int, style: Style) {
    guard x >= 0, y >= 0, x < width, y < height else { return }
    let cell = y / 4 * area.width + x / 2
    patterns[cell] |= Self.bits[y % 4][x % 2]
    styles[cell] = style
  }

  /// A straight line between two dots.
  package mutating func line(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), style: Style
  ) {
    let steps = max(abs(end.x - start.x), abs(end.y - start.y))
    guard steps > 0, steps <= 4 * (width + height) else {
      set(x: start.x, y: start.y, style: style)
      return
    }
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      set(
        x: start.x + Int((Double(end.x - start.x) * share).rounded()),
        y: start.y + Int((Double(end.y - start.y) * share).rounded()), style: style)
    }
  }

  package func draw(into buffer: inout CellBuffer) {
    for row in 0..<area.height {
      for column in 0..<area.width {
        let pattern = patterns[row * area.width + column]
        guard pattern != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(pattern)) else { continue }
        buffer[area.x + column, area.y + row] = Cell(
          Character(scalar), styles[row * area.width + column])
      }
    }
  }

  /// Bit of the Braille pattern by row and column of the dot.
  private static let bits: [[UInt8]] = [
    [0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80],
  ]
}
