import Snapshots
import Testing

@testable import TerminalUI

@Suite struct DisplacementTests {
  private func subHead(_ values: [Float]) -> SubHeadEvaluation {
    var subHead = SubHeadEvaluation(
      index: 0, loss: 0, scores: nil, clusterShares: [0.5, 0.5], sampleProbabilities: [])
    subHead.displacementInformation = values
    return subHead
  }

  @Test func valuesStandRowByRowVerticalFirst() throws {
    let grid = try #require(DisplacementGrid(subHead([1, 2, 3, 4, 9, 6, 7, 8, 0])))
    #expect(grid.reach == 1)
    #expect(grid.value(vertical: 0, horizontal: 0) == 9)
    #expect(grid.value(vertical: -1, horizontal: 1) == 3)
    #expect(grid.value(vertical: 1, horizontal: -1) == 7)
    #expect(grid.value(vertical: 2, horizontal: 0).isNaN)
    #expect(grid.largest == (0, 0, 9))
    #expect(grid.smallest == (1, 1, 0))
    let levels = grid.levels()
    #expect(levels(0, 0) == 1 && levels(1, 1) == 0 && levels(-1, 1) == Float(1.0 / 3))
  }

  @Test func numbersThatAreNoneAreLeftOut() throws {
    let grid = try #require(
      DisplacementGrid(subHead([.nan, 2, .infinity, 2, 4, 2, 2, -.infinity, 2])))
    #expect(grid.largest == (0, 0, 4) && grid.smallest == (-1, 0, 2))
    #expect(grid.levels()(-1, -1) == 0 && grid.levels()(-1, 1) == 0)
    let flat = try #require(DisplacementGrid(subHead([3])))
    #expect(flat.reach == 0 && flat.levels()(0, 0) == 1)
  }

  @Test(arguments: [[], [1, 2], [1, 2, 3, 4], Array(repeating: Float.nan, count: 9)])
  func whatIsNoSquareIsNoGrid(_ values: [Float]) {
    #expect(DisplacementGrid(subHead(values)) == nil)
  }

  private func state(_ width: Int, _ height: Int) -> DashboardState {
    var state = DashboardState(
      history: Fixture.segmentationHistory(), mode: .live, width: width, height: height)
    _ = update(&state, .key(.character("d")))
    return state
  }

  @Test func theWholeMapIsShownWhereItFits() {
    let state = state(140, 45)
    let frame = Dashboard.frame(state)
    let text = frame.text
    for word in [
      "I by displacement", "−10", "±10", "largest", "at the centre", "at 10 up, 10 left",
    ] {
      #expect(text.contains(word), "\(word)")
    }
    let area = state.layout.joint
    var blocks = 0
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX where frame[x, y].character == "▀" { blocks += 1 }
    }
    #expect(blocks == 21 * 11)
  }

  @Test func aSmallScreenShowsTheMiddle() {
    let text = Dashboard.frame(state(80, 24)).text
    #expect(text.contains("±5 of 10"))
    #expect(text.contains("▸") && text.contains("↑"))
  }

  @Test func itAndTheTreeTakeEachOthersPlace() {
    var state = state(140, 45)
    #expect(state.showsDisplacements)
    _ = update(&state, .key(.character("t")))
    #expect(state.showsTree && !state.showsDisplacements)
    _ = update(&state, .key(.character("d")))
    #expect(!state.showsTree && state.showsDisplacements)
    _ = update(&state, .key(.character("d")))
    #expect(!state.showsTree && !state.showsDisplacements)
    #expect(Dashboard.frame(state).text.contains("Joint P(z,z′)"))
    state.history.newest.evaluation = nil
    _ = update(&state, .key(.character("d")))
    #expect(Dashboard.frame(state).text.contains("waiting for the first evaluation"))

    var digits = DashboardState(history: Fixture.history(), mode: .live)
    _ = update(&digits, .key(.character("d")))
    #expect(!digits.showsDisplacements)
    #expect(digits.message?.text == "this run clusters whole images: it knows no displacements")
  }
}
