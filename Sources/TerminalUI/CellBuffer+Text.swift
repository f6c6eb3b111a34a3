package enum Alignment: Sendable { case left, center, right }

extension CellBuffer {
  /// Writes one line of text from column `x`, at most `limit` columns, cut with "…" where it is
  /// longer. Returns the columns used.
  @discardableResult
  package mutating func write(
    _ text: String, x: Int, y: Int, limit: Int = .max, style: Style = .plain
  ) -> Int {
    guard limit > 0, y >= 0, y < height else { return 0 }
    let room = min(limit, width - x)
    guard room > 0 else { return 0 }
    let end = text.columns > room ? room - 1 : room
    var column = 0
    /// False once the line is cut.
    func put(_ character: Character, _ columns: Int) -> Bool {
      guard column + columns <= end else {
        self[x + column, y] = Cell("…", style)
        column += 1
        return false
      }
      self[x + column, y] = Cell(character, style)
      if columns == 2 { self[x + column + 1, y] = Cell(Cell.continuation, style) }
      column += columns
      return true
    }
    for character in text {
      if character.isPlain {
        guard put(character, 1) else { return column }
        continue
      }
      for cell in character.cells {
        guard put(cell, cell.columns) else { return column }
      }
    }
    return column
  }

  /// Writes one line into row `row` of `area`, cut to fit.
  package mutating func write(
    _ text: String, in area: Rect, row: Int = 0, style: Style = .plain,
    alignment: Alignment = .left
  ) {
    guard row >= 0, row < area.height, area.width > 0 else { return }
    let used = min(text.columns, area.width)
    let offset =
      switch alignment {
      case .left: 0
      case .center: (area.width - used) / 2
      case .right: area.width - used
      }
    write(text, x: area.x + offset, y: area.y + row, limit: area.width - offset, style: style)
  }

  /// Writes spans one after another and returns the columns used; stops where the room ends.
  @discardableResult
  package mutating func write(_ spans: [Span], x: Int, y: Int, limit: Int) -> Int {
    var used = 0
    for span in spans where used < limit {
      used += write(span.text, x: x + used, y: y, limit: limit - used, style: span.style)
    }
    return used
  }

  package mutating func fill(_ area: Rect, _ cell: Cell) {
    let visible = area.intersection(self.area)
    for y in visible.y..<visible.maxY {
      for x in visible.x..<visible.maxX { self[x, y] = cell }
    }
  }

  /// Lays `style` over what is already there.
  package mutating func restyle(_ area: Rect, _ style: Style) {
    let visible = area.intersection(self.area)
    for y in visible.y..<visible.maxY {
      for x in visible.x..<visible.maxX { self[x, y].style = style }
    }
  }
}

/// A piece of a line in one style.
package struct Span: Sendable, Equatable {
  package var text: String
  package var style: Style

  package init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }
}

extension String {
  /// As much of the text as fits into `width` columns.
  package func prefix(columns width: Int) -> String {
    var used = 0
    return String(
      prefix { character in
        used += character.columns
        return used <= width
      })
  }

  /// The text, filled with blanks to `width` columns.
  package func padded(_ width: Int, _ alignment: Alignment = .left) -> String {
    let missing = width - columns
    guard missing > 0 else { return self }
    let blanks = String(repeating: " ", count: missing)
    return alignment == .right ? blanks + self : self + blanks
  }
}
