/// One character position of the screen.
package struct Cell: Sendable, Equatable {
  package var character: Character
  package var style: Style

  package init(_ character: Character = " ", _ style: Style = .plain) {
    self.character = character
    self.style = style
  }

  /// Stands in the column that a wide character to the left covers; terminals skip it.
  package static let continuation: Character = "\u{0}"
}

/// A frame: what widgets draw into and terminals show. Writing outside it is allowed and does
/// nothing.
package struct CellBuffer: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// What the terminal can show, so that widgets can fall back from colours to shades.
  package let colorDepth: ColorDepth
  /// Row after row.
  package private(set) var cells: [Cell]

  package init(width: Int, height: Int, colorDepth: ColorDepth = .palette256) {
    self.width = max(0, width)
    self.height = max(0, height)
    self.colorDepth = colorDepth
    cells = Array(repeating: Cell(), count: self.width * self.height)
  }

  package var area: Rect { Rect(x: 0, y: 0, width: width, height: height) }

  /// The cell at column `x` of row `y`; a blank one outside the frame.
  package subscript(x: Int, y: Int) -> Cell {
    get { contains(x, y) ? cells[y * width + x] : Cell() }
    set { if contains(x, y) { cells[y * width + x] = newValue } }
  }

  /// Calls `body` with each cell that differs from that of `previous`, which has the same size;
  /// with each cell if there is none.
  package func forEachChange(since previous: CellBuffer?, _ body: (Int, Int, Cell) -> Void) {
    for y in 0..<height {
      for index in y * width..<(y + 1) * width {
        if let previous, previous.cells[index] == cells[index] { continue }
        body(index - y * width, y, cells[index])
      }
    }
  }

  private func contains(_ x: Int, _ y: Int) -> Bool {
    x >= 0 && y >= 0 && x < width && y < height
  }

  /// The frame as lines of text without trailing blanks: the form that tests keep.
  package var text: String {
    (0..<height).map { row in
      var line = String(
        cells[row * width..<(row + 1) * width].lazy.map(\.character)
          .filter { $0 != Cell.continuation })
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
