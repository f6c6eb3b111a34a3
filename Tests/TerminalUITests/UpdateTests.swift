import Snapshots
import Testing

@testable import TerminalUI

@Suite struct UpdateTests {
  private func live() -> DashboardState {
    DashboardState(history: Fixture.history(), mode: .live, width: 80, height: 24)
  }

  private func press(_ state: inout DashboardState, _ characters: String) -> [DashboardAction] {
    characters.flatMap { update(&state, .key(.character($0))) }
  }

  @Test func headsAreChosen() {
    var state = live()
    #expect(state.head == .b)
    _ = update(&state, .key(.tab))
    #expect(state.head == .a)
    _ = press(&state, "b")
    #expect(state.head == .b)
    _ = press(&state, "a")
    #expect(state.head == .a)
    state.history.description.heads.removeFirst()
    _ = press(&state, "b")
    _ = update(&state, .key(.tab))
    #expect(state.head == .b)
    #expect(state.message != nil)
  }

  @Test func theSubHeadFollowsTheLowestLossUntilChosen() {
    var state = live()
    let lowest = state.moment.evaluation?[.b]?.lowestLossSubHead ?? -1
    #expect(state.subHead == nil)
    #expect(state.chosenSubHead(at: state.moment) == lowest)
    _ = update(&state, .key(.right))
    #expect(state.subHead == (lowest + 1) % 5)
    _ = press(&state, "4")
    #expect(state.subHead == 3)
    _ = press(&state, "ll")
    #expect(state.subHead == 0)
    _ = update(&state, .key(.left))
    #expect(state.subHead == 4)
    _ = press(&state, "9")
    #expect(state.subHead == 4)
    #expect(state.message?.text == "head B has 5 sub-heads")
    _ = press(&state, "0")
    #expect(state.subHead == nil)
    _ = press(&state, "2*")
    #expect(state.subHead == nil)
  }

  @Test func samplesPageAndStopAtTheEnds() {
    var state = live()
    let page = SamplePanel.samplesPerRow(state)
    #expect(page == 2)
    _ = update(&state, .key(.up))
    #expect(state.sampleOffset == 0)
    _ = update(&state, .key(.down))
    #expect(state.sampleOffset == page)
    for _ in 0..<50 { _ = press(&state, "n") }
    #expect(state.sampleOffset == 28)
    _ = press(&state, "p")
    #expect(state.sampleOffset == 26)
  }

  @Test func pauseAsksAndWaitsForTheAnswer() {
    var state = live()
    #expect(press(&state, " ") == [.setPaused(true)])
    #expect(StatusBar.label(of: state).text == "pausing")
    _ = update(&state, .training([.paused(true)]))
    #expect(StatusBar.label(of: state).text == "paused")
    #expect(press(&state, " ") == [.setPaused(false)])
    #expect(press(&state, " ") == [.setPaused(true)])
  }

  @Test func evaluateCheckpointAndLearningRate() {
    var state = live()
    #expect(press(&state, "e") == [.evaluate])
    #expect(press(&state, "c") == [.checkpoint])
    #expect(press(&state, "+") == [.setLearningRate(2e-4)])
    #expect(press(&state, "=") == [.setLearningRate(5e-4)])
    #expect(press(&state, "-") == [.setLearningRate(2e-4)])
    var step = Fixture.step(151, state.history.description)
    step.learningRate = 2e-4
    _ = update(&state, .training([.step(step)]))
    #expect(state.requestedLearningRate == nil)
    #expect(press(&state, "_") == [.setLearningRate(1e-4)])
  }

  /// What was wanted of a trainer that is gone, or never got it, is not shown of another.
  @Test func requestsEndWithTheTrainer() {
    let history = live().history
    let ends: [DashboardEvent] = [
      .history(history), .isTrained(false), .refused("nobody trains it"),
      .training([.ended(.stopped, step: 150, message: nil)]),
    ]
    for end in ends {
      var state = live()
      _ = press(&state, " ")
      _ = press(&state, "+")
      #expect(state.requestedPause == true && state.requestedLearningRate == 2e-4)
      _ = update(&state, end)
      #expect(state.requestedPause == nil && state.requestedLearningRate == nil, "\(end)")
    }
  }

