import Datasets
import Foundation
import Kernels
import NeuralNet
import RunStorage
import Snapshots
import Synchronization
import Training

/// What happens while an experiment is trained.
package enum ExperimentEvent: Sendable {
  /// Run `number`, from 1, of `count` that are not finished.
  case began(ExperimentRun, number: Int, count: Int)
  case step(ExperimentRun, step: Int, planned: Int, secondsLeft: Double)
  /// The run waits for a disk that refuses, and why; nil once it is recorded again.
  case storageProblem(ExperimentRun, String?)
  /// The run with its new standing: finished, stopped on its way, or impossible.
  case ended(ExperimentRun)
}

extension ExperimentSession {
  /// Does what is missing, run after run, until all is done or `control` says stop.
  ///
  /// A run that cannot start or fails does not stand in the way of the others: the table says why.
  ///
  /// - Parameters:
  ///   - jobs: runs at a time, which share the threads.
  ///   - report: called from any thread, by one at a time for each run.
  package func train(
    jobs: Int, control: ExperimentControl, report: @escaping @Sendable (ExperimentEvent) -> Void
  ) {
    failures.withLock { $0 = [:] }
    let all = runs().filter(isPending)
    let count = all.count
    // What others are fine-tuned from comes first, so that none of them has to wait for it.
    let isFineTuned = { (run: ExperimentRun) in
      self.experiment.variants[run.variant].fineTuning != nil
    }
    var begun = 0
    for wave in [all.filter { !isFineTuned($0) }, all.filter(isFineTuned)] {
      train(wave, after: begun, of: count, jobs: jobs, control: control, report: report)
      begun += wave.count
    }
  }

