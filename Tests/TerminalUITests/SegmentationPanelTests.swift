import Foundation
import Snapshots
import Testing

@testable import TerminalUI

@Suite struct SegmentationPanelTests {
  private func state(
    width: Int = 140, height: Int = 45, depth: ColorDepth = .palette256, hasLabels: Bool = true
  ) -> DashboardState {
    DashboardState(
      history: Fixture.segmentationHistory(hasLabels: hasLabels), mode: .live, width: width,
      height: height, colorDepth: depth)
  }

  @discardableResult
  private func press(_ state: inout DashboardState, _ characters: String) -> [DashboardAction] {
    characters.flatMap { update(&state, .key(.character($0))) }
  }

  /// The text of the panel in which the samples are.
  private func panel(_ state: DashboardState) -> String {
    let (frame, area) = (Dashboard.frame(state), state.layout.samples)
    return (area.y..<area.maxY).map { y in
      String((area.x..<area.maxX).map { frame[$0, y].character })
    }.joined(separator: "\n")
  }

  /// The colours of the half blocks in the panel.
  private func colors(_ state: DashboardState) -> Set<Color> {
    let (frame, area) = (Dashboard.frame(state), state.layout.samples)
    var colors: Set<Color> = []
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX where frame[x, y].character == "▀" {
        colors.formUnion([frame[x, y].style.foreground, frame[x, y].style.background])
      }
    }
    return colors
  }

  @Test func fourPicturesStandSideBySide() {
    let state = state()
    let text = panel(state)
    for word in ["picture", "prediction", "truth", "disagreement", "1 of 6", "of pixels right"] {
      #expect(text.contains(word), "\(word)")
    }
    for name in ["sky", "ground", "upright"] { #expect(text.contains("█ \(name)"), "\(name)") }
    let colors = colors(state)
    for color in (0..<3).map(MapPalette.color) + [MapPalette.right, MapPalette.wrong] {
      #expect(colors.contains(color))
    }
    #expect(Dashboard.frame(state).text.contains("accuracy per pixel"))
    // The picture that `export` writes has the maps too: sky blue and the red of what is wrong.
    let picture = Dashboard.frame(state).svg
    #expect(picture.contains("\"#5fafff\"") && picture.contains("\"#ff0000\""))
  }

  @Test func withoutLabelsNothingIsRightOrWrong() {
    let state = state(hasLabels: false)
    let text = Dashboard.frame(state).text
    #expect(text.contains("prediction") && text.contains("█ 0  █ 1  █ 2"))
    for word in ["truth", "disagreement", "right", "accuracy", "per pixel"] {
      #expect(!text.contains(word), "\(word)")
    }
    #expect(!colors(state).contains(MapPalette.wrong))
  }

  @Test func aChosenClusterAloneKeepsItsColour() {
    var state = state()
    press(&state, "1vv")
    #expect(state.segmentationView == .prediction)
    #expect(colors(state).isSuperset(of: (0..<3).map(MapPalette.color)))
    _ = update(&state, .key(.down))
    press(&state, "j")
    // The sample stays, and the cluster of the first class is chosen.
    #expect(state.sampleOffset == 1 && state.chosenCluster?.cluster == 1)
    let colors = colors(state)
    #expect(colors.contains(MapPalette.color(0)) && colors.contains(MapPalette.other))
    #expect(!colors.contains(MapPalette.color(1)) && !colors.contains(MapPalette.color(2)))
    #expect(press(&state, "rair") == [])
    #expect(
      update(&state, .key(.enter)) == [
        .nameCluster(ClusterID(head: .b, subHead: 0, cluster: 1), name: "air")
      ])
    state.names[ClusterID(head: .b, subHead: 0, cluster: 1)] = "air"
    #expect(panel(state).contains("█ air"))
    _ = update(&state, .key(.escape))
    #expect(state.chosenCluster == nil && state.sampleOffset == 1)
  }

  @Test func viewsFollowEachOther() {
    var state = state()
    let views: [SegmentationView] = [.blended, .prediction, .picture, .sideBySide]
    for view in views {
      press(&state, "v")
      #expect(state.segmentationView == view)
      let text = panel(state)
      #expect(text.contains("truth") == (view == .sideBySide))
      #expect(text.contains("prediction over picture") == (view == .blended))
    }
    press(&state, "v")
    // The picture and the class's colour in one: neither alone is there.
    let blended = colors(state)
    #expect(blended.isDisjoint(with: (0..<3).map(MapPalette.color)))
    let picture = state.history.samples.pixels(of: 0, scaledTo: 1, 1)
    #expect(picture.width == 1 && !blended.isEmpty)

    var digits = DashboardState(history: Fixture.history(), mode: .live)
    press(&digits, "v")
    #expect(digits.segmentationView == .sideBySide)
    #expect(digits.message?.text == "this run clusters whole images: they have one view")
  }

  /// One picture in a wide panel would leave most of it empty: those of the next samples follow.
  @Test func samplesStandSideBySide() {
    var state = state(width: 200, height: 60)
    press(&state, "vv")
    for step in 0..<6 {
      let text = panel(state)
      #expect(text.contains("▸ \(step + 1) prediction") && text.contains("\(step + 1) of 6"))
      let shown = (1...6).filter { text.contains(" \($0) prediction") }
      #expect(shown.count > 1 && shown == Array(shown[0]..<shown[0] + shown.count))
      // From the one that is stepped through on, as far as there are others behind.
      #expect(shown[0] == min(step + 1, 7 - shown.count))
      _ = update(&state, .key(.down))
    }
    // The legend tells all that is shown.
    for name in ["sky", "ground", "upright"] { #expect(panel(state).contains("█ \(name)")) }
    (state.width, state.height) = (44, 50)
    #expect(panel(state).contains("prediction"))
  }

  @Test func keysStepThroughTheSamples() {
    var state = state()
    for expected in [1, 2, 3, 4, 5, 5] {
      _ = update(&state, .key(.down))
      #expect(state.shownSample == expected)
      #expect(panel(state).contains("\(expected + 1) of 6"))
    }
    _ = update(&state, .key(.up))
    #expect(state.shownSample == 4)
    _ = update(&state, .key(.tab))
    #expect(state.head == .a && state.shownSample == 4)
    state.sampleOffset = 99
    #expect(panel(state).contains("6 of 6"))
  }

  @Test func withoutColourMapsAreLetters() {
    var state = state(depth: .none)
    press(&state, "vv")
    let frame = Dashboard.frame(state)
    let area = state.layout.samples.inset(horizontally: 2, vertically: 3)
    var letters: Set<Character> = []
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX { letters.insert(frame[x, y].character) }
    }
    #expect(letters.isSuperset(of: ["s", "g", "u"]) && !letters.contains("▀"))
    #expect(panel(state).contains("s sky  g ground  u upright"))
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX { #expect(frame[x, y].style.background == .standard) }
    }
  }

  @Test func sixteenColoursDrawLettersOnColours() {
    var state = state(depth: .ansi16)
    press(&state, "vv")
    let frame = Dashboard.frame(state)
    #expect(!frame.cells.contains { $0.character == "▀" })
    let grounds = frame.cells.filter {
      $0.character == "g" && $0.style.background == MapPalette.color(1)
    }
    #expect(grounds.count > 20)
  }

  @Test func aMomentShowsItsOwnMaps() {
    let history = Fixture.segmentationHistory()
    var state = DashboardState(
      history: history, mode: .replay(speed: 1, from: 25), width: 140, height: 45)
    state.segmentationView = .prediction
    let early = Fixture.segmentationHistory(steps: 25).newest
    state.recall(early, at: 25)
    let expected = DashboardState(
      history: Fixture.segmentationHistory(steps: 25), mode: .live, width: 140, height: 45,
      colorDepth: .palette256)
    #expect(early.evaluation?.step == 20)
    var live = expected
    live.segmentationView = .prediction
    #expect(panel(state) == panel(live) && colors(state) == colors(live))
    let (frame, area) = (Dashboard.frame(state), state.layout.samples)
    let other = Dashboard.frame(live)
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX { #expect(frame[x, y] == other[x, y]) }
    }
    // And not those of the newest evaluation.
    state.position = nil
    let newest = Dashboard.frame(state)
    #expect(
      (area.y..<area.maxY).contains { y in
        (area.x..<area.maxX).contains { frame[$0, y] != newest[$0, y] }
      })
  }

  @Test func beforeTheFirstEvaluationThePictureAndTheTruthStand() {
    let description = Fixture.segmentationDescription()
    let history = RunHistory(description: description, samples: Fixture.scenes(hasLabels: true))
    var state = DashboardState(history: history, mode: .live, width: 140, height: 45)
    #expect(panel(state).contains("picture") && panel(state).contains("truth"))
    #expect(!panel(state).contains("prediction"))
    press(&state, "v")
    #expect(panel(state).contains("waiting for the first evaluation"))
  }

  /// Whatever the picture is like, 256 colours keep the colour of a class, and the picture's shades.
  @Test func classesCanBeToldOverThePicture() throws {
    for index in 0..<15 {
      var shades: Set<UInt8> = []
      for grey in stride(from: UInt8(0), through: 255, by: 5) {
        let color = MapPalette.tinted(.rgb(grey, grey, grey), MapPalette.color(index))
        let place = try #require(color.resolved(at: .palette256))
        let shown = Color.paletteComponents(place)
        #expect(shown.red != shown.green || shown.green != shown.blue, "\(index) over \(grey)")
        shades.insert(place)
      }
      #expect(shades.count > 1)
    }
  }

  // MARK: Sizes

  /// The parameter splits the work so that it runs in parallel.
  @Test(arguments: ColorDepth.allCases, SegmentationView.allCases)
  func everySizeDraws(_ depth: ColorDepth, _ view: SegmentationView) {
    var state = state(depth: depth)
    state.segmentationView = view
    state.showsDisplacements = view == .blended || view == .picture
    for (step, width) in stride(from: 40, through: 150, by: 10).enumerated() {
      for height in stride(from: 12 + step % 3, through: 60, by: 9) {
        (state.width, state.height) = (width, height)
        #expect(Dashboard.frame(state).text.contains("iic-tui"))
      }
    }
  }

  @Test(arguments: ColorDepth.allCases) func damagedSizesDraw(_ depth: ColorDepth) throws {
    let healthy = Fixture.segmentationHistory()
    let evaluation = try #require(healthy.newest.evaluation)
    let damages: [(inout SampleImages, inout SubHeadEvaluation) -> Void] = [
      { samples, _ in samples.pixels.removeLast(9) },
      { samples, _ in samples.labelMaps.removeFirst() },
      { samples, _ in samples.labelMaps = [1] },
      { samples, _ in samples.width += 1 },
      { samples, _ in samples.height = 0 },
      { samples, _ in samples.channels = 0 },
      { samples, _ in samples.labels = [] },
      { samples, _ in (samples.width, samples.height) = (.max, .max) },
      { _, subHead in subHead.sampleMaps = [3] },
      { _, subHead in subHead.sampleMaps.append(0) },
      { _, subHead in subHead.sampleMaps = subHead.sampleMaps.map { _ in 200 } },
      { _, subHead in subHead.scores?.classOfCluster = [900, -7, .max] },
      { _, subHead in subHead.displacementInformation = [1, 2] },
      { _, subHead in subHead.displacementInformation = [.nan, .infinity, .nan] },
      { _, subHead in subHead.displacementInformation = Array(repeating: .nan, count: 9) },
    ]
    for (place, damage) in damages.enumerated() {
      var history = healthy
      var damaged = evaluation
      damage(&history.samples, &damaged.heads[1].subHeads[0])
      history.newest.evaluation = damaged
      for (width, height) in [(80, 24), (110, 36)] {
        var state = DashboardState(
          history: history, mode: .live, width: width, height: height, colorDepth: depth)
        press(&state, "1d")
        for key in [Key.down, .up, .character("j"), .character("n")] {
          _ = update(&state, .key(key))
          press(&state, "v")
          #expect(Dashboard.frame(state).text.contains("iic-tui"), "damage \(place)")
        }
      }
    }
  }
}
