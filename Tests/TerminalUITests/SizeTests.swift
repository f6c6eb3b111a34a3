import Snapshots
import Testing

@testable import TerminalUI

@Suite struct SizeTests {
  static let history = Fixture.history(steps: 45, clustersA: 20)

  /// The parameter splits the work so that it runs in parallel.
  @Test(arguments: 0..<8) func everySizeDraws(_ part: Int) {
    var state = DashboardState(history: Self.history, mode: .live)
    if part % 2 == 1 { state.overlay = .help }
    state.head = part % 4 < 2 ? .b : .a
    for width in stride(from: part, through: 120, by: 8) {
      for height in 0...50 {
        state.width = width
        state.height = height
        let frame = Dashboard.frame(state)
        if width >= 40 && height >= 12 {
          #expect(frame.text.contains("iic-tui") || state.overlay != nil, "\(width)×\(height)")
        }
        if width > 0 && height > 0 && (width < 40 || height < 12) {
          #expect(frame.text.contains("te") || width < 3)
        }
      }
    }
  }

  @Test(arguments: [(300, 300), (300, 1), (1, 300), (300, 12), (40, 300), (250, 80), (-3, -3)])
  func extremeSizesDraw(width: Int, height: Int) {
    for depth in ColorDepth.allCases {
      let state = DashboardState(
        history: Self.history, mode: .live, width: width, height: height, colorDepth: depth)
      let text = Dashboard.frame(state).text
      #expect(text.contains("iic-tui") == (width >= 40 && height >= 12))
    }
  }

  @Test func aFrameSmallerThanItsStateIsCutOff() {
    let state = DashboardState(history: Self.history, mode: .live, width: 140, height: 45)
    var buffer = CellBuffer(width: 60, height: 20)
    Dashboard.draw(state, into: &buffer)
    let whole = Dashboard.frame(state)
    for y in 0..<20 {
      for x in 0..<60 {
        // Text that goes on beyond the edge ends in a mark there.
        let isCut = x == 59 && buffer[x, y].character == "…"
        #expect(buffer[x, y] == whole[x, y] || isCut, "\(x), \(y)")
      }
    }
  }

  @Test func tooSmallSaysSo() {
    let state = DashboardState(history: Self.history, mode: .live, width: 39, height: 12)
    #expect(Dashboard.frame(state).text.contains("terminal too small (need 40×12)"))
  }

  @Test func thePanelsCoverNoCellTwice() {
    for width in stride(from: 40, through: 220, by: 3) {
      for height in stride(from: 12, through: 80, by: 3) {
        let layout = DashboardLayout(width: width, height: height, subHeads: 5)
        let panels = [
          layout.status, layout.hints, layout.chart, layout.table, layout.joint, layout.samples,
        ]
        for (index, panel) in panels.enumerated() {
          #expect(panel.x >= 0 && panel.maxX <= width && panel.maxY <= height)
          for other in panels[(index + 1)...] { #expect(panel.intersection(other).isEmpty) }
        }
      }
    }
  }

  @Test func runsWithoutAnythingDraw() {
    var description = Fixture.description()
    description.heads = []
    description.classNames = []
    description.plannedSteps = 0
    let samples = SampleImages(width: 0, height: 0, channels: 1, pixels: [], labels: [])
    let history = RunHistory(description: description, samples: samples)
    for (width, height) in [(80, 24), (140, 45), (60, 40), (40, 12)] {
      let state = DashboardState(history: history, mode: .live, width: width, height: height)
      #expect(Dashboard.frame(state).text.contains("starting"))
    }
  }
}