  private func train(
    _ pending: [ExperimentRun], after begun: Int, of count: Int, jobs: Int,
    control: ExperimentControl, report: @escaping @Sendable (ExperimentEvent) -> Void
  ) {
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(jobs, pending.count))) { _ in
      while !control.isStopping {
        let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard pending.indices.contains(place) else { return }
        let run = pending[place]
        report(.began(run, number: begun + place + 1, count: count))
        do {
          try perform(run, jobs: jobs, control, report)
        } catch {
          failures.withLock { $0[run.name] = "\(error)" }
        }
        report(.ended(self.run(variant: run.variant, seed: run.seed)))
      }
    }
  }

  private func isPending(_ run: ExperimentRun) -> Bool {
    switch run.standing {
    case .missing, .begun: true
    case .finished(let scores):
      experiment.variants[run.variant].baseline == nil
        && (wantsShares(scores) || runFolder(run.name).summary().status != .completed)
    case .running, .inapplicable, .impossible: false
    }
  }

  private func wantsShares(_ scores: ExperimentScores) -> Bool {
    !experiment.labelShares.isEmpty && scores.labelShares == nil && scores.accuracy != nil
  }

  /// Computes all of one run.
  private func perform(
    _ run: ExperimentRun, jobs: Int, _ control: ExperimentControl,
    _ report: @escaping @Sendable (ExperimentEvent) -> Void
  ) throws {
    let variant = experiment.variants[run.variant]
    let composition = try compose(variant, seed: run.seed)
    if let fineTuning = variant.fineTuning, !fineTuning.isFromScratch,
      let trunk = experiment.variants.firstIndex(where: { $0.name == fineTuning.variant })
    {
      guard case .finished = self.run(variant: trunk, seed: run.seed).standing else {
        throw SessionError("'\(fineTuning.variant)' with seed \(run.seed) is not finished yet")
      }
    }
    let threads = max(1, composition.configuration.threadCount / jobs)
    let context = try ComputeEnvironment().context(threads: threads)
    if let kind = variant.baseline {
      let baseline = Baseline(
        kind: kind, configuration: composition.configuration, dataset: composition.dataset,
        context: context)
      guard let scores = try baseline.scores(isCancelled: { control.isStopping }) else { return }
      try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
      try BaselineResult(
        baseline: kind, configuration: composition.configuration.yaml, scores: scores
      ).write(to: baselineFile(run.name))
      return
    }
    let own = runFolder(run.name)
    // Asked again: another process may have trained it since.
    let run = self.run(variant: run.variant, seed: run.seed)
    switch run.standing {
    case .missing:
      if !own.exists {
        _ = try folder.createRun(name: run.name, preset: composition.configuration.preset)
      }
      try train(
        PreparedRun(
          composition.configuration, composition.dataset,
          start: composition.configuration.loadStart(), in: own), run, context, control,
        report)
    case .begun:
      // Killed before its first checkpoint, it starts again in its folder.
      let prepared =
        own.hasCheckpoint
        ? try PreparedRun(resume: own, resumingRequest())
        : try PreparedRun(
          composition.configuration, composition.dataset,
          start: composition.configuration.loadStart(), in: own)
      try train(prepared, run, context, control, report)
    case .finished:
      // Killed after the last checkpoint, before it was said that this was the end.
      if own.summary().status != .completed {
        let recorder = try RunRecorder(own)
        defer { recorder.close() }
        try recorder.recordCompletion(step: own.checkpointStep())
      }
    case .running, .inapplicable, .impossible: return
    }
    if case .finished(let scores) = self.run(variant: run.variant, seed: run.seed).standing,
      wantsShares(scores)
    {
      try writeLabelShares(own, composition, context, control)
    }
  }

  private func train(
    _ prepared: PreparedRun, _ run: ExperimentRun, _ context: ComputeContext,
    _ control: ExperimentControl, _ report: @escaping @Sendable (ExperimentEvent) -> Void
  ) throws {
    let planned = prepared.configuration.plannedSteps(
      prepared.configuration.schedule(of: prepared.dataset))
    let outcome = try control.withRun { control in
      let session = TrainingSession(control: control, hasScreen: false)
      let pace = Pace(planned: planned)
      do {
        try session.start(
          prepared, log: RunLog(prepared.recorder.folder),
          listener: { events, _ in
            for case .storageProblem(let problem) in events {
              report(.storageProblem(run, problem))
            }
            for case .step(let step) in events.reversed() {
              report(
                .step(
                  run, step: step.step, planned: planned,
                  secondsLeft: pace.secondsLeft(after: step)))
              break
            }
          }
        ) { channel in
          try prepared.makeTrainer(context, channel: channel, control: control)
        }
      } catch {
        prepared.recorder.close()
        // A run that cannot start leaves nothing behind.
        if prepared.checkpoint == nil, case .missing = run.standing {
          _ = try? folder.delete(prepared.recorder.folder)
        }
        throw error
      }
      return session.wait(isUrgent: { control.isStopping })
    }
    if let message = outcome.message { throw SessionError(message) }
  }

  private func writeLabelShares(
    _ run: RunFolder, _ composition: Composition, _ context: ComputeContext,
    _ control: ExperimentControl
  ) throws {
    let dataset = composition.dataset
    let reader = RunHistoryReader(run)
    let description = try reader.description()
    let network = try StoredNetwork(
      run, composition.configuration, imageChannels: dataset.channels,
      classes: description.classNames.count, weights: .latest, context: context)
    guard let main = description.mainHead,
      let evaluation = try reader.evaluation(atOrBefore: network.step),
      evaluation.step == network.step, let head = evaluation[main.name]
    else {
      throw SessionError("\(run.name): has no evaluation of its weights of step \(network.step)")
    }
    guard
      let accuracies = try network.accuracies(
        ofLabelShares: experiment.labelShares, in: dataset, head,
        seed: composition.configuration.seed, isCancelled: { control.isStopping })
    else { return }
    let points = zip(experiment.labelShares, accuracies).map {
      LabelShareRecord.Point(share: $0, accuracy: $1)
    }
    try LabelShareRecord(step: run.checkpointStep(), points: points).write(run)
  }
}

/// How long a run still takes, by the steps since it was started here.
private final class Pace: Sendable {
  private let planned: Int
  private let first = Mutex<(step: Int, time: ContinuousClock.Instant)?>(nil)

  init(planned: Int) { self.planned = planned }

  func secondsLeft(after step: StepSnapshot) -> Double {
    first.withLock { first in
      guard let begin = first else {
        first = (step.step, .now)
        return .nan
      }
      let seconds = begin.time.duration(to: .now).seconds
      return seconds / Double(max(1, step.step - begin.step)) * Double(planned - step.step)
    }
  }
}
