/// Bars in eighths of a cell.
package enum Bars {
  private static let rising: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  private static let growing: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]

  /// A bar that rises from the bottom of `area`; `share` of the height, 0...1.
  /// Anything above zero shows, so that a small probability is not taken for none.
  package static func drawVertical(
    _ share: Double, in area: Rect, style: Style, full: Character = "█",
    into buffer: inout CellBuffer
  ) {
    guard !area.isEmpty else { return }
    let eighths = eighths(share, cells: area.height)
    for row in 0..<area.height {
      let here = min(8, max(0, eighths - 8 * row))
      guard here > 0 else { break }
      let character = here == 8 || full != "█" ? (here >= 4 ? full : "▁") : rising[here]
      buffer.fill(
        Rect(x: area.x, y: area.maxY - 1 - row, width: area.width, height: 1),
        Cell(character, style))
    }
  }

  /// A bar that grows from the left of `area`; `share` of the width, 0...1.
  package static func drawHorizontal(
    _ share: Double, in area: Rect, style: Style, into buffer: inout CellBuffer
  ) {
    guard !area.isEmpty else { return }
    let eighths = eighths(share, cells: area.width)
    for column in 0..<area.width {
      let here = min(8, max(0, eighths - 8 * column))
      guard here > 0 else { break }
      buffer.fill(
        Rect(x: area.x + column, y: area.y, width: 1, height: area.height),
        Cell(growing[here], style))
    }
  }

  /// A thin bar that grows from the left of the first row of `area`; `share` of the width, 0...1.
  package static func drawLine(
    _ share: Double, in area: Rect, style: Style, into buffer: inout CellBuffer
  ) {
    guard !area.isEmpty else { return }
    let halves = Int((unitInterval(share) * Double(2 * area.width)).rounded())
    for column in 0..<area.width {
      let here = halves - 2 * column
      buffer[area.x + column, area.y] =
        here >= 2 ? Cell("━", style) : here == 1 ? Cell("╸", style) : Cell("─", Theme.border)
    }
  }

  /// The block that is `share` of a cell high, 0...1.
  package static func block(_ share: Double) -> Character {
    rising[eighths(share, cells: 1)]
  }

  private static func eighths(_ share: Double, cells: Int) -> Int {
    let exact = unitInterval(share) * Double(8 * cells)
    return exact > 0.08 ? max(1, Int(exact.rounded())) : 0
  }
}
