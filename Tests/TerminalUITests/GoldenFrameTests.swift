import Foundation
import Testing

@testable import TerminalUI

/// Whole frames against files in `Golden`. A frame that changed on purpose is accepted by running the
/// tests with `RECORD_GOLDEN` set to the path of the Golden folder, and then reading the difference.
@Suite struct GoldenFrameTests {
  struct Frame: CustomTestStringConvertible, Sendable {
    var name: String
    var width: Int
    var height: Int
    var depth = ColorDepth.palette256
    var keys: [Key] = []

    var testDescription: String { name }
  }

  static let frames = [
    Frame(name: "80x24", width: 80, height: 24),
    Frame(name: "140x45", width: 140, height: 45),
    Frame(name: "200x60", width: 200, height: 60),
    Frame(name: "80x24-no-colour", width: 80, height: 24, depth: .none),
    Frame(name: "140x45-head-A", width: 140, height: 45, depth: .ansi16, keys: [.tab]),
    Frame(name: "100x30-help", width: 100, height: 30, keys: [.character("?")]),
    Frame(name: "40x12", width: 40, height: 12),
    Frame(name: "60x40", width: 60, height: 40, depth: .none),
  ]

  @Test(arguments: frames) func matches(_ frame: Frame) throws {
    var state = DashboardState(
      history: Fixture.history(), mode: .live, width: frame.width, height: frame.height,
      colorDepth: frame.depth)
    for key in frame.keys { _ = update(&state, .key(key)) }
    let buffer = Dashboard.frame(state)
    let drawn = buffer.text + "\nstyles \(Self.digest(buffer))\n"
    if let folder = ProcessInfo.processInfo.environment["RECORD_GOLDEN"] {
      try drawn.write(toFile: "\(folder)/\(frame.name).txt", atomically: true, encoding: .utf8)
    }
    let file = try #require(
      Bundle.module.url(forResource: frame.name, withExtension: "txt", subdirectory: "Golden"))
    let expected = try String(contentsOf: file, encoding: .utf8)
    let (left, right) = (drawn.split(separator: "\n"), expected.split(separator: "\n"))
    #expect(left.count == right.count)
    for (row, (new, old)) in zip(left, right).enumerated() {
      #expect(new == old, "row \(row)")
    }
  }

  @Test func everyRowHasTheFramesWidthAtMost() {
    for frame in Self.frames {
      let state = DashboardState(
        history: Fixture.history(), mode: .live, width: frame.width, height: frame.height)
      let lines = Dashboard.frame(state).text.split(
        separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == frame.height)
      #expect(lines.allSatisfy { $0.count <= frame.width })
    }
  }

  /// A hash of what each cell looks like on the terminal.
  static func digest(_ buffer: CellBuffer) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for cell in buffer.cells {
      let style = cell.style
      let flags = (style.isBold ? 1 : 0) + (style.isDim ? 2 : 0) + (style.isReverse ? 4 : 0)
      let values = [
        style.foreground.resolved(at: buffer.colorDepth).map(Int.init) ?? 256,
        style.background.resolved(at: buffer.colorDepth).map(Int.init) ?? 256, flags,
      ]
      for value in values { hash = (hash ^ UInt64(value)) &* 0x100_0000_01b3 }
    }
    return String(hash, radix: 16)
  }
}
