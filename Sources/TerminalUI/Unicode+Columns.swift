/// How many columns text takes on a terminal. Measured with tmux 3.3a, and for single scalars what
/// `wcwidth` of glibc says.
///
/// Terminals agree on single scalars and on marks. They do not on signs that are put together:
/// "❤️" is one column in xterm and tmux and two in kitty, "👍🏽" four and two, a family six and two.
/// So a frame, where each character has its place, shows of such a sign the first part alone, which
/// is as wide everywhere. A table that is printed keeps names whole, so that they can be copied,
/// and counts as tmux does.
extension Unicode.Scalar {
  /// Two for East Asian wide letters and signs and for emoji, none for marks, joiners, selectors
  /// and the vowels that a Korean syllable is put together from, one otherwise.
  var columns: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
    if value < 0x1100 { return 1 }
    if Self.wide.contains(where: { $0.contains(value) }) { return 2 }
    // Letters for flags come in pairs, one column each.
    return properties.isEmojiPresentation && !(0x1F1E6...0x1F1FF).contains(value) ? 2 : 1
  }

  /// Unicode's East Asian Width W and F, without emoji.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4C6, 0xA960...0xA97C,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60,
    0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F202, 0x1F210...0x1F23B,
    0x1F240...0x1F248, 0x1F250...0x1F251, 0x1F260...0x1F265, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
  ]

  fileprivate var isJoiner: Bool { value == 0x200D }

  /// Chooses between the forms of the sign before it, or belongs to a flag; no mark of its own.
  fileprivate var isSelector: Bool {
    properties.isVariationSelector || properties.generalCategory == .format
  }

  /// Signs that are put together with joiners, other than letters.
  fileprivate var isPictograph: Bool { properties.isEmoji && value > 0xFF }
}

extension Character {
  /// One of what nearly all of a frame is made of: letters without marks, digits, lines, blocks and
  /// Braille. It takes one column, which is known without Unicode's tables.
  var isPlain: Bool {
    if let byte = asciiValue { return (0x20...0x7E).contains(byte) }
    let scalars = unicodeScalars
    guard let scalar = scalars.first, scalars.index(after: scalars.startIndex) == scalars.endIndex
    else { return false }
    return (0x2500...0x25AF).contains(scalar.value) || (0x2800...0x28FF).contains(scalar.value)
  }

  /// The character itself, or "·" for what would move the cursor or take no column of its own.
  package var printable: Character {
    if isPlain { return self }
    guard let scalar = unicodeScalars.first else { return "·" }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .nonspacingMark, .enclosingMark,
      .surrogate, .privateUse, .unassigned:
      return "·"
    default: return scalar.columns == 0 ? "·" : self
    }
  }

  /// What a frame shows of it: a scalar that has columns, with its marks, in each cell.
  var cells: [Character] {
    let shown = printable
    let scalars = shown.unicodeScalars
    guard let first = scalars.first, scalars.count > 1 else { return [shown] }
    var cells: [Character] = []
    var cell = String(first)
    for scalar in scalars.dropFirst() {
      if scalar.isJoiner {
        if first.isPictograph { break }
      } else if scalar.columns == 0 {
        if !scalar.isSelector, cell.unicodeScalars.count < Self.scalarsInCell {
          cell.unicodeScalars.append(scalar)
        }
      } else if !scalar.properties.isEmojiModifier {
        cells += cell.prefix(1)
        cell = String(scalar)
      }
    }
    return cells + cell.prefix(1)
  }

  /// What ncurses keeps in a cell: a letter and up to four marks.
  private static let scalarsInCell = 5

  /// Columns that it takes in a frame.
  var columns: Int {
    isPlain ? 1 : cells.reduce(0) { $0 + ($1.unicodeScalars.first?.columns ?? 0) }
  }

  /// Columns that `printable` takes where it is printed whole.
  var printedColumns: Int {
    let scalars = printable.unicodeScalars
    var columns = 0
    for scalar in scalars {
      if scalar.isJoiner, scalars.first?.isPictograph == true { break }
      columns += scalar.columns
    }
    return columns
  }
}

extension String {
  /// Columns that the text takes in a frame.
  package var columns: Int { reduce(0) { $0 + $1.columns } }

  /// Columns that the text takes where it is printed whole.
  package var printedColumns: Int { reduce(0) { $0 + $1.printedColumns } }
}
