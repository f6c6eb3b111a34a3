/// What stands in for characters that a locale without UTF-8 cannot show.
enum ASCIISubstitutes {
  static func substitute(_ character: Character) -> Character {
    if character.isASCII { return character }
    if let known = table[character] { return known }
    guard let scalar = character.unicodeScalars.first else { return "?" }
    // Braille: the more dots, the heavier the sign.
    guard (0x2800...0x28FF).contains(scalar.value) else { return "?" }
    let dots = (scalar.value & 0xFF).nonzeroBitCount
    return dots == 0 ? " " : dots <= 2 ? "." : dots <= 4 ? ":" : "#"
  }

  private static let table: [Character: Character] = [
    "─": "-", "━": "=", "╸": "=", "┄": "-", "│": "|", "╭": "+", "╮": "+", "╰": "+", "╯": "+",
    "░": ".", "▒": ":", "▓": "%", "█": "#", "▀": "\"",
    "▁": "_", "▂": "_", "▃": "-", "▄": "-", "▅": "=", "▆": "=", "▇": "#",
    "▏": "|", "▎": "|", "▍": "|", "▌": "]", "▋": "]", "▊": "#", "▉": "#",
    "★": "*", "●": "*", "○": "o", "■": "#", "▶": ">", "◀": "<", "▸": ">", "‖": "=",
    "✓": "+", "✗": "x", "→": ">", "←": "<", "↑": "^", "↓": "v",
    "−": "-", "–": "-", "—": "-", "…": "~", "·": ".", "±": "~", "×": "x", "′": "'",
  ]
}
