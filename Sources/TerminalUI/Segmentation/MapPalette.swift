/// The colours of maps: each class and each cluster without one has its own.
package enum MapPalette {
  /// Well apart from each other, and all in the xterm palette, so that 256 colours keep them apart.
  package static let colors: [Color] = [
    .rgb(95, 175, 255), .rgb(175, 135, 95), .rgb(0, 175, 0), .rgb(215, 0, 0),
    .rgb(255, 215, 0), .rgb(175, 95, 255), .rgb(255, 135, 0), .rgb(0, 215, 215),
    .rgb(255, 135, 215), .rgb(175, 255, 95), .rgb(0, 95, 215), .rgb(175, 0, 135),
    .rgb(0, 135, 135), .rgb(255, 215, 175), .rgb(135, 135, 0), .rgb(215, 215, 255),
    .rgb(135, 0, 0), .rgb(175, 255, 215), .rgb(95, 95, 175), .rgb(0, 255, 0),
  ]

  /// Outside of the picture, masked, or unknown: nearly the background.
  package static let none = Color.rgb(38, 38, 38)
  /// In another cluster than the chosen one.
  package static let other = Color.rgb(98, 98, 98)
  package static let right = Color.rgb(0, 95, 0)
  package static let wrong = Color.rgb(255, 0, 0)

  /// Colour `index`. Those beyond the palette are its colours again, darker or brighter.
  package static func color(_ index: Int) -> Color {
    guard index >= 0 else { return none }
    let color = colors[index % colors.count]
    return switch index / colors.count % 4 {
    case 1: mixed(color, .rgb(0, 0, 0), 0.4)
    case 2: mixed(color, .rgb(255, 255, 255), 0.5)
    case 3: mixed(color, .rgb(0, 0, 0), 0.65)
    default: color
    }
  }

  /// `color` with a share 0...1 of `other` in it.
  package static func mixed(_ color: Color, _ other: Color, _ share: Double) -> Color {
    guard let first = components(color), let second = components(other) else { return color }
    func mix(_ left: Int, _ right: Int) -> UInt8 {
      let share = unitInterval(share)
      return UInt8((Double(left) * (1 - share) + Double(right) * share).rounded())
    }
    return .rgb(
      mix(first.red, second.red), mix(first.green, second.green), mix(first.blue, second.blue))
  }

  /// A picture's colour under that of its class. The picture is lightened first, and shines through
  /// less than half: of dark pixels, 256 colours would leave a grey that tells no class.
  static func tinted(_ picture: Color, _ region: Color) -> Color {
    mixed(mixed(picture, .rgb(255, 255, 255), 0.25), region, 0.6)
  }

  /// Text on `color` as a background in sixteen colours: black on light ones, white on dark ones.
  package static func ink(on color: Color) -> Color {
    switch color.resolved(at: .ansi16) {
    case 0?, 1?, 4?, 5?, 8?, 12?: .palette(15)
    case nil: .standard
    default: .palette(0)
    }
  }

  private static func components(_ color: Color) -> Color.Components? {
    switch color {
    case .standard: nil
    case .palette(let index): Color.paletteComponents(index)
    case .rgb(let red, let green, let blue): (Int(red), Int(green), Int(blue))
    }
  }
}
