/// All that is known of a run, live or recorded: what a screen draws from.
package struct RunHistory: Sendable, Equatable {
  package var description: RunDescription
  package var samples: SampleImages
  /// In order of `step`.
  package var steps: [StepSnapshot]
  /// In order of `step`.
  package var evaluations: [EvaluationSnapshot]
  /// nil while the run goes on.
  package var end: EndStatus?
  package var endMessage: String?
  package var isPaused = false

  package init(
    description: RunDescription, samples: SampleImages, steps: [StepSnapshot] = [],
    evaluations: [EvaluationSnapshot] = [], end: EndStatus? = nil, endMessage: String? = nil
  ) {
    self.description = description
    self.samples = samples
    self.steps = steps
    self.evaluations = evaluations
    self.end = end
    self.endMessage = endMessage
  }

  /// Adds what came from the channel.
  package mutating func append(_ event: TrainingEvent) {
    switch event {
    case .started(let description, let samples):
      // A run starts, or starts again from a checkpoint, with what follows.
      self = RunHistory(description: description, samples: samples)
    case .step(let step): steps.append(step)
    case .evaluation(let evaluation): evaluations.append(evaluation)
    case .checkpoint: break
    case .paused(let paused): isPaused = paused
    case .ended(let status, _, let message):
      end = status
      endMessage = message
      isPaused = false
    }
  }

  /// The number of entries of `steps` with `step <= position`.
  package func stepCount(upTo position: Int) -> Int {
    partitionPoint(steps.count) { steps[$0].step <= position }
  }

  /// The newest evaluation taken at or before `position`.
  package func evaluation(at position: Int) -> EvaluationSnapshot? {
    let count = partitionPoint(evaluations.count) { evaluations[$0].step <= position }
    return count == 0 ? nil : evaluations[count - 1]
  }

  /// The first index for which `holds` is false, given that it is true before and false after.
  private func partitionPoint(_ count: Int, _ holds: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension RunHistory {
  /// The events that make this history out of an empty one.
  package var events: [TrainingEvent] {
    [.started(description, samples)] + steps.map { .step($0) } + evaluations.map { .evaluation($0) }
      + (isPaused ? [.paused(true)] : [])
      + (end.map { [.ended($0, step: steps.last?.step ?? 0, message: endMessage)] } ?? [])
  }
}
