import Snapshots

/// The information at each displacement as a heatmap, in the place of the joint distribution: how
/// far a cluster still tells what lies beside it.
package enum DisplacementPanel {
  static func draw(
    _ state: DashboardState, _ moment: Moment, _ layout: DashboardLayout,
    into buffer: inout CellBuffer
  ) {
    guard !layout.joint.isEmpty else { return }
    let name = "\(state.head.rawValue)\(state.chosenSubHead(at: moment) + 1)"
    let title = [
      Span("I by displacement", Style.plain.bold),
      Span("  \(name)", Style(Theme.color(of: state.head), bold: true)),
      Span(state.subHead == nil ? " ★" : "", Style(Theme.star)),
    ]
    let content = Panel(title, hasBorder: layout.isRoomy).draw(in: layout.joint, into: &buffer)
    let subHead = state.chosenEvaluation(at: moment)
    guard let grid = subHead.flatMap(DisplacementGrid.init) else {
      buffer.write(
        subHead == nil ? "waiting for the first evaluation" : "no displacements are recorded",
        in: content, row: max(0, content.height / 2 - 1), style: Theme.label, alignment: .center)
      return
    }
    if layout.isRoomy {
      let (numbers, rest) = content.splitTop(4)
      drawMap(grid, in: rest, numbers: numbers, into: &buffer)
    } else {
      let side = min(19, content.width / 2)
      let (map, numbers) = content.splitLeft(content.width - side, gap: 1)
      drawMap(grid, in: map, numbers: numbers, into: &buffer)
    }
  }

  // MARK: Map

  /// Heatmap with the displacements at the left and below and marks that point at none. What does
  /// not fit is cut off around the centre, where most of the information is.
  private static func drawMap(
    _ grid: DisplacementGrid, in area: Rect, numbers: Rect, into buffer: inout CellBuffer
  ) {
    let nameWidth = "−\(grid.reach)".columns
    let hasNames = area.height >= 9
    let rows = area.height - (hasNames ? 2 : 1)
    let room = min(area.width - nameWidth - 2, 2 * rows)
    let reach = min(grid.reach, (room - 1) / 2)
    drawNumbers(grid, shown: room > 0 ? reach : nil, in: numbers, into: &buffer)
    guard room > 0 else { return }
    let side = 2 * reach + 1
    let scale = max(1, room / side)
    let size = side * scale
    let left = area.x + nameWidth + 1
    let slack = max(0, area.maxX - left - size) / 2
    let map = Rect(
      x: left + (hasNames ? slack : 0), y: area.y, width: size, height: (size + 1) / 2)
    let levels = grid.levels()
    PixelGrid(width: size, height: size) { x, y in
      let level = levels(y / scale - reach, x / scale - reach)
      return PixelGrid.Pixel(color: Theme.heat(level), level: level)
    }.draw(in: map, into: &buffer)

    let mark = Style(Theme.attention, bold: true)
    /// The middle of displacement `index` from the map's edge, in pixels.
    func middle(_ index: Int) -> Int { index * scale + (scale - 1) / 2 }
    buffer[map.x - 1, map.y + middle(reach) / 2] = Cell("▸", mark)
    buffer[map.x + middle(reach), map.maxY] = Cell("↑", mark)
    guard reach > 0 else { return }
    for (index, text) in [(0, "−\(reach)"), (reach, "0"), (2 * reach, "\(reach)")] {
      buffer.write(
        text.padded(nameWidth, .right), x: map.x - 1 - nameWidth, y: map.y + middle(index) / 2,
        limit: nameWidth, style: Theme.label)
      guard hasNames else { continue }
      let x = map.x + middle(index) - text.columns / 2
      buffer.write(text, x: x, y: map.maxY + 1, limit: text.columns, style: Theme.label)
    }
  }

  // MARK: Numbers

  /// The range of the colours, the value at the centre, and how much of the map is shown.
  private static func drawNumbers(
    _ grid: DisplacementGrid, shown: Int?, in area: Rect, into buffer: inout CellBuffer
  ) {
    let (largest, smallest) = (grid.largest, grid.smallest)
    let reach =
      shown.map { $0 < grid.reach ? "±\($0) of \(grid.reach)" : "±\(grid.reach)" }
      ?? "±\(grid.reach)"
    let rows: [(String, String, String, Color)] = [
      ("largest", Figures.decimal(largest.value, 3), place(largest), Theme.heat(1)),
      ("smallest", Figures.decimal(smallest.value, 3), place(smallest), Theme.heat(0)),
      ("centre", Figures.decimal(grid.value(vertical: 0, horizontal: 0), 3), "", Theme.attention),
      ("shown", reach, "", .standard),
    ]
    for (row, (name, value, note, color)) in rows.enumerated() where row < area.height {
      let y = area.y + row
      let isRange = row < 2 && buffer.colorDepth == .palette256
      let swatch = isRange ? Span("█ ", Style(color)) : Span(row == 2 ? "▸ " : "  ", Style(color))
      let spans = [
        swatch, Span(name.padded(row < 3 ? 9 : 6), Theme.label),
        Span(value, row == 0 ? Style.plain.bold : .plain), Span("  \(note)", Theme.label),
      ]
      buffer.write(spans, x: area.x, y: y, limit: area.width)
    }
  }

  /// "at 3 down, 2 left".
  private static func place(_ extreme: DisplacementGrid.Extreme) -> String {
    var parts: [String] = []
    if extreme.vertical != 0 {
      parts.append("\(abs(extreme.vertical)) \(extreme.vertical > 0 ? "down" : "up")")
    }
    if extreme.horizontal != 0 {
      parts.append("\(abs(extreme.horizontal)) \(extreme.horizontal > 0 ? "right" : "left")")
    }
    return parts.isEmpty ? "at the centre" : "at " + parts.joined(separator: ", ")
  }
}
