import Testing

@testable import TerminalUI

/// Widths as tmux 3.3a has them, which are those of `wcwidth` where that knows better than to add.
@Suite struct ColumnsTests {
  /// Printed whole, and in a frame, where a sign that is put together is its first part.
  @Test(arguments: [
    ("a", 1, 1), ("·", 1, 1), ("─", 1, 1), ("漢", 2, 2), ("한", 2, 2), ("Ａ", 2, 2), ("ｶ", 1, 1),
    ("〰", 2, 2), ("\u{A960}", 2, 2), ("\u{17000}", 2, 2), ("\u{20000}", 2, 2), ("\u{4DC0}", 2, 2),
    // Marks, and a syllable of three letters.
    ("e\u{301}", 1, 1), ("a\u{301}\u{323}", 1, 1), ("\u{1112}\u{1161}\u{11AB}", 2, 2),
    ("ｶ\u{FF9E}", 2, 2), ("\u{928}\u{93F}", 2, 2), ("\u{915}\u{94D}\u{937}", 2, 2),
    ("\u{E01}\u{E33}", 2, 2), ("\u{5D0}\u{5B0}", 1, 1),
    // Emoji that are wide by themselves, and those that a selector makes so in some terminals.
    ("⚡", 2, 2), ("⚡\u{FE0F}", 2, 2), ("⌚", 2, 2), ("⌚\u{FE0E}", 2, 2), ("🔥", 2, 2),
    ("❤", 1, 1), ("❤\u{FE0F}", 1, 1), ("☀\u{FE0F}", 1, 1), ("©\u{FE0F}", 1, 1),
    ("\u{1F322}", 1, 1), ("1\u{FE0F}\u{20E3}", 1, 1),
    // Flags, and signs that are put together.
    ("🇩🇪", 2, 2), ("\u{1F1E9}", 1, 1), ("👨‍👩‍👧", 2, 2), ("👩‍🚒", 2, 2), ("❤\u{FE0F}\u{200D}🔥", 1, 1),
    ("👍🏽", 4, 2), ("✌🏽", 3, 1), ("🏽", 2, 2),
    ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", 2, 2),
    // What has no column of its own is shown as a point.
    ("\u{301}", 1, 1), ("\u{1161}", 1, 1), ("\u{200B}", 1, 1), ("\u{1B}", 1, 1), ("\u{AD}", 1, 1),
    ("⚡\u{FE0F}訓練", 6, 6),
  ])
  func widths(_ text: String, printed: Int, inFrame: Int) {
    #expect(text.printedColumns == printed)
    #expect(text.columns == inFrame)
    var buffer = CellBuffer(width: 10, height: 1)
    #expect(buffer.write(text, x: 0, y: 0) == inFrame)
  }

  /// A cell is one letter and its marks: what ncurses can place.
  @Test(arguments: [
    ("👨‍👩‍👧", ["👨"]), ("👍🏽", ["👍"]), ("❤\u{FE0F}", ["❤"]), ("e\u{301}", ["e\u{301}"]),
    ("\u{928}\u{93F}", ["\u{928}", "\u{93F}"]), ("🇩🇪", ["\u{1F1E9}", "\u{1F1EA}"]),
    ("a\u{301}\u{302}\u{303}\u{304}\u{305}", ["a\u{301}\u{302}\u{303}\u{304}"]),
    ("1\u{FE0F}\u{20E3}", ["1\u{20E3}"]), ("\u{301}", ["·"]),
  ])
  func cells(_ text: String, _ expected: [String]) {
    #expect(text.flatMap(\.cells).map { String($0) } == expected)
  }

  @Test func whatStandsBehindASignKeepsItsPlace() {
    var buffer = CellBuffer(width: 12, height: 1)
    buffer.write("⚡\u{FE0F}訓|👨‍👩‍👧|🇩🇪|", x: 0, y: 0)
    #expect(
      [4, 7, 10].map { buffer[$0, 0].character } == ["|", "|", "|"], "\(buffer.text)")
    #expect(buffer[1, 0].character == Cell.continuation)
    #expect(buffer[8, 0].character == "\u{1F1E9}" && buffer[9, 0].character == "\u{1F1EA}")
  }
}
