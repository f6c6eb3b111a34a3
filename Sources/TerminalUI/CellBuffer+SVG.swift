extension CellBuffer {
  /// The frame as an SVG picture: backgrounds and block characters as rectangles, Braille patterns
  /// as dots, all else as text in a monospace font, each character at its own place, so that no
  /// font can move it.
  package var svg: String {
    var picture = SVGPicture(width: width, height: height)
    for y in 0..<height {
      for x in 0..<width where self[x, y].character != Cell.continuation {
        let isWide = self[x + 1, y].character == Cell.continuation && x + 1 < width
        picture.draw(self[x, y], x: x, y: y, columns: isWide ? 2 : 1)
      }
      picture.endRow()
    }
    return picture.document
  }
}

/// Collects the shapes and the text of a frame; neighbours that look alike become one element.
private struct SVGPicture {
  private static let cellWidth = 8
  private static let cellHeight = 16
  private static let foreground = "#d0d0d0"
  private static let background = "#101014"

  /// A rectangle in pixels.
  private struct Area {
    var x: Int
    var y: Int
    var width: Int
    var height: Int
    var fill: String
  }

  private struct TextRun {
    var attributes: String
    var places: [Int]
    var y: Int
    var text: String
  }

  private let width: Int
  private let height: Int
  private var shapes = ""
  private var texts = ""
  /// Backgrounds of the row in hand, and what is drawn over them.
  private var papers: [Area] = []
  private var inks: [Area] = []
  private var run: TextRun?

  init(width: Int, height: Int) {
    self.width = width * Self.cellWidth
    self.height = height * Self.cellHeight
  }

  var document: String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
    viewBox="0 0 \(width) \(height)">
    <rect width="\(width)" height="\(height)" fill="\(Self.background)"/>
    <g shape-rendering="crispEdges">
    \(shapes)</g>
    <g font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="13" \
    fill="\(Self.foreground)">
    \(texts)</g>
    </svg>

    """
  }

  mutating func draw(_ cell: Cell, x: Int, y: Int, columns: Int) {
    let style = cell.style
    var ink = Self.hex(style.foreground) ?? Self.foreground
    var paper = Self.hex(style.background)
    if style.isReverse { (ink, paper) = (paper ?? Self.background, ink) }
    let (left, top) = (x * Self.cellWidth, y * Self.cellHeight)
    if let paper {
      let area = Area(
        x: left, y: top, width: columns * Self.cellWidth, height: Self.cellHeight,
        fill: "fill=\"\(paper)\"")
      Self.add(area, to: &papers)
    }
    var fill = "fill=\"\(ink)\""
    if style.isDim { fill += " fill-opacity=\"0.6\"" }
    let areas = Self.areas(of: cell.character, fill: fill, isDim: style.isDim)
    if !areas.isEmpty || cell.character == " " {
      endText()
      for area in areas {
        var placed = area
        placed.x += left
        placed.y += top
        Self.add(placed, to: &inks)
      }
      return
    }
    if style.isBold { fill += " font-weight=\"bold\"" }
    if ink == Self.foreground && fill == "fill=\"\(ink)\"" { fill = "" }
    addText(cell.character, fill, left: left, baseline: top + 12)
  }

  mutating func endRow() {
    endText()
    for area in papers + inks {
      shapes +=
        "<rect x=\"\(area.x)\" y=\"\(area.y)\" width=\"\(area.width)\" height=\"\(area.height)\" "
        + "\(area.fill)/>\n"
    }
    papers = []
    inks = []
  }

  /// Adds `area`, or makes the last one wider where it goes on.
  private static func add(_ area: Area, to areas: inout [Area]) {
    if let last = areas.last, last.x + last.width == area.x, last.y == area.y,
      last.height == area.height, last.fill == area.fill
    {
      areas[areas.count - 1].width += area.width
    } else {
      areas.append(area)
    }
  }

  private mutating func addText(
    _ character: Character, _ attributes: String, left: Int, baseline: Int
  ) {
    // SVG counts places by UTF-16 units: what has several stands alone.
    let isSimple = character.utf16.count == 1
    if !isSimple || run?.attributes != attributes { endText() }
    if run == nil { run = TextRun(attributes: attributes, places: [], y: baseline, text: "") }
    run?.places.append(left)
    run?.text += Self.escaped(character)
    if !isSimple { endText() }
  }

  private mutating func endText() {
    guard let ended = run else { return }
    run = nil
    let places = ended.places.map(String.init).joined(separator: " ")
    let attributes = ended.attributes.isEmpty ? "" : " " + ended.attributes
    texts += "<text x=\"\(places)\" y=\"\(ended.y)\"\(attributes)>\(ended.text)</text>\n"
  }

  /// What a block or Braille character covers of its cell, in pixels; nothing for all others.
  private static func areas(of character: Character, fill: String, isDim: Bool) -> [Area] {
    guard let code = character.unicodeScalars.first?.value, character.utf16.count == 1 else {
      return []
    }
    let (width, height) = (cellWidth, cellHeight)
    func area(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> [Area] {
      [Area(x: x, y: y, width: width, height: height, fill: fill)]
    }
    switch code {
    case 0x2580: return area(0, 0, width, height / 2)
    case 0x2581...0x2588:
      let rows = Int(code - 0x2580) * height / 8
      return area(0, height - rows, width, rows)
    case 0x2589...0x258F: return area(0, 0, Int(0x2590 - code) * width / 8, height)
    case 0x2591...0x2593:
      let opacity = Double(code - 0x2590) * (isDim ? 0.15 : 0.25)
      let color = fill.split(separator: " ")[0]
      return [
        Area(
          x: 0, y: 0, width: width, height: height, fill: "\(color) fill-opacity=\"\(opacity)\"")
      ]
    case 0x2801...0x28FF:
      let bits = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80]
      return bits.enumerated().filter { Int(code) & $0.element != 0 }.flatMap { index, _ in
        area(index / 4 * 4 + 1, index % 4 * 4 + 1, 2, 2)
      }
    default: return []
    }
  }

  private static func escaped(_ character: Character) -> String {
    switch character {
    case "&": return "&amp;"
    case "<": return "&lt;"
    case ">": return "&gt;"
    default:
      // XML has no control characters and neither U+FFFE nor U+FFFF, not even escaped.
      let isAllowed = character.unicodeScalars.allSatisfy {
        $0.value >= 0x20 && $0.value != 0x7F && $0.value != 0xFFFE && $0.value != 0xFFFF
      }
      return isAllowed ? String(character) : "·"
    }
  }

  /// `#rrggbb`; nil for the terminal's own colour.
  private static func hex(_ color: Color) -> String? {
    let components: Color.Components
    switch color {
    case .standard: return nil
    case .rgb(let red, let green, let blue): components = (Int(red), Int(green), Int(blue))
    case .palette(let index): components = Color.paletteComponents(index)
    }
    return "#"
      + [components.red, components.green, components.blue].map {
        ($0 < 16 ? "0" : "") + String($0, radix: 16)
      }.joined()
  }
}
