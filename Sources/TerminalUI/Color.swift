/// How many colours the terminal can show.
package enum ColorDepth: Sendable, Equatable, CaseIterable {
  /// No colour at all: shapes and shades carry everything.
  case none
  /// The sixteen (or eight) ANSI colours.
  case ansi16
  /// The xterm palette: sixteen ANSI colours, a 6×6×6 cube, 24 greys.
  case palette256
}

/// What a cell asks for. Widgets ask in RGB; `resolved` gives what the terminal has.
package enum Color: Sendable, Hashable {
  /// The terminal's own foreground or background.
  case standard
  /// An index into the xterm palette, 0...255.
  case palette(UInt8)
  case rgb(UInt8, UInt8, UInt8)

  /// A grey from 0 (black) to 1 (white); anything else, NaN included, is brought into that range.
  package static func grey(_ level: Float) -> Color {
    let value = UInt8(unitInterval(level) * 255)
    return .rgb(value, value, value)
  }

  /// The palette index that shows this colour at `depth`; nil for the terminal's own.
  package func resolved(at depth: ColorDepth) -> UInt8? {
    switch (self, depth) {
    case (.standard, _), (_, .none): nil
    case (.palette(let index), .palette256): index
    case (.palette(let index), .ansi16):
      index < 16 ? index : Self.ansiIndex(Self.paletteComponents(index))
    case (.rgb(let red, let green, let blue), .palette256):
      Self.paletteIndex((Int(red), Int(green), Int(blue)))
    case (.rgb(let red, let green, let blue), .ansi16):
      Self.ansiIndex((Int(red), Int(green), Int(blue)))
    }
  }

  typealias Components = (red: Int, green: Int, blue: Int)

  private static let cubeLevels = [0, 95, 135, 175, 215, 255]

  /// The nearest colour of the 6×6×6 cube and the 24 greys.
  private static func paletteIndex(_ color: Components) -> UInt8 {
    func nearestLevel(_ value: Int) -> Int {
      value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40
    }
    let (red, green, blue) = (
      nearestLevel(color.red), nearestLevel(color.green), nearestLevel(color.blue)
    )
    let average = (color.red + color.green + color.blue) / 3
    let grey = average > 238 ? 23 : max(0, (average - 3) / 10)
    let cubeColor = (cubeLevels[red], cubeLevels[green], cubeLevels[blue])
    let greyLevel = 8 + 10 * grey
    if distance(color, (greyLevel, greyLevel, greyLevel)) < distance(color, cubeColor) {
      return UInt8(232 + grey)
    }
    return UInt8(16 + 36 * red + 6 * green + blue)
  }

  private static func distance(_ left: Components, _ right: Components) -> Int {
    let (red, green, blue) = (
      left.red - right.red, left.green - right.green, left.blue - right.blue
    )
    return red * red + green * green + blue * blue
  }

  /// The ANSI colour of the same hue: nearest-by-distance would turn soft colours to grey.
  private static func ansiIndex(_ color: Components) -> UInt8 {
    let high = max(color.red, color.green, color.blue)
    let low = min(color.red, color.green, color.blue)
    if high - low < 48 {
      let average = (color.red + color.green + color.blue) / 3
      return average < 64 ? 0 : average < 150 ? 8 : average < 220 ? 7 : 15
    }
    let middle = (high + low) / 2
    let bits =
      (color.red > middle ? 1 : 0) + (color.green > middle ? 2 : 0) + (color.blue > middle ? 4 : 0)
    return UInt8(bits + (high > 190 ? 8 : 0))
  }

  /// Red, green and blue of an index, 0...255; the sixteen ANSI colours as xterm shows them.
  static func paletteComponents(_ index: UInt8) -> Components {
    let index = Int(index)
    if index >= 232 {
      let level = 8 + 10 * (index - 232)
      return (level, level, level)
    }
    if index == 7 { return (229, 229, 229) }
    if index == 8 { return (127, 127, 127) }
    if index < 16 {
      let high = index > 8 ? 255 : 205
      return (index & 1 == 0 ? 0 : high, index & 2 == 0 ? 0 : high, index & 4 == 0 ? 0 : high)
    }
    let cube = index - 16
    return (cubeLevels[cube / 36], cubeLevels[cube / 6 % 6], cubeLevels[cube % 6])
  }
}

/// `value` brought into 0...1; NaN becomes 0.
func unitInterval(_ value: Float) -> Float { value > 0 ? min(value, 1) : 0 }
func unitInterval(_ value: Double) -> Double { value > 0 ? min(value, 1) : 0 }
