import Snapshots
import Testing

/// A history grows from events, tells what was known at a step, and gives its events back.
@Suite struct RunHistoryTests {
  private func history(steps: [Int], evaluations: [Int]) -> RunHistory {
    RunHistory(
      description: SnapshotFixture.description(), samples: SnapshotFixture.samples,
      steps: steps.map(SnapshotFixture.step),
      evaluations: evaluations.map { SnapshotFixture.evaluation($0) })
  }

  @Test func append() {
    var history = history(steps: [], evaluations: [])
    history.append(.step(SnapshotFixture.step(1)))
    history.append(.evaluation(SnapshotFixture.evaluation(1)))
    history.append(.checkpoint(SnapshotFixture.checkpoint(1)))
    #expect(history == self.history(steps: [1], evaluations: [1]))
    history.append(.paused(true))
    #expect(history.isPaused)
    history.append(.paused(false))
    #expect(!history.isPaused)
    history.append(.paused(true))
    history.append(.ended(.failed, step: 1, message: "no more"))
    #expect(history.end == .failed && history.endMessage == "no more" && !history.isPaused)
    history.append(.started(SnapshotFixture.description("again"), SnapshotFixture.samples))
    #expect(history.description.name == "again")
    #expect(history.steps.isEmpty && history.evaluations.isEmpty && history.end == nil)
  }

  @Test func stepCount() {
    let empty = history(steps: [], evaluations: [])
    #expect(empty.stepCount(upTo: 0) == 0 && empty.stepCount(upTo: .max) == 0)
    let steps = [1, 2, 3, 7, 8]
    let history = history(steps: steps, evaluations: [])
    for position in -1...10 {
      #expect(history.stepCount(upTo: position) == steps.filter { $0 <= position }.count)
    }
  }

  @Test func evaluationAtPosition() {
    #expect(history(steps: [1], evaluations: []).evaluation(at: 5) == nil)
    for evaluations in [[0], [3], [0, 3, 6], [2, 4, 6, 8, 10]] {
      let history = history(steps: [], evaluations: evaluations)
      for position in -1...12 {
        #expect(
          history.evaluation(at: position)?.step == evaluations.last { $0 <= position })
      }
    }
  }

  @Test func theNewestOfTwoEvaluationsOfOneStep() {
    var history = history(steps: [], evaluations: [3])
    history.append(.evaluation(SnapshotFixture.evaluation(3, elapsed: 9)))
    #expect(history.evaluation(at: 3)?.elapsed == 9)
  }

  @Test func eventsMakeTheSameHistory() {
    var running = history(steps: [1, 2], evaluations: [0, 2])
    running.isPaused = true
    var stopped = history(steps: [1, 2], evaluations: [0])
    stopped.end = .stopped
    var failed = history(steps: [], evaluations: [])
    failed.end = .failed
    failed.endMessage = "why"
    for original in [running, stopped, failed, history(steps: [1], evaluations: [])] {
      var made = RunHistory(
        description: SnapshotFixture.description("other"), samples: SnapshotFixture.samples,
        steps: [SnapshotFixture.step(99)])
      for event in original.events { made.append(event) }
      #expect(made == original)
    }
    #expect(stopped.events.last == .ended(.stopped, step: 2, message: nil))
  }
}