  @Test func quittingALiveRunStopsItFirst() {
    var state = live()
    #expect(press(&state, "q").isEmpty)
    #expect(state.overlay == .leaving)
    #expect(Dashboard.frame(state).text.contains("stop after this step and save"))
    #expect(press(&state, "s") == [.stop])
    #expect(!state.isFinished)
    #expect(StatusBar.label(of: state).text == "stopping")
    var impatient = state
    #expect(press(&impatient, "q").isEmpty)
    #expect(impatient.isFinished)
    #expect(press(&state, "e").isEmpty)
    _ = update(&state, .training([.ended(.stopped, step: 150, message: nil)]))
    #expect(state.isFinished)
  }

  @Test func aTrainingCanBeLeftAlone() {
    var state = live()
    #expect(press(&state, "qe").isEmpty)
    #expect(state.overlay == nil && !state.isStopping && !state.isFinished)
    #expect(press(&state, "q").isEmpty)
    _ = update(&state, .key(.escape))
    #expect(state.overlay == nil && !state.isFinished)
    #expect(press(&state, "qt").isEmpty)
    #expect(state.isFinished && state.trainsOn)
    var ended = live()
    #expect(press(&ended, "q").isEmpty)
    _ = update(&ended, .training([.ended(.completed, step: 150, message: nil)]))
    #expect(press(&ended, "t").isEmpty)
    #expect(ended.isFinished && !ended.trainsOn)
  }

  @Test func aPastePressesNoKeys() {
    var state = live()
    let before = state
    #expect(update(&state, .key(.pasted("see equation 3 q"))).isEmpty)
    #expect(state.message != nil)
    state.message = nil
    #expect(state == before)
    _ = press(&state, "jr")
    _ = update(&state, .key(.pasted("cats\n and dogs")))
    #expect(state.prompt?.field.text == "cats and dogs")
  }

  @Test func aRunThatHasEndedStaysUntilTheUserLeaves() {
    var state = live()
    _ = update(&state, .training([.ended(.failed, step: 150, message: "loss is NaN at step 150")]))
    #expect(!state.isFinished)
    let text = Dashboard.frame(state).text
    #expect(text.contains("failed") && text.contains("loss is NaN at step 150"))
    #expect(press(&state, " ec+").isEmpty)
    #expect(press(&state, "q").isEmpty)
    #expect(state.isFinished)
  }

  @Test func aWatchedRunIsSteeredWhileItIsTrained() {
    var state = DashboardState(history: Fixture.history(), mode: .watch)
    #expect(press(&state, " ec") == [.setPaused(true), .evaluate, .checkpoint])
    state.message = nil
    _ = update(&state, .isTrained(false))
    #expect(press(&state, " ec+-").isEmpty)
    #expect(state.message?.text == "no process trains this run now")
    #expect(press(&state, "q").isEmpty)
    #expect(state.isFinished)
  }

  @Test func aWatchedRunThatDiesOrFallsSilent() {
    var state = DashboardState(history: Fixture.history(), mode: .watch, width: 140, height: 45)
    #expect(StatusBar.label(of: state).text == "training")
    _ = update(&state, .tick(seconds: 3600))
    #expect(StatusBar.label(of: state).text.hasPrefix("no news for 1:00:00"))
    _ = update(
      &state, .training([.step(Fixture.step(151, state.history.description))]))
    #expect(StatusBar.label(of: state).text == "training")
    _ = update(&state, .isTrained(false))
    #expect(StatusBar.label(of: state).text == "interrupted")
    let text = Dashboard.frame(state).text
    #expect(text.contains("ETA —") && text.contains("train --resume"))
    _ = update(&state, .training([.ended(.completed, step: 151, message: nil)]))
    #expect(StatusBar.label(of: state).text == "finished")
  }

