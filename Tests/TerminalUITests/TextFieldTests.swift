import Testing

@testable import TerminalUI

@Suite struct TextFieldTests {
  private func typed(_ text: String, into field: inout TextField) {
    for scalar in text.unicodeScalars {
      #expect(field.press(.character(Character(scalar))) == .goesOn)
    }
  }

  @Test func editing() {
    var field = TextField("ct", limit: 10)
    _ = field.press(.left)
    typed("a", into: &field)
    #expect(field.text == "cat" && field.cursor == 2)
    _ = field.press(.end)
    typed("s", into: &field)
    _ = field.press(.home)
    typed("2 ", into: &field)
    #expect(field.text == "2 cats")
    _ = field.press(.backspace)
    #expect(field.text == "2cats" && field.cursor == 1)
    _ = field.press(.home)
    _ = field.press(.backspace)
    _ = field.press(.left)
    #expect(field.text == "2cats" && field.cursor == 0)
    _ = field.press(.end)
    _ = field.press(.right)
    #expect(field.cursor == 5)
    #expect(field.press(.tab) == .goesOn)
    #expect(field.press(.enter) == .accepted)
    #expect(field.press(.escape) == .left)
    #expect(field.text == "2cats")
  }

  /// A terminal sends "é" as one scalar or as two, and an emoji family as five.
  @Test func lettersOfSeveralParts() {
    var field = TextField(limit: 5)
    typed("e\u{301}👨\u{200D}👩\u{200D}👧b", into: &field)
    #expect(field.text == "é👨‍👩‍👧b" && field.cursor == 3)
    _ = field.press(.left)
    _ = field.press(.backspace)
    #expect(field.text == "éb" && field.cursor == 1)
  }

  @Test func noMoreThanTheLimit() {
    var field = TextField("ab", limit: 3)
    typed("cde", into: &field)
    #expect(field.text == "abc" && field.cursor == 3)
    typed(String(repeating: "\u{301}", count: 1000), into: &field)
    #expect(field.text.unicodeScalars.count <= 12)
  }

  private func drawn(_ field: TextField, width: Int) -> (text: String, cursor: Int?) {
    var buffer = CellBuffer(width: width + 2, height: 1)
    buffer.fill(buffer.area, Cell("#"))
    field.draw(in: Rect(x: 1, y: 0, width: width, height: 1), style: .plain, into: &buffer)
    #expect(buffer[0, 0].character == "#" && buffer[width + 1, 0].character == "#")
    return (
      String(buffer.text.dropFirst().dropLast()),
      (0..<buffer.width).first { buffer[$0, 0].style.isReverse }.map { $0 - 1 }
    )
  }

  @Test func theCursorIsAlwaysSeen() {
    var field = TextField("abcdefgh", limit: 20)
    #expect(drawn(field, width: 10) == ("abcdefgh  ", 8))
    #expect(drawn(field, width: 5) == ("efgh ", 4))
    for _ in 0..<5 { _ = field.press(.left) }
    #expect(drawn(field, width: 5) == ("abcde", 3))
    _ = field.press(.home)
    #expect(drawn(field, width: 5) == ("abcde", 0))
  }

  /// Two columns a character: cut by columns, never through the middle of one.
  @Test func wideCharacters() {
    var field = TextField("猫犬鳥", limit: 20)
    let whole = drawn(field, width: 8)
    #expect(whole.cursor == 6 && whole.text.hasPrefix("猫犬鳥"))
    #expect(drawn(field, width: 6).text.hasPrefix("犬鳥"))
    _ = field.press(.home)
    #expect(drawn(field, width: 5).text.hasPrefix("猫犬"))
    #expect(drawn(field, width: 5).cursor == 0)
  }
}
