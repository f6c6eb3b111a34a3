import Foundation
import Kernels
import Methods
import NeuralNet
import Snapshots

/// The loop: steps, evaluations and checkpoints of one method, events out through the channel,
/// requests in through the control. Everything it computes is a function of the settings and the
/// data alone.
package final class Trainer {
  /// As it is now: heads may come.
  package private(set) var description: RunDescription

  private let method: any TrainingMethod
  /// Of a run that starts from given weights: the tensors that those do not have.
  package private(set) var randomTensors: [String] = []
  package let samples: SampleImages
  private let evaluationEpochs: Int
  private let checkpointSeconds: Double
  private let decay: LearningRateDecay
  private let channel: SnapshotChannel
  private let control: TrainingControl
  private var state: TrainerState
  private var lastCheckpoint = ContinuousClock.now
  private var lastCheckpointStep: Int?

  /// - Parameters:
  ///   - configuration: the run's, for its rates and intervals.
  ///   - checkpoint: where to go on; nil to start afresh.
  ///   - initial: weights to start from in place of random ones; heads that they do not have, or
  ///     have otherwise, start with random ones.
  /// - Throws: `TrainingError` if the checkpoint does not fit, `StateMismatch` if the initial
  ///   weights have another trunk.
  package init(
    method: any TrainingMethod, description: RunDescription, samples: SampleImages,
    configuration: Configuration, checkpoint: CheckpointSnapshot?, initial: [NamedTensor]? = nil,
    channel: SnapshotChannel, control: TrainingControl
  ) throws {
    self.method = method
    self.description = description
    self.samples = samples
    self.channel = channel
    self.control = control
    evaluationEpochs = configuration.evaluationEpochs
    checkpointSeconds = configuration.checkpointSeconds
    decay = configuration.decay
    if let checkpoint {
      state = try TrainerState(text: checkpoint.trainerState)
      do {
        try method.network.loadWeights(checkpoint.weights.byName)
        for optimizer in method.optimizers {
          try optimizer.load(checkpoint.optimizer.byName, for: method.network.parameters)
        }
        try method.recall(checkpoint.optimizer.byName)
      } catch {
        throw TrainingError(description: "the checkpoint does not fit its configuration: \(error)")
      }
    } else {
      state = TrainerState(learningRate: configuration.learningRate)
      method.initialize(seed: configuration.seed)
      if let initial {
        randomTensors = try method.network.adopt(initial.byName, required: "trunk.")
      }
    }
  }

  /// Trains until the last planned step, a request to stop, or a loss that is no number. The
  /// channel has carried `.ended` when it returns.
  package func run() {
    channel.send(.started(description, samples))
    if state.step == 0 || state.owesEvaluation { evaluate() }
    while state.step < description.plannedSteps {
      guard followRequests() else {
        checkpoint()
        channel.send(.ended(.stopped, step: state.step, message: nil))
        return
      }
      guard beginEpoch() else { continue }
      let loss = takeStep()
      guard loss.isFinite else {
        // The last checkpoint is from before; these weights are not worth keeping.
        channel.send(
          .ended(
            .failed, step: state.step,
            message: "the loss of step \(state.step) is \(loss); a lower learning rate may help"))
        return
      }
      let isEpochEnd = method.schedule.isEpochEnd(after: state.step)
      if state.step == description.plannedSteps
        || isEpochEnd && epoch % evaluationEpochs == 0
      {
        evaluate()
      }
      if lastCheckpoint.duration(to: .now) >= .seconds(checkpointSeconds) {
        checkpoint()
      }
    }
    checkpoint()
    // A stop that came in the last evaluation: it is made when the run is resumed.
    let status: EndStatus = state.owesEvaluation ? .stopped : .completed
    channel.send(.ended(status, step: state.step, message: nil))
  }

  /// The epoch of the last step taken, from 1; 0 before the first.
  private var epoch: Int { method.schedule.epoch(after: state.step) }

  /// What the method does before an epoch's first step; false if a request to stop came first.
  private func beginEpoch() -> Bool {
    let index = method.schedule.index(ofStep: state.step)
    guard index.stepInEpoch == 0 else { return true }
    let time = RunningTime()
    defer { state.elapsed += time.seconds }
    guard
      let beginning = method.beginEpoch(index.epoch, isCancelled: { control.isStopping })
    else { return false }
    if beginning.hasNewHeads { followHeads() }
    if let restarted = beginning.restarted {
      channel.send(
        .restart(
          RestartSnapshot(
            step: state.step, epoch: index.epoch, head: restarted.head,
            subHeads: restarted.subHeads)))
    }
    return true
  }

  /// The method's heads are others than before.
  private func followHeads() {
    description.heads = method.heads
    description.parameterCount = method.network.parameterCount
    // The losses so far are another head's.
    state.lowestLoss = nil
    state.lowestLossImages = nil
    channel.send(.changedHeads(description, step: state.step))
  }

  /// One step of the method; returns its loss.
  private func takeStep() -> Double {
    let time = RunningTime()
    let index = method.schedule.index(ofStep: state.step)
    let images = method.batches.batch(ofStep: index.step)
    if index.step + 1 < description.plannedSteps { method.batches.prepare(step: index.step + 1) }
    let learningRate = state.learningRate * decay.multiplier(inEpoch: index.epoch)
    for optimizer in method.optimizers { optimizer.learningRate = learningRate }
    let outcome = method.takeStep(images, index)
    let losses = outcome.losses
    state.step += 1
    guard losses.loss.isFinite else { return losses.loss }

    let seconds = max(1e-9, time.seconds)
    state.elapsed += seconds
    channel.send(
      .step(
        StepSnapshot(
          step: state.step, epoch: index.epoch, head: outcome.head, loss: losses.loss,
          subHeadLosses: losses.losses, mutualInformation: losses.mutualInformation,
          learningRate: learningRate,
          imagesPerSecond: Double(description.imagesPerStep) / seconds, elapsed: state.elapsed)))
    return losses.loss
  }

  private func evaluate() {
    // A stop does not wait for an evaluation; a run that is resumed makes it first.
    let isFinal = state.step == description.plannedSteps
    let time = RunningTime()
    let evaluation = method.evaluate(
      step: state.step, epoch: epoch, elapsed: state.elapsed, isFinal: isFinal,
      isCancelled: { control.isStopping })
    state.elapsed += time.seconds
    state.owesEvaluation = evaluation == nil
    guard let evaluation else {
      // A checkpoint of this step may exist already, without the debt.
      lastCheckpointStep = nil
      return
    }
    channel.send(.evaluation(evaluation))
    guard state.step > 0, let main = description.mainHead, let head = evaluation[main.name] else {
      return
    }
    let loss = head.subHeads[head.lowestLossSubHead].loss
    if state.isBest(loss: loss, images: evaluation.images, isFinal: isFinal) {
      state.lowestLoss = loss
      state.lowestLossImages = evaluation.images
      checkpoint(isBest: true)
    }
  }

  private func checkpoint(isBest: Bool = false) {
    // The evaluation of this very step may have made one.
    if state.step == lastCheckpointStep && !isBest { return }
    lastCheckpointStep = state.step
    channel.send(
      .checkpoint(
        CheckpointSnapshot(
          step: state.step, weights: method.network.weights,
          optimizer: method.optimizers.flatMap { $0.state(of: method.network.parameters) }
            + method.memory,
          trainerState: state.text, isBest: isBest)))
    lastCheckpoint = .now
  }

  /// Does what was asked for, and waits while paused; false to stop.
  private func followRequests() -> Bool {
    var isPaused = false
    while true {
      let requests = control.take()
      if requests.stop { return false }
      if let rate = requests.learningRate {
        // Asked for is the next step's, remembered what has not decayed.
        let epoch = method.schedule.index(ofStep: state.step).epoch
        state.learningRate = rate / decay.multiplier(inEpoch: epoch)
      }
      if requests.evaluate { evaluate() }
      if requests.checkpoint {
        lastCheckpointStep = nil
        checkpoint()
      }
      if requests.paused != isPaused {
        isPaused = requests.paused
        channel.send(.paused(isPaused))
      }
      if !isPaused && !requests.held { return true }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }
}