  /// Checkpoints come every epoch, and would lie over the keys each time.
  @Test func onlyWhatWasAskedForIsAnswered() {
    var state = live()
    let checkpoint = CheckpointSnapshot(
      step: 151, weights: [], optimizer: [], trainerState: "", isBest: false)
    _ = update(&state, .training([.checkpoint(checkpoint)]))
    #expect(state.message == nil)
    _ = press(&state, "c")
    _ = update(&state, .training([.checkpoint(checkpoint)]))
    #expect(state.message?.text == "checkpoint written at step 151")
    state.message = nil
    guard let evaluation = state.history.newest.evaluation else {
      Issue.record("the fixture has no evaluation")
      return
    }
    _ = update(&state, .training([.evaluation(evaluation)]))
    #expect(state.message == nil)
    _ = press(&state, "e")
    _ = update(&state, .training([.evaluation(evaluation)]))
    #expect(state.message?.text.hasPrefix("evaluated at step") == true)
  }

  @Test func aDiskThatRefusesIsTold() {
    var state = live()
    _ = update(&state, .training([.storageProblem("run: No space left on device")]))
    #expect(StatusBar.label(of: state).text == "waiting for the disk")
    #expect(Dashboard.frame(state).text.contains("No space left on device"))
    _ = update(&state, .training([.storageProblem(nil)]))
    #expect(StatusBar.label(of: state).text == "training")
  }

  /// What was asked for later says nothing of an earlier moment.
  @Test func lookingBackHidesNeitherStateNorRate() {
    var state = live()
    state.width = 140
    state.height = 45
    _ = press(&state, "+,")
    #expect(!Dashboard.frame(state).text.contains("lr 2e-4"))
    _ = update(&state, .training([.paused(true)]))
    #expect(StatusBar.label(of: state).text == "step 140, now paused")
    _ = update(&state, .key(.end))
    #expect(Dashboard.frame(state).text.contains("lr 2e-4"))
  }

  @Test func helpCoversAndAnyKeyUncovers() {
    var state = live()
    _ = press(&state, "?")
    #expect(state.overlay == .help)
    #expect(Dashboard.frame(state).text.contains("follow the reported sub-head"))
    #expect(press(&state, "e").isEmpty)
    #expect(state.overlay == nil)
    for key: Key in [.character("q"), .escape, .character("?")] {
      _ = press(&state, "?")
      #expect(update(&state, .key(key)).isEmpty)
      #expect(state.overlay == nil && !state.isFinished && !state.isStopping)
    }
  }

  @Test func resizeAndMessages() {
    var state = live()
    _ = update(&state, .resize(width: 100, height: 30))
    #expect((state.width, state.height) == (100, 30))
    _ = update(&state, .key(.resize(width: 90, height: 20)))
    #expect((state.width, state.height) == (90, 20))
    state.say("hello")
    _ = update(&state, .tick(seconds: 3))
    #expect(state.message != nil)
    _ = update(&state, .tick(seconds: 2))
    #expect(state.message == nil)
  }

  @Test func aLiveRunCanBeLookedBackOn() {
    var state = live()
    _ = press(&state, ",")
    #expect(state.position == 140)
    #expect(StatusBar.label(of: state).text == "step 140, now training")
    _ = update(&state, .training([.step(Fixture.step(151, state.history.description))]))
    #expect(state.position == 140)
    _ = update(&state, .key(.end))
    #expect(state.position == nil)
  }

  @Test func aRunThatStartsLateIsTakenOver() {
    var state = live()
    var description = Fixture.description()
    description.heads = [
      HeadDescription(
        name: .a, clusters: 7, subHeads: 2, matching: .manyToOne, isMain: false)
    ]
    description.name = "other"
    _ = update(&state, .training([.started(description, Fixture.samples())]))
    #expect(state.head == .a)
    #expect(Dashboard.frame(state).text.contains("other"))
  }
}
