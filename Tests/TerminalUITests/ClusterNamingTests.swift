import Snapshots
import Testing

@testable import TerminalUI

@Suite struct ClusterNamingTests {
  private func live() -> DashboardState {
    DashboardState(history: Fixture.history(), mode: .live, width: 80, height: 24)
  }

  @discardableResult
  private func press(_ state: inout DashboardState, _ characters: String) -> [DashboardAction] {
    characters.flatMap { update(&state, .key(.character($0))) }
  }

  private func order(_ state: DashboardState) -> [Int] {
    state.chosenEvaluation(at: state.moment).map { state.clusterOrder($0).clusters } ?? []
  }

  @Test func theCursorGoesThroughTheClustersAsDrawn() {
    var state = live()
    let clusters = order(state)
    #expect(clusters != clusters.sorted())
    #expect(state.chosenCluster == nil)
    press(&state, "j")
    let lowest = state.chosenSubHead(at: state.moment)
    #expect(state.chosenCluster == ClusterID(head: .b, subHead: lowest, cluster: clusters[0]))
    press(&state, "jj")
    #expect(state.chosenCluster?.cluster == clusters[2])
    press(&state, "kkk")
    #expect(state.chosenCluster?.cluster == clusters[9])
    press(&state, "j")
    #expect(state.chosenCluster?.cluster == clusters[0])
    _ = update(&state, .key(.escape))
    #expect(state.chosenCluster == nil)
    press(&state, "k")
    #expect(state.chosenCluster?.cluster == clusters[9])
  }

  /// A cluster number means another cluster in another sub-head.
  @Test func theCursorBelongsToOneSubHead() {
    var state = live()
    press(&state, "3jj")
    let chosen = state.chosenCluster
    #expect(chosen?.subHead == 2)
    press(&state, "4")
    #expect(state.chosenCluster == nil)
    press(&state, "a")
    #expect(state.chosenCluster == nil)
    press(&state, "b3")
    #expect(state.chosenCluster == chosen)
  }

  @Test func onlyItsSamplesAreShown() {
    var state = live()
    let all = SamplePanel.longestRow(state)
    press(&state, "j")
    let wanted = state.chosenCluster?.cluster
    let selection = SampleSelection(
      state.history.samples, state.chosenEvaluation(at: state.moment), cluster: wanted)
    let shown = selection.rows.upper + selection.rows.lower
    #expect(!shown.isEmpty && shown.allSatisfy { $0.cluster == wanted })
    #expect(SamplePanel.longestRow(state) < all)
  }

  @Test(arguments: [DashboardMode.live, .watch, .replay(speed: 1, from: 150)])
  func aNameIsTyped(_ mode: DashboardMode) {
    var state = DashboardState(history: Fixture.history(), mode: mode, width: 80, height: 24)
    if let step = state.missingMoment {
      state.recall(Fixture.moment(at: step, of: state.history.description), at: step)
    }
    press(&state, "1jr")
    // Keys of the dashboard are letters here; time goes on.
    #expect(press(&state, " q?e猫 ") == [])
    _ = update(&state, .tick(seconds: 0.05))
    #expect(!state.isFinished && state.overlay == nil)
    let cluster = ClusterID(head: .b, subHead: 0, cluster: order(state)[0])
    let actions = update(&state, .key(.enter))
    #expect(actions == [.nameCluster(cluster, name: "q?e猫")])
    #expect(state.prompt == nil)
    // Only what is on disk counts.
    #expect(state.names.isEmpty)
    var names = ClusterNames()
    names[cluster] = "q?e猫"
    _ = update(&state, .names(names))
    #expect(state.names == names)
    let frame = Dashboard.frame(state).text
    #expect(frame.contains("q?e猫"))
    press(&state, "2")
    #expect(!Dashboard.frame(state).text.contains("q?e"), "cluster numbers of another sub-head")
  }

  @Test func whatIsNoNameStaysInTheField() {
    var state = live()
    press(&state, "jr  ")
    #expect(update(&state, .key(.enter)) == [])
    #expect(Dashboard.frame(state).text.contains("the name is empty"))
    press(&state, "x")
    #expect(!Dashboard.frame(state).text.contains("the name is empty"))
    #expect(update(&state, .key(.escape)) == [])
    #expect(state.prompt == nil && state.chosenCluster != nil)
    press(&state, "q")
    #expect(state.overlay == .leaving)
  }

