import Foundation
import Snapshots
import Testing

@testable import TerminalUI

/// Whole frames against files in `Golden`. A frame that changed on purpose is accepted by running
/// the tests with `RECORD_GOLDEN` set to the path of the Golden folder, and then reading the
/// difference.
@Suite struct GoldenFrameTests {
  /// Which made-up run a frame is of.
  enum Run: Sendable {
    case digits, segmentation, unlabelledSegmentation

    var history: RunHistory {
      switch self {
      case .digits: Fixture.history()
      case .segmentation: Fixture.segmentationHistory()
      case .unlabelledSegmentation: Fixture.segmentationHistory(hasLabels: false)
      }
    }
  }

  struct Frame: CustomTestStringConvertible, Sendable {
    var name: String
    var run = Run.digits
    var width: Int
    var height: Int
    var depth = ColorDepth.palette256
    var keys: [Key] = []
    /// Of clusters of head B's first sub-head.
    var names: [Int: String] = [:]

    var testDescription: String { name }
  }

  static let frames =
    [
      Frame(name: "80x24", width: 80, height: 24),
      Frame(name: "140x45", width: 140, height: 45),
      Frame(name: "200x60", width: 200, height: 60),
      Frame(name: "80x24-no-colour", width: 80, height: 24, depth: .none),
      Frame(name: "140x45-head-A", width: 140, height: 45, depth: .ansi16, keys: [.tab]),
      Frame(name: "100x30-help", width: 100, height: 30, keys: [.character("?")]),
      Frame(name: "140x45-tree", width: 140, height: 45, keys: [.character("t")]),
      Frame(name: "80x24-tree", width: 80, height: 24, depth: .none, keys: [.character("t")]),
      Frame(name: "100x30-warnings", width: 100, height: 30, keys: [.character("w")]),
      Frame(
        name: "140x45-named", width: 140, height: 45,
        keys: ["1", "j", "j", "j", "j"].map { .character($0) }, names: names),
      Frame(
        name: "80x24-naming", width: 80, height: 24,
        keys: ["1", "j", "j", "j", "j", "r", "!"].map { .character($0) }, names: names),
      Frame(name: "40x12", width: 40, height: 12),
      Frame(name: "60x40", width: 60, height: 40, depth: .none),
    ] + segmentationFrames

  private static let segmentationFrames = [
    Frame(name: "segmentation-80x24", run: .segmentation, width: 80, height: 24),
    Frame(name: "segmentation-140x45", run: .segmentation, width: 140, height: 45),
    Frame(name: "segmentation-200x60", run: .segmentation, width: 200, height: 60),
    Frame(
      name: "segmentation-80x24-no-colour", run: .segmentation, width: 80, height: 24,
      depth: .none, keys: [.down]),
    Frame(
      name: "segmentation-140x45-head-A", run: .segmentation, width: 140, height: 45,
      depth: .ansi16, keys: [.tab, .down, .down]),
    Frame(
      name: "segmentation-140x45-cluster", run: .segmentation, width: 140, height: 45,
      keys: ["1", "j", "j"].map { .character($0) }, names: [0: "posts", 1: "blue"]),
    Frame(
      name: "segmentation-80x24-blended", run: .segmentation, width: 80, height: 24,
      keys: [.character("v")]),
    Frame(
      name: "segmentation-80x24-blended-no-colour", run: .segmentation, width: 80, height: 24,
      depth: .none, keys: [.character("v")]),
    Frame(
      name: "segmentation-80x24-prediction", run: .segmentation, width: 80, height: 24,
      keys: [.character("v"), .character("v"), .down]),
    Frame(
      name: "segmentation-140x45-blended", run: .segmentation, width: 140, height: 45,
      keys: [.character("v"), .down, .down, .down, .down]),
    Frame(
      name: "segmentation-140x45-prediction-no-colour", run: .segmentation, width: 140, height: 45,
      depth: .none, keys: [.character("v"), .character("v")]),
    Frame(
      name: "segmentation-200x60-picture", run: .segmentation, width: 200, height: 60,
      keys: [.character("v"), .character("v"), .character("v")]),
    Frame(
      name: "segmentation-140x45-displacement", run: .segmentation, width: 140, height: 45,
      keys: [.character("d")]),
    Frame(
      name: "segmentation-80x24-displacement", run: .segmentation, width: 80, height: 24,
      depth: .none, keys: [.character("d")]),
    Frame(
      name: "segmentation-140x45-unlabelled", run: .unlabelledSegmentation, width: 140, height: 45),
    Frame(
      name: "segmentation-100x30-help", run: .segmentation, width: 100, height: 30,
      keys: [.character("?")]),
  ]

  private static let names = [0: "猫 cats", 3: "ones", 6: "a name longer than its room", 9: "x"]

  private static func buffer(_ frame: Frame) -> CellBuffer {
    var state = DashboardState(
      history: frame.run.history, mode: .live, width: frame.width, height: frame.height,
      colorDepth: frame.depth)
    for (cluster, name) in frame.names {
      state.names[ClusterID(head: .b, subHead: 0, cluster: cluster)] = name
    }
    for key in frame.keys { _ = update(&state, .key(key)) }
    return Dashboard.frame(state)
  }

  private static func golden(_ frame: Frame) throws -> String {
    let file = try #require(
      Bundle.module.url(forResource: frame.name, withExtension: "txt", subdirectory: "Golden"))
    return try String(contentsOf: file, encoding: .utf8)
  }

  @Test(arguments: frames) func matches(_ frame: Frame) throws {
    let buffer = Self.buffer(frame)
    if let folder = ProcessInfo.processInfo.environment["RECORD_GOLDEN"] {
      try GoldenText.text(of: buffer)
        .write(toFile: "\(folder)/\(frame.name).txt", atomically: true, encoding: .utf8)
      return
    }
    for difference in GoldenText.differences(buffer, from: try Self.golden(frame)) {
      Issue.record("\(difference)")
    }
  }

  /// A character, a colour, and a blank row that moved are each found and told where they are.
  @Test func differencesAreTold() throws {
    let frame = Self.frames[0]
    var buffer = Self.buffer(frame)
    let golden = GoldenText.text(of: buffer)
    #expect(GoldenText.differences(buffer, from: golden).isEmpty)
    let cell = buffer[7, 3]
    buffer[7, 3] = Cell("Ж", cell.style)
    let character = GoldenText.differences(buffer, from: golden)
    #expect(character.count == 1)
    #expect(character[0].hasPrefix("row 3, column 7: 'Ж', expected '\(cell.character)' in "))
    var style = cell.style
    style.foreground = .palette(200)
    buffer[7, 3] = Cell(cell.character, style)
    let color = GoldenText.differences(buffer, from: golden)
    #expect(color.count == 1)
    #expect(color[0].hasPrefix("row 3, column 7: style 200/"), "\(color)")

    var blank = CellBuffer(width: 4, height: 3)
    blank.write("a", x: 0, y: 0, limit: 4)
    var moved = CellBuffer(width: 4, height: 3)
    moved.write("a", x: 0, y: 1, limit: 4)
    #expect(GoldenText.differences(moved, from: GoldenText.text(of: blank)).count == 2)
  }
}
