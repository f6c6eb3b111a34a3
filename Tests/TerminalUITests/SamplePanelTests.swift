import Snapshots
import Testing

@testable import TerminalUI

@Suite struct SamplePanelTests {
  static let subHead = Fixture.subHead(0, of: Fixture.description().heads[1], step: 150)
  static let selection = SampleSelection(Fixture.samples(), subHead)

  @Test func samplesArePartedByWhetherTheMappedClusterIsRight() {
    let selection = Self.selection
    #expect(selection.successes.count == 30)
    #expect(selection.failures.count == 10)
    for success in selection.successes { #expect(success.predicted == success.label) }
    for failure in selection.failures {
      #expect(failure.predicted == ((failure.label ?? 0) + 4) % 10)
    }
  }

  @Test func truthIsGreenWrongPredictionRedTheRestBlue() throws {
    let order = ClusterOrder(Self.subHead, classNames: (0..<10).map(String.init))
    let failure = try #require(Self.selection.failures.first)
    let bars = ProbabilityBar.bars(failure, order: order, limit: 10)
    let tallest = try #require(bars.max { $0.probability < $1.probability })
    #expect(tallest.meaning == .wrongPrediction)
    #expect(tallest.color.resolved(at: .ansi16) == 9)
    let truth = bars.filter { $0.meaning == .truth }
    #expect(truth.map { order.name($0.place) } == ["\(try #require(failure.label))"])
    #expect(truth[0].color.resolved(at: .ansi16) == 10)
    let others = bars.filter { $0.meaning == .other }
    #expect(others.count == 8)
    #expect(others.allSatisfy { $0.color.resolved(at: .ansi16) == 12 })

    let success = try #require(Self.selection.successes.first)
    let successBars = ProbabilityBar.bars(success, order: order, limit: 10)
    #expect(successBars.filter { $0.meaning == .wrongPrediction }.isEmpty)
    #expect(successBars.max { $0.probability < $1.probability }?.meaning == .truth)
  }

  /// Nothing on the screen of a run without labels speaks of right, wrong or accuracy.
  @Test(arguments: [(80, 24), (140, 45), (200, 60)])
  func withoutLabelsNothingIsRightOrWrong(_ width: Int, _ height: Int) throws {
    var history = Fixture.history()
    history.description.classNames = []
    history.samples.labels = history.samples.labels.map { _ in -1 }
    for index in history.evaluations.indices { history.evaluations[index].accuracies = [:] }
    var evaluation = try #require(history.newest.evaluation)
    for head in evaluation.heads.indices {
      for subHead in evaluation.heads[head].subHeads.indices {
        evaluation.heads[head].subHeads[subHead].scores = nil
      }
    }
    history.newest.evaluation = evaluation
    let state = DashboardState(history: history, mode: .live, width: width, height: height)
    let frame = Dashboard.frame(state)
    let text = frame.text
    for word in ["✓", "✗", "truth", "wrong", "accuracy", "NMI", "ARI", "±", "recognises"] {
      #expect(!text.contains(word), "\(word)")
    }
    #expect(text.contains("█ chosen") && text.contains("→ 0"))
    let area = state.layout.samples
    var colors: Set<Color> = []
    for y in area.y + 2..<area.maxY {
      for x in area.x..<area.maxX where frame[x, y].character == "█" {
        colors.insert(frame[x, y].style.foreground)
      }
    }
    #expect(colors.contains(Theme.attention) && !colors.contains(Theme.truth))

    let selection = SampleSelection(history.samples, state.chosenEvaluation(at: state.moment))
    #expect(selection.successes.isEmpty && selection.failures.isEmpty && !selection.hasLabels)
    let (upper, lower) = selection.rows
    #expect(upper.count == 20 && lower.count == 20)
    let order = (upper + lower).map(\.cluster)
    #expect(order == order.sorted())
    #expect(Set((upper + lower).map(\.sample)) == Set(0..<40))
  }

  /// A sample without a label among labelled ones is neither recognised nor mistaken; it stands
  /// last.
  @Test func oneSampleWithoutALabel() throws {
    var samples = Fixture.samples()
    samples.labels[0] = -1
    let selection = SampleSelection(samples, Self.subHead)
    #expect(selection.unlabelled.map(\.sample) == [0] && selection.hasLabels)
    #expect(selection.successes.count + selection.failures.count == 39)
    #expect(selection.rows.lower.last?.sample == 0)
    let order = ClusterOrder(Self.subHead, classNames: (0..<10).map(String.init))
    let bars = ProbabilityBar.bars(selection.unlabelled[0], order: order, limit: 10)
    #expect(bars.filter { $0.meaning == .choice }.count == 1)
    #expect(bars.filter { $0.meaning == .other }.count == 9)
  }

  @Test func theFrameShowsBarsInThoseColours() {
    let state = DashboardState(history: Fixture.history(), mode: .live)
    let frame = Dashboard.frame(state)
    func colors(of row: Int) -> Set<Color> {
      let area = state.layout.samples
      return Set(
        (area.x..<area.maxX).map { frame[$0, row] }.filter { $0.character == "█" }
          .map(\.style.foreground))
    }
    let area = state.layout.samples
    let rowHeight = SamplePanel.geometry(state, content: area.splitTop(1).rest).rowHeight
    let success = (area.y + 2..<area.y + 1 + rowHeight).map(colors)
    let failure = (area.y + 2 + rowHeight..<area.y + 1 + 2 * rowHeight).map(colors)
    #expect(success.contains { $0.contains(Theme.truth) })
    #expect(!success.contains { $0.contains(Theme.wrong) })
    #expect(failure.contains { $0.contains(Theme.wrong) })
    #expect(failure.contains { $0.contains(Theme.truth) })
  }

  @Test func ofManyClustersTheMostProbableStayInClusterOrder() {
    let head = HeadDescription(
      name: .a, clusters: 50, subHeads: 1, matching: .manyToOne, isMain: false)
    let subHead = Fixture.subHead(0, of: head, step: 150)
    let order = ClusterOrder(subHead, classNames: [])
    let prediction = SampleSelection(Fixture.samples(), subHead).failures[0]
    let bars = ProbabilityBar.bars(prediction, order: order, limit: 12)
    #expect(bars.count == 12)
    #expect(bars.map(\.place) == bars.map(\.place).sorted())
    let kept = bars.map(\.probability).min() ?? 0
    #expect(prediction.probabilities.filter { Double($0) > kept }.count <= 12)
    #expect(ProbabilityBar.bars(prediction, order: order, limit: 0).isEmpty)
  }

  @Test func shrinkingAveragesWholeBoxes() {
    let pixels: [UInt8] = (0..<16).map { $0 % 4 < 2 ? 0 : 200 }
    let samples = SampleImages(width: 4, height: 4, channels: 1, pixels: pixels, labels: [0])
    let half = samples.pixels(of: 0, fitting: 2, 2)
    #expect(
      half.pixels.map(\.color) == [
        .rgb(0, 0, 0), .rgb(200, 200, 200), .rgb(0, 0, 0), .rgb(200, 200, 200),
      ])
    let one = samples.pixels(of: 0, fitting: 1, 1)
    #expect(one.pixels.map(\.color) == [.rgb(100, 100, 100)])
    #expect(samples.pixels(of: 0, fitting: 9, 9).width == 4)
    #expect(samples.pixels(of: 3, fitting: 2, 2).pixels.isEmpty)
    #expect(samples.pixels(of: 0, fitting: 0, 5).pixels.isEmpty)
    let third = samples.pixels(of: 0, fitting: 3, 3)
    #expect(third.pixels.count == 9)
    #expect(third.pixels[4].color == .rgb(100, 100, 100))
  }

  @Test func imagesInColourKeepTheirChannels() {
    let samples = SampleImages(
      width: 2, height: 1, channels: 3, pixels: [10, 20, 30, 40, 50, 60], labels: [0])
    #expect(samples.pixels(of: 0, fitting: 1, 1).pixels[0].color == .rgb(25, 35, 45))
  }
}
