import Snapshots

/// The run as it stood at one step: the same for a live run and a recorded one.
package struct Moment {
  package let history: RunHistory
  /// The number of entries of `history.steps` that have happened.
  package let stepCount: Int
  package let evaluation: EvaluationSnapshot?

  package init(history: RunHistory, position: Int?) {
    self.history = history
    let position = position ?? Int.max
    stepCount = history.stepCount(upTo: position)
    evaluation = history.evaluation(at: position)
  }

  package var steps: ArraySlice<StepSnapshot> { history.steps[..<stepCount] }
  package var lastStep: StepSnapshot? { steps.last }
  package var step: Int { lastStep?.step ?? 0 }

  /// Mean of the last steps, in images/s; nil before the first step.
  package var imagesPerSecond: Double? {
    let recent = steps.suffix(20).map(\.imagesPerSecond).filter(\.isFinite)
    return recent.isEmpty ? nil : recent.reduce(0, +) / Double(recent.count)
  }

  /// Seconds of training to the planned end, at the pace of the last steps.
  package var secondsLeft: Double? {
    let recent = steps.suffix(101)
    guard let first = recent.first, let last = recent.last, last.step > first.step else {
      return nil
    }
    let pace = (last.elapsed - first.elapsed) / Double(last.step - first.step)
    return pace * Double(max(0, history.description.plannedSteps - last.step))
  }

  /// The share of the planned steps that were taken, 0...1.
  package var progress: Double {
    let planned = history.description.plannedSteps
    return planned > 0 ? unitInterval(Double(step) / Double(planned)) : 0
  }

  /// The newest losses of the sub-heads of `head`, from training steps.
  package func subHeadLosses(_ head: HeadID) -> [Double] {
    steps.last { $0.head == head }?.subHeadLosses ?? []
  }

  /// Accuracy of the lowest-loss sub-head of `head` at each evaluation so far; none
  /// without labels.
  package func accuracies(_ head: HeadID) -> [Double] {
    history.evaluations.prefix { $0.step <= (evaluation?.step ?? -1) }.compactMap { evaluation in
      evaluation[head].flatMap { $0.subHeads[$0.lowestLossSubHead].accuracy }
    }
  }
}

extension DashboardState {
  package var moment: Moment { Moment(history: history, position: position) }

  package func description(of head: HeadID) -> HeadDescription? {
    history.description.heads.first { $0.name == head }
  }

  /// The sub-head that the panels show: the user's, else the one with the lowest loss.
  package func chosenSubHead(at moment: Moment) -> Int {
    let lowest = moment.evaluation?[head]?.lowestLossSubHead ?? 0
    let count = max(1, description(of: head)?.subHeads ?? 1)
    return min(subHead ?? lowest, count - 1)
  }

  /// What the chosen sub-head does at `moment`; nil before the first evaluation.
  package func chosenEvaluation(at moment: Moment) -> SubHeadEvaluation? {
    guard let subHeads = moment.evaluation?[head]?.subHeads else { return nil }
    let index = chosenSubHead(at: moment)
    return subHeads.indices.contains(index) ? subHeads[index] : nil
  }
}
