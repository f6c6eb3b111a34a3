import Snapshots
import Testing

@testable import TerminalUI

@Suite struct ReplayTests {
  private func replay(speed: Double = 1, from: Int = 0) -> DashboardState {
    DashboardState(history: Fixture.history(), mode: .replay(speed: speed, from: from))
  }

  /// Gives the state the moment that it lacks, as the loop around it does.
  private func read(_ state: inout DashboardState) {
    guard let step = state.missingMoment else { return }
    state.recall(Fixture.moment(at: step, of: state.history.description), at: step)
  }

  private func press(_ state: inout DashboardState, _ key: Key) { _ = update(&state, .key(key)) }

  @Test func timeRunsAtTheRecordedPace() {
    var state = replay()
    #expect(state.currentStep == 0)
    _ = update(&state, .tick(seconds: 5))
    #expect(state.position == 10)
    _ = update(&state, .tick(seconds: 0.4))
    #expect(state.position == 10)
    _ = update(&state, .tick(seconds: 0.1))
    #expect(state.position == 11)
    state.replay?.speed = 4
    _ = update(&state, .tick(seconds: 5))
    #expect(state.position == 51 && state.missingMoment == 51)
    read(&state)
    #expect(state.missingMoment == nil)
    #expect(state.moment.step == 51 && state.moment.evaluation?.step == 40)
  }

  @Test func itStopsAtTheEndAndStartsOver() {
    var state = replay(speed: 64)
    _ = update(&state, .tick(seconds: 100))
    #expect(state.position == 150)
    #expect(state.replay?.isPlaying == false)
    #expect(StatusBar.label(of: state).text == "replay at its end")
    press(&state, .character(" "))
    #expect(state.position == 0)
    #expect(state.replay?.isPlaying == true)
  }

  @Test func spacePausesAndKeysNeverSteerTraining() {
    var state = replay()
    for character in " ec+-" {
      #expect(update(&state, .key(.character(character))).isEmpty)
    }
    #expect(state.replay?.isPlaying == false)
    _ = update(&state, .tick(seconds: 60))
    #expect(state.position == 0)
    #expect(update(&state, .key(.character("q"))).isEmpty)
    #expect(state.isFinished)
  }

  @Test func speedStaysWithinItsScale() {
    var state = replay()
    press(&state, .character("+"))
    #expect(state.replay?.speed == 2)
    for _ in 0..<20 { press(&state, .character("+")) }
    #expect(state.replay?.speed == 64)
    for _ in 0..<20 { press(&state, .character("-")) }
    #expect(state.replay?.speed == 0.25)
  }

  @Test func seeking() {
    var state = replay(from: 70)
    #expect(state.position == 70)
    press(&state, .character("."))
    #expect(state.position == 80)
    press(&state, .character(","))
    #expect(state.position == 60)
    press(&state, .character("]"))
    #expect(state.position == 61)
    press(&state, .character("["))
    press(&state, .character("["))
    #expect(state.position == 59)
    press(&state, .pageDown)
    #expect(state.position == 74)
    press(&state, .character("<"))
    #expect(state.position == 59)
    press(&state, .home)
    #expect(state.position == 0)
    press(&state, .character("["))
    press(&state, .character(","))
    #expect(state.position == 0)
    press(&state, .end)
    #expect(state.position == 150)
    press(&state, .character("]"))
    press(&state, .character("."))
    #expect(state.position == 150)
  }

  /// A step back would be played over at once.
  @Test func stepsHoldAPlayingReplay() {
    for (key, step) in [(Key.character("["), 69), (.character("]"), 71)] {
      var state = replay(from: 70)
      press(&state, key)
      #expect(state.replay?.isPlaying == false)
      _ = update(&state, .tick(seconds: 5))
      #expect(state.position == step)
    }
  }

  /// An evaluation just passed is still in sight: the key leads to the one before.
  @Test(arguments: [1.0, 8]) func evaluationsBackWhilePlaying(speed: Double) {
    var state = replay(speed: speed, from: 98)
    for evaluation in [80, 60, 40, 20, 0, 0] {
      press(&state, .character(","))
      #expect(state.position == evaluation)
      _ = update(&state, .tick(seconds: 0.6 / speed))
      #expect(state.position == evaluation + 1)
    }
    // Long after one, the key leads back to it.
    press(&state, .character("."))
    _ = update(&state, .tick(seconds: 8.5 / speed))
    #expect(state.position == 37)
    press(&state, .character(","))
    #expect(state.position == 20)
  }

  @Test func playingGoesOnFromWhereItWasSought() {
    var state = replay(from: 100)
    _ = update(&state, .tick(seconds: 1))
    #expect(state.position == 102)
  }

  /// At the same step a recorded run looks like the live one did, but for its state in the title
  /// and the keys at the bottom.
  @Test func aReplayLooksLikeTheRunDid() {
    var recorded = DashboardState(
      history: Fixture.history(), mode: .replay(speed: 1, from: 90), width: 140, height: 45)
    recorded.replay?.isPlaying = false
    read(&recorded)
    let live = DashboardState(
      history: Fixture.history(steps: 90), mode: .live, width: 140, height: 45)
    let left = Dashboard.frame(recorded).text.split(separator: "\n")
    let right = Dashboard.frame(live).text.split(separator: "\n")
    #expect(left[1..<left.count - 1] == right[1..<right.count - 1])
  }

  @Test func anEmptyRecordingDraws() {
    var state = DashboardState(
      history: Fixture.history(steps: 0), mode: .replay(speed: 1, from: 10))
    state.history.evaluations = []
    state.history.newest.evaluation = nil
    for key in [Key.character(","), .character("."), .pageUp, .pageDown, .home, .end] {
      press(&state, key)
      _ = update(&state, .tick(seconds: 1))
      #expect(Dashboard.frame(state).text.contains("waiting for the first"))
    }
  }
}
