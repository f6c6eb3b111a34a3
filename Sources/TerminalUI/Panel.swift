/// A titled part of the screen: with a border where there is room, else with a title rule on top.
package struct Panel {
  package var title: [Span]
  package var hasBorder: Bool

  package init(_ title: [Span], hasBorder: Bool) {
    self.title = title
    self.hasBorder = hasBorder
  }

  /// The area left for the content of a panel at `area`.
  package func content(of area: Rect) -> Rect {
    hasBorder
      ? area.inset(horizontally: 2, vertically: 1)
      : area.splitTop(1).rest
  }

  /// Draws the frame and returns the area left for content.
  package func draw(in area: Rect, into buffer: inout CellBuffer) -> Rect {
    guard !area.isEmpty, !hasBorder || (area.width >= 4 && area.height >= 2) else { return .zero }
    drawLines(in: area, into: &buffer)
    let start = area.x + 2
    let room = area.width - 5
    guard room > 0 else { return content(of: area) }
    buffer[start - 1, area.y] = Cell(" ")
    let used = buffer.write(title, x: start, y: area.y, limit: room)
    buffer[start + used, area.y] = Cell(" ")
    return content(of: area)
  }

  /// Draws the panel over the middle of the screen, `lines` rows of content high, as far as there
  /// is room, and returns the area for the content.
  package func drawOverlay(width: Int, lines: Int, into buffer: inout CellBuffer) -> Rect {
    let width = min(buffer.width, width)
    let height = min(buffer.height, lines + 2)
    let area = Rect(
      x: (buffer.width - width) / 2, y: (buffer.height - height) / 2, width: width, height: height)
    buffer.fill(area, Cell())
    return draw(in: area, into: &buffer)
  }

  private func drawLines(in area: Rect, into buffer: inout CellBuffer) {
    let style = Theme.border
    let (left, right) = (area.x, area.maxX - 1)
    let (top, bottom) = (area.y, area.maxY - 1)
    buffer.fill(Rect(x: left, y: top, width: area.width, height: 1), Cell("─", style))
    guard hasBorder else { return }
    buffer.fill(Rect(x: left, y: bottom, width: area.width, height: 1), Cell("─", style))
    for y in top...bottom {
      buffer[left, y] = Cell("│", style)
      buffer[right, y] = Cell("│", style)
    }
    buffer[left, top] = Cell("╭", style)
    buffer[right, top] = Cell("╮", style)
    buffer[left, bottom] = Cell("╰", style)
    buffer[right, bottom] = Cell("╯", style)
  }
}
