import Snapshots
import Testing

/// A history grows from events and keeps what a screen shows of them.
@Suite struct RunHistoryTests {
  private func history(steps: [Int] = [], evaluations: [Int] = []) -> RunHistory {
    var history = RunHistory(
      description: SnapshotFixture.description(), samples: SnapshotFixture.samples)
    for step in steps { history.append(.step(SnapshotFixture.step(step))) }
    for step in evaluations { history.append(.evaluation(SnapshotFixture.evaluation(step))) }
    return history
  }

  @Test func append() {
    var history = history(steps: [1], evaluations: [1])
    #expect(history.newest.lastStep == SnapshotFixture.step(1))
    #expect(history.newest.evaluation == SnapshotFixture.evaluation(1))
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
    var fresh = self.history()
    fresh.description.name = "again"
    #expect(history == fresh)
  }

  @Test func theLastThingThatHappened() {
    #expect(history().lastStep == 0)
    #expect(history(steps: [1, 2]).lastStep == 2)
    #expect(history(steps: [1], evaluations: [0, 1]).lastStep == 1)
    #expect(history(evaluations: [3]).lastStep == 3)
  }

  @Test func accuraciesUpToAStep() {
    let history = history(evaluations: [0, 3, 6])
    let all = [0, 3, 6].map { EvaluationSummary(SnapshotFixture.evaluation($0)) }
    #expect(history.evaluations == all)
    let head = SnapshotFixture.evaluation(0).heads[0].head
    for step in -1...7 {
      let expected = all.filter { $0.step <= step }.compactMap { $0.accuracies[head] }
      #expect(history.accuracies(of: head, upTo: step) == expected)
    }
    #expect(history.accuracies(of: head, upTo: 7).count == 3)
    #expect(history.accuracies(of: HeadID(rawValue: "none"), upTo: 7).isEmpty)
  }

  @Test func theNewestOfTwoEvaluationsOfOneStep() {
    var history = history(evaluations: [3])
    history.append(.evaluation(SnapshotFixture.evaluation(3, elapsed: 9)))
    #expect(history.newest.evaluation?.elapsed == 9)
    #expect(history.evaluations.map(\.step) == [3, 3])
  }
}

@Suite struct MomentTests {
  private func step(_ step: Int, head: HeadID) -> StepSnapshot {
    StepSnapshot(
      step: step, epoch: 1, head: head, loss: 0, subHeadLosses: [], mutualInformation: 0,
      learningRate: 0.1, imagesPerSecond: Double(step), elapsed: 2 * Double(step))
  }

  @Test func growsLikeOneThatWasRead() {
    var moment = Moment()
    #expect(moment.step == 0 && moment.imagesPerSecond == nil)
    let steps = (1...300).map { step($0, head: $0 <= 250 ? .a : .b) }
    for step in steps { moment.append(step) }
    #expect(
      moment
        == Moment(recentSteps: steps, lastSteps: [steps[249], steps[299]], evaluation: nil))
    #expect(moment.recentSteps.map(\.step) == Array(200...300))
    #expect(moment.lastSteps == [.a: steps[249], .b: steps[299]])
  }

  @Test func pace() {
    var moment = Moment()
    moment.append(step(1, head: .a))
    #expect(moment.secondsLeft(toStep: 10) == nil && moment.imagesPerSecond == 1)
    for number in 2...40 { moment.append(step(number, head: .a)) }
    #expect(moment.secondsLeft(toStep: 50) == 20 && moment.secondsLeft(toStep: 30) == 0)
    #expect(moment.imagesPerSecond == 30.5)
    var broken = step(41, head: .a)
    broken.imagesPerSecond = .infinity
    moment.append(broken)
    #expect(moment.imagesPerSecond == 31)
  }
}

@Suite struct StepTimelineTests {
  private func point(_ step: Int) -> StepTimeline.Point {
    // An uneven pace.
    StepTimeline.Point(
      step: step, head: step % 3 == 0 ? .a : .b, loss: -Double(step),
      elapsed: Double(step) + Double(step % 5) / 10)
  }

  private func timeline(_ steps: Int) -> StepTimeline {
    var timeline = StepTimeline()
    for step in 0..<steps { timeline.append(point(step + 1)) }
    return timeline
  }

  @Test(arguments: [0, 1, 2, 4095, 4096, 4097, 8192, 8193, 16_385, 100_000])
  func staysSmallAndEven(_ steps: Int) {
    let timeline = timeline(steps)
    #expect(timeline.points.count <= StepTimeline.capacity)
    #expect(steps <= StepTimeline.capacity || timeline.points.count >= StepTimeline.capacity / 2)
    let kept = stride(from: timeline.stride, through: steps, by: timeline.stride)
    #expect(timeline.points == kept.map { point($0) })
    #expect(timeline.newest == (steps == 0 ? nil : point(steps)))
    #expect(timeline == StepTimeline(points: timeline.points, newest: timeline.newest))
  }

  /// Every step has its time, and every time its step.
  @Test func timesOfAShortRun() {
    let timeline = timeline(50)
    #expect(timeline.elapsed(atStep: 0) == 0 && timeline.step(atElapsed: 0.5) == 0)
    for step in 1...50 {
      #expect(timeline.elapsed(atStep: step) == point(step).elapsed)
      #expect(timeline.step(atElapsed: point(step).elapsed) == step)
      #expect(timeline.step(atElapsed: point(step).elapsed - 0.01) == step - 1)
    }
    #expect(timeline.elapsed(atStep: 99) == point(50).elapsed)
    #expect(timeline.step(atElapsed: 999) == 50)
  }

  /// Between two points that were kept, the pace is taken for even.
  @Test func timesOfALongRun() {
    let timeline = timeline(100_001)
    #expect(timeline.stride == 32)
    for step in [0, 1, 31, 32, 33, 5000, 99_990, 100_000, 100_001] {
      #expect(abs(timeline.elapsed(atStep: step) - Double(step)) <= 0.5)
      #expect(abs(timeline.step(atElapsed: Double(step)) - step) <= 1)
    }
    #expect(timeline.step(atElapsed: 1e9) == 100_001)
  }

  @Test func anEmptyRun() {
    #expect(StepTimeline().elapsed(atStep: 7) == 0 && StepTimeline().step(atElapsed: 7) == 0)
  }
}
