import Snapshots

extension DashboardState {
  static let speeds: [Double] = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64]

  /// The step shown, 0 before the first.
  var currentStep: Int { position ?? history.newest.step }

  var lastStep: Int { history.lastStep }

  /// Shows step `step`, or the nearest there is. A live run goes back to its newest step at the
  /// end.
  mutating func seek(toStep step: Int) {
    let target = min(max(0, step), lastStep)
    position = replay == nil && target >= lastStep ? nil : target
    replay?.clock = history.timeline.elapsed(atStep: target)
  }

  mutating func seek(byShare share: Double) {
    let whole = max(lastStep, 1)
    let distance = max(1, Int((Double(whole) * abs(share)).rounded()))
    seek(toStep: currentStep + (share < 0 ? -distance : distance))
  }

  /// Shows a step nearby, and stays there.
  mutating func seek(bySteps distance: Int) {
    replay?.isPlaying = false
    seek(toStep: currentStep + distance)
  }

  /// Shows the evaluation before (−1) or after (+1) the step shown.
  ///
  /// While a recording plays on from an evaluation, "before" means that before this one: who
  /// presses the key within a second has it still in sight.
  mutating func seek(byEvaluations direction: Int) {
    let steps = history.evaluations.map(\.step)
    guard direction < 0 else { return seek(toStep: steps.first { $0 > currentStep } ?? lastStep) }
    var before = steps.last { $0 < currentStep }
    if let near = before, let replay, replay.isPlaying,
      replay.clock - history.timeline.elapsed(atStep: near) < replay.speed
    {
      before = steps.last { $0 < near }
    }
    seek(toStep: before ?? 0)
  }

  mutating func changeSpeed(_ direction: Int) {
    guard let speed = replay?.speed else { return }
    let next =
      direction > 0 ? Self.speeds.first { $0 > speed } : Self.speeds.last { $0 < speed }
    replay?.speed = next ?? speed
    say("replay speed ×\(Figures.speed(replay?.speed ?? 1))")
  }

  mutating func togglePlaying() {
    guard let isPlaying = replay?.isPlaying else { return }
    if !isPlaying && currentStep >= lastStep { seek(toStep: 0) }
    replay?.isPlaying = !isPlaying
  }

  /// Moves a recorded run on by `seconds` of wall clock.
  mutating func advanceReplay(seconds: Double) {
    guard var playing = replay, playing.isPlaying, seconds > 0 else { return }
    playing.clock += seconds * playing.speed
    let step = history.timeline.step(atElapsed: playing.clock)
    position = max(currentStep, step)
    if step >= history.newest.step {
      position = lastStep
      playing.clock = history.newest.lastStep?.elapsed ?? 0
      playing.isPlaying = false
    }
    replay = playing
  }
}
