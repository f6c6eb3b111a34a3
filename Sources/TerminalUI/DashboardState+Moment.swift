import Snapshots

extension DashboardState {
  /// The run as it stood at the step shown; until that one is read, as it was shown last.
  package var moment: Moment { position == nil ? history.newest : recalled?.moment ?? Moment() }

  /// The step whose moment has to be read and given to `recall` before the next frame; nil for
  /// none.
  package var missingMoment: Int? { position == recalled?.position ? nil : position }

  /// Takes the moment of step `position`, as read from the run.
  package mutating func recall(_ moment: Moment, at position: Int) {
    recalled = Recalled(position: position, moment: moment)
  }

  /// What time alone changes of a frame; if that is the same, the frame is.
  package struct Timely: Equatable {
    var step: Int
    var isPlaying: Bool
    var message: String?
    var secondsStalled: Int?
  }

  package var timely: Timely {
    Timely(
      step: currentStep, isPlaying: replay?.isPlaying ?? false, message: message?.text,
      secondsStalled: isStalled ? Int(secondsWithoutNews) : nil)
  }

  /// Whether a run that is trained has been silent for longer than its steps explain.
  var isStalled: Bool {
    let step = history.newest.lastStep.map { $0.elapsed / Double(max(1, $0.step)) } ?? 0
    return secondsWithoutNews >= max(15, 10 * step)
  }

  package func description(of head: HeadID) -> HeadDescription? {
    history.description.heads.first { $0.name == head }
  }

  /// The share of the planned steps that were taken at the step shown, 0...1.
  var progress: Double {
    let planned = history.description.plannedSteps
    return planned > 0 ? unitInterval(Double(moment.step) / Double(planned)) : 0
  }

  /// The sub-head that the panels show: the user's, else the reported one.
  package func chosenSubHead(at moment: Moment) -> Int {
    let reported = moment.evaluation?[head]?.reportedSubHead ?? 0
    let count = max(1, description(of: head)?.subHeads ?? 1)
    return min(subHead ?? reported, count - 1)
  }

  /// What the chosen sub-head does at `moment`; nil before the first evaluation.
  package func chosenEvaluation(at moment: Moment) -> SubHeadEvaluation? {
    guard let subHeads = moment.evaluation?[head]?.subHeads else { return nil }
    let index = chosenSubHead(at: moment)
    return subHeads.indices.contains(index) ? subHeads[index] : nil
  }
}
