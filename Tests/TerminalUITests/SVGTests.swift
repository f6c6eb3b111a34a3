import Foundation
import Testing

@testable import TerminalUI

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct SVGTests {
  /// The elements of a document, each with its attributes and its own text.
  private final class Elements: NSObject, XMLParserDelegate {
    struct Element {
      var name: String
      var attributes: [String: String]
      var text = ""
    }

    var all: [Element] = []

    init(_ document: String) throws {
      super.init()
      let parser = XMLParser(data: Data(document.utf8))
      parser.delegate = self
      try #require(parser.parse(), "\(String(describing: parser.parserError))")
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      all.append(Element(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if all.last?.name == "text" { all[all.count - 1].text += text }
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      if name == "text" { all.append(Element(name: "", attributes: [:])) }
    }

    subscript(name: String) -> [Element] { all.filter { $0.name == name } }

    /// The rectangles after the ground, each as "x y width height fill".
    var rectangles: [String] {
      self["rect"].dropFirst().map { element in
        ["x", "y", "width", "height", "fill"].map { element.attributes[$0] ?? "?" }
          .joined(separator: " ")
      }
    }
  }

  @Test(arguments: [(140, 45), (80, 24), (40, 12), (200, 60), (3, 1), (0, 0)])
  func holdsEveryCharacterAtItsPlace(width: Int, height: Int) throws {
    let frame = Dashboard.frame(
      DashboardState(history: Fixture.history(), mode: .live, width: width, height: height))
    let elements = try Elements(frame.svg)
    var found: [String: Character] = [:]
    for element in elements["text"] {
      let places = (element.attributes["x"] ?? "").split(separator: " ")
      let characters = Array(element.text)
      #expect(places.count == characters.count)
      for (place, character) in zip(places, characters) {
        found["\(place) \(element.attributes["y"] ?? "")"] = character
      }
    }
    var expected: [String: Character] = [:]
    for y in 0..<height {
      for x in 0..<width {
        let character = frame[x, y].character
        let code = character.unicodeScalars.first?.value ?? 0
        let isShape =
          (0x2580...0x258F).contains(code) || (0x2591...0x2593).contains(code)
          || (0x2801...0x28FF).contains(code)
        if character != " " && !isShape { expected["\(8 * x) \(16 * y + 12)"] = character }
      }
    }
    #expect(found == expected)
  }

  @Test func halfBlocksAreTwoRectangles() throws {
    var frame = CellBuffer(width: 3, height: 1)
    frame[0, 0] = Cell("▀", Style(.rgb(255, 0, 0), on: .rgb(0, 0, 255)))
    frame[1, 0] = Cell("▀", Style(.rgb(255, 0, 0), on: .rgb(0, 255, 0)))
    frame[2, 0] = Cell("▀", Style(.palette(196), on: .palette(46)))
    let rectangles = try Elements(frame.svg).rectangles
    #expect(
      rectangles == ["0 0 8 16 #0000ff", "8 0 16 16 #00ff00", "0 0 24 8 #ff0000"])
  }

  @Test func blocksAndDots() throws {
    var frame = CellBuffer(width: 4, height: 1)
    let style = Style(.rgb(1, 2, 3))
    for (x, character) in "▄▂▎⠁".enumerated() { frame[x, 0] = Cell(character, style) }
    #expect(
      try Elements(frame.svg).rectangles == [
        "0 8 8 8 #010203", "8 12 8 4 #010203", "16 0 2 16 #010203", "25 1 2 2 #010203",
      ])
  }

  @Test func stylesAndReverse() throws {
    var frame = CellBuffer(width: 12, height: 1)
    frame.write("ab", x: 0, y: 0, style: Style(.rgb(1, 2, 3), bold: true))
    frame.write("cd", x: 2, y: 0, style: Style(.rgb(1, 2, 3), dim: true))
    frame.write("ef", x: 5, y: 0, style: Style(.rgb(1, 2, 3), on: .rgb(4, 5, 6), reverse: true))
    let elements = try Elements(frame.svg)
    #expect(elements["text"].map(\.text) == ["ab", "cd", "ef"])
    #expect(elements["text"][0].attributes["font-weight"] == "bold")
    #expect(elements["text"][1].attributes["fill-opacity"] == "0.6")
    #expect(elements["text"][2].attributes["fill"] == "#040506")
    #expect(elements.rectangles == ["40 0 16 16 #010203"])
  }

  @Test func whatXMLCannotHold() throws {
    var frame = CellBuffer(width: 12, height: 1)
    let characters: [Character] = ["<", "&", ">", "\"", "'", "\u{1}", "\u{1B}", "\u{FFFE}", "😀"]
    for (x, character) in characters.enumerated() { frame[x, 0] = Cell(character) }
    frame[9, 0] = Cell(Cell.continuation)
    frame[10, 0] = Cell("e\u{301}")
    let text = try Elements(frame.svg)["text"].map(\.text).joined()
    #expect(text == "<&>\"'···😀e\u{301}")
  }
}
