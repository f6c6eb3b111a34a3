/// A run as it stood after one of its steps: all that a screen shows of that point in time.
package struct Moment: Sendable, Equatable {
  /// The newest steps up to then, in order, at most `recentLimit`.
  package private(set) var recentSteps: [StepSnapshot]
  /// The newest step of each head up to then.
  package private(set) var lastSteps: [HeadID: StepSnapshot]
  /// The newest evaluation up to then; nil before the first.
  package var evaluation: EvaluationSnapshot?

  /// Steps over which a pace is measured, and the one before them.
  package static let recentLimit = 101

  /// A run before its first step.
  package init() {
    recentSteps = []
    lastSteps = [:]
  }

  /// - Parameters:
  ///   - recentSteps: in order; of more than `recentLimit` the last ones are kept.
  ///   - lastSteps: the newest step of each head that has any.
  package init(
    recentSteps: [StepSnapshot], lastSteps: [StepSnapshot], evaluation: EvaluationSnapshot?
  ) {
    self.recentSteps = recentSteps.suffix(Self.recentLimit)
    self.lastSteps = Dictionary(lastSteps.map { ($0.head, $0) }, uniquingKeysWith: { $1 })
    self.evaluation = evaluation
  }

  package mutating func append(_ step: StepSnapshot) {
    if recentSteps.count == Self.recentLimit { recentSteps.removeFirst() }
    recentSteps.append(step)
    lastSteps[step.head] = step
  }

  package var lastStep: StepSnapshot? { recentSteps.last }
  /// Steps taken; 0 before the first.
  package var step: Int { lastStep?.step ?? 0 }

  /// Mean of the last steps, in images/s; nil before the first step.
  package var imagesPerSecond: Double? {
    let recent = recentSteps.suffix(20).map(\.imagesPerSecond).filter(\.isFinite)
    return recent.isEmpty ? nil : recent.reduce(0, +) / Double(recent.count)
  }

  /// Seconds of training to step `planned`, at the pace of the last steps; nil while there is none.
  package func secondsLeft(toStep planned: Int) -> Double? {
    guard let first = recentSteps.first, let last = recentSteps.last, last.step > first.step else {
      return nil
    }
    let pace = (last.elapsed - first.elapsed) / Double(last.step - first.step)
    return pace * Double(max(0, planned - last.step))
  }
}