  /// The sub-head that is shown when the folder is asked for decides.
  @Test func picturesAreSorted() {
    var state = live()
    press(&state, "2s")
    #expect(Dashboard.frame(state).text.contains("sort the pictures by B2 into the folder"))
    #expect(update(&state, .key(.enter)) == [])
    #expect(Dashboard.frame(state).text.contains("the name is empty, expected a folder"))
    press(&state, "my/cats")
    #expect(
      update(&state, .key(.enter)) == [.sortPictures(.b, subHead: 1, into: "my/cats")])
    #expect(state.prompt == nil && state.message?.text == "sorting the pictures")
    _ = update(&state, .said("linked into my/cats"))
    #expect(Dashboard.frame(state).text.contains("linked into my/cats"))
    var pixels = DashboardState(history: Fixture.segmentationHistory(), mode: .live)
    press(&pixels, "s")
    #expect(pixels.prompt == nil && pixels.message?.text.contains("iic-tui predict") == true)
  }

  @Test func aNameIsChanged() {
    var state = live()
    press(&state, "1j")
    let cluster = state.chosenCluster
    if let cluster { state.names[cluster] = "cat" }
    press(&state, "rs")
    #expect(update(&state, .key(.enter)) == cluster.map { [.nameCluster($0, name: "cats")] })
  }

  /// The lowest-loss sub-head may change while somebody types.
  @Test func theNameGoesToTheClusterThatWasChosen() {
    var state = live()
    press(&state, "jr")
    let chosen = state.chosenCluster
    press(&state, "x")
    var evaluation = Fixture.evaluation(step: 160, state.history.description)
    let other = ((chosen?.subHead ?? 0) + 1) % 5
    evaluation.heads[1].subHeads[other].loss = -100
    _ = update(&state, .training([.evaluation(evaluation)]))
    #expect(state.chosenSubHead(at: state.moment) == other)
    #expect(state.chosenCluster == nil)
    #expect(update(&state, .key(.enter)) == chosen.map { [.nameCluster($0, name: "x")] })
  }

  @Test func withoutAClusterOrAnEvaluation() {
    var state = live()
    press(&state, "r")
    #expect(state.prompt == nil && state.message?.text == "j and k choose a cluster to name")
    let bare = RunHistory(
      description: state.history.description, samples: state.history.samples)
    state = DashboardState(history: bare, mode: .live)
    press(&state, "j")
    #expect(state.chosenCluster == nil)
    #expect(state.message?.text == "no evaluation yet, which tells the clusters")
  }

  @Test func aProblemIsSaid() {
    var state = live()
    _ = update(&state, .said("names: cannot write"))
    #expect(Dashboard.frame(state).text.contains("names: cannot write"))
  }

  @Test func aLongNameLeavesTheProbabilityInSight() {
    var state = DashboardState(
      history: Fixture.history(), mode: .live, width: 140, height: 45)
    press(&state, "1j")
    if let cluster = state.chosenCluster {
      state.names[cluster] = "a name that is longer than a sample is wide"
    }
    let captions = Dashboard.frame(state).text.split(separator: "\n").filter {
      $0.contains("→ a name")
    }
    #expect(!captions.isEmpty && captions.allSatisfy { $0.contains("… ") && $0.contains(" %") })
  }

  /// Long and wide names in every place, at every size: nothing outside its panel.
  @Test func longNamesAreCut() {
    for (width, height) in [(40, 12), (60, 40), (80, 24), (109, 35), (140, 45), (200, 60)] {
      var state = DashboardState(
        history: Fixture.history(), mode: .live, width: width, height: height)
      for key in ["1j", "1jr"] {
        press(&state, key)
        let plain = Dashboard.frame(state).text.split(separator: "\n").map { $0.last }
        for cluster in 0..<10 {
          state.names[ClusterID(head: .b, subHead: 0, cluster: cluster)] =
            String(repeating: cluster % 2 == 0 ? "猫" : "w", count: 60)
        }
        let frame = Dashboard.frame(state)
        let lines = frame.text.split(separator: "\n")
        #expect(lines.count == plain.count)
        for y in 0..<height {
          for x in 0..<width where frame[x, y].character.columns == 2 {
            #expect(x + 1 < width && frame[x + 1, y].character == Cell.continuation, "\(x) \(y)")
          }
        }
        if width >= 110 {
          // Borders at the right edge are whole.
          #expect(lines.dropFirst(3).dropLast().allSatisfy { "│╮╯".contains($0.last ?? " ") })
        }
        state.prompt = nil
        state.names = ClusterNames()
      }
    }
  }
}
