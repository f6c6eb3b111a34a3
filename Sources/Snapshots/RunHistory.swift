/// What a screen knows of a run, live or recorded: how it stands, and its past in outline.
///
/// Its size hardly grows with the run. The whole of an earlier moment is read from disk when
/// somebody looks at it.
package struct RunHistory: Sendable, Equatable {
  package var description: RunDescription
  package var samples: SampleImages
  package var timeline = StepTimeline()
  /// All evaluations, in order of `step`.
  package var evaluations: [EvaluationSummary] = []
  /// In order; few.
  package var restarts: [RestartSnapshot] = []
  /// The run as it stands.
  package var newest = Moment()
  /// nil while the run goes on.
  package var end: EndStatus?
  package var endMessage: String?
  package var isPaused = false
  /// What keeps the run from being recorded now.
  package var storageProblem: String?

  /// A run before its first step.
  package init(description: RunDescription, samples: SampleImages) {
    self.description = description
    self.samples = samples
  }

  /// Adds what came from the channel.
  package mutating func append(_ event: TrainingEvent) {
    switch event {
    case .started(let description, let samples):
      self = RunHistory(description: description, samples: samples)
    case .changedHeads(let description, _): self.description = description
    case .step(let step):
      timeline.append(StepTimeline.Point(step))
      newest.append(step)
    case .evaluation(let evaluation):
      evaluations.append(EvaluationSummary(evaluation))
      newest.evaluation = evaluation
    case .restart(let restart): restarts.append(restart)
    case .checkpoint: break
    case .paused(let paused): isPaused = paused
    case .storageProblem(let problem): storageProblem = problem
    case .ended(let status, _, let message):
      end = status
      endMessage = message
      isPaused = false
      storageProblem = nil
    }
  }

  /// The step of the last thing that happened: a step, or the evaluation before the first one.
  package var lastStep: Int { max(newest.step, evaluations.last?.step ?? 0) }

  /// What had been started anew at step `step`.
  package func restarts(upTo step: Int) -> [RestartSnapshot] {
    restarts.filter { $0.step <= step }
  }

  /// Accuracy of the reported sub-head of `head` at each evaluation up to step `step`; none
  /// without labels.
  package func accuracies(of head: HeadID, upTo step: Int) -> [Double] {
    evaluations.prefix { $0.step <= step }.compactMap { $0.accuracies[head] }
  }
}
