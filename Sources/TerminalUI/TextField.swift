/// A line of text that is being typed. It knows no run.
package struct TextField: Sendable, Equatable {
  /// What keys did to it.
  package enum Outcome: Sendable, Equatable {
    case goesOn
    /// Enter.
    case accepted
    /// Escape.
    case left
  }

  /// As people count them: a letter with its accents is one.
  private var characters: [Character]
  /// Characters before the cursor.
  package private(set) var cursor: Int
  /// Of the text, in characters.
  private let limit: Int

  /// A field that holds `text`, with the cursor behind it.
  package init(_ text: String = "", limit: Int) {
    characters = Array(text)
    cursor = characters.count
    self.limit = limit
  }

  package var text: String { String(characters) }

  package mutating func press(_ key: Key) -> Outcome {
    switch key {
    case .enter: return .accepted
    case .escape: return .left
    case .character(let character): insert(character)
    case .pasted(let text): for character in text where !character.isNewline { insert(character) }
    case .backspace where cursor > 0:
      cursor -= 1
      characters.remove(at: cursor)
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(characters.count, cursor + 1)
    case .home, .up, .pageUp: cursor = 0
    case .end, .down, .pageDown: cursor = characters.count
    default: break
    }
    return .goesOn
  }

  /// Terminals send the parts of a letter one after the other, so that an accent joins what stands
  /// before it.
  private mutating func insert(_ character: Character) {
    let before = Array(String(characters[..<cursor]) + String(character))
    let all = Array(String(before) + String(characters[cursor...]))
    let scalars =
      character.unicodeScalars.count + characters.reduce(0) { $0 + $1.unicodeScalars.count }
    guard all.count <= limit, scalars <= 4 * limit else { return }
    characters = all
    cursor = min(before.count, all.count)
  }

  /// Draws the part of the text around the cursor, and the cursor as a reversed cell.
  package func draw(in area: Rect, style: Style, into buffer: inout CellBuffer) {
    guard area.width >= 3, area.height >= 1 else { return }
    buffer.fill(Rect(x: area.x, y: area.y, width: area.width, height: 1), Cell(" ", style))
    let shown = characters.map(\.printable)
    // The column behind the text belongs to the cursor too.
    let cursorColumns = cursor < shown.count ? shown[cursor].columns : 1
    var first = cursor
    var used = cursorColumns
    while first > 0, used + shown[first - 1].columns <= area.width {
      first -= 1
      used += shown[first].columns
    }
    var last = cursor
    var end = used
    while last < shown.count {
      let columns = last == cursor ? 0 : shown[last].columns
      guard end + columns <= area.width else { break }
      end += columns
      last += 1
    }
    var x = area.x
    for index in first..<max(last, first) {
      var cellStyle = style
      if index == cursor { cellStyle.isReverse = true }
      x += buffer.write(
        String(shown[index]), x: x, y: area.y, limit: area.maxX - x, style: cellStyle)
    }
    if cursor == shown.count, x < area.maxX {
      var cellStyle = style
      cellStyle.isReverse = true
      buffer[x, area.y] = Cell(" ", cellStyle)
    }
  }
}
