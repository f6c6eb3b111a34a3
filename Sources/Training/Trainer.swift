import Datasets
import Foundation
import Kernels
import NeuralNet
import Snapshots

/// Trains a network from a configuration and a data set: events out through the channel, requests in through
/// the control. Everything it computes is a function of the configuration and the data alone.
package final class Trainer {
  package let description: RunDescription

  private let configuration: Configuration
  private let samples: SampleImages
  private let channel: SnapshotChannel
  private let control: TrainingControl
  private let network: Network
  private let renderer: BatchRenderer
  private let evaluator: Evaluator
  /// The batch of the step and the one that is rendered meanwhile, in turns.
  private let batches: [Tensor]
  /// The step whose batch is being rendered, or is ready, in `batches[step % 2]`.
  private var renderedStep: Int?
  private var gradients: [String: Tensor] = [:]
  private var plan: EpochPlan?
  private var state: TrainerState
  private var lastCheckpoint = ContinuousClock.now
  private var lastCheckpointStep: Int?

  /// - Parameters:
  ///   - configuration: validated, on its own and against the data set.
  ///   - context: what to compute with; its threads are the configuration's.
  ///   - checkpoint: where to go on; nil to start afresh.
  /// - Throws: `TrainingError` if the checkpoint does not fit, `DatasetError` if the transforms do not.
  package init(
    configuration: Configuration, dataset: ImageDataset, runName: String, startedAt: Double,
    context: ComputeContext, checkpoint: CheckpointSnapshot?, channel: SnapshotChannel,
    control: TrainingControl
  ) throws {
    self.configuration = configuration
    self.channel = channel
    self.control = control
    network = Network(
      configuration: configuration, imageChannels: dataset.channels,
      context: context)
    renderer = try BatchRenderer(dataset: dataset, transform: configuration.pairTransform)

    let sampleIndices = Trainer.sampleIndices(configuration, of: dataset.count)
    samples = SampleImages(
      width: dataset.width, height: dataset.height, channels: dataset.channels,
      pixels: sampleIndices.flatMap { index in
        dataset.pixels[index * dataset.imageSize..<(index + 1) * dataset.imageSize]
      },
      labels: sampleIndices.map { Int(dataset.labels[$0]) })
    evaluator = Evaluator(
      configuration: configuration, renderer: renderer, network: network, samples: sampleIndices)
    var shape = network.inputShape
    shape.images = configuration.imagesPerStep
    batches = [Tensor(shape), Tensor(shape)]

    let stepsPerEpoch = EpochPlan.steps(
      images: dataset.count, pairs: configuration.batchPairs, repeats: configuration.sampleRepeats)
    description = RunDescription(
      name: runName, preset: configuration.preset, dataset: dataset.name,
      classNames: dataset.classNames, configuration: configuration.yaml, seed: configuration.seed,
      heads: configuration.heads.map {
        HeadDescription(
          name: HeadID(rawValue: $0.name), clusters: $0.head.clusters,
          subHeads: $0.head.subHeads, matching: $0.name == "B" ? .oneToOne : .manyToOne,
          isMain: $0.name == "B")
      },
      epochs: configuration.epochs, stepsPerEpoch: stepsPerEpoch,
      plannedSteps: configuration.plannedSteps(images: dataset.count),
      imagesPerStep: configuration.imagesPerStep, evaluationImages: dataset.count,
      parameterCount: network.parameterCount, startedAt: startedAt)

    if let checkpoint {
      state = try TrainerState(text: checkpoint.trainerState)
      do {
        try network.loadWeights(checkpoint.weights.byName)
        try network.loadOptimizerState(checkpoint.optimizer.byName)
      } catch {
        throw TrainingError(description: "the checkpoint does not fit its configuration: \(error)")
      }
    } else {
      state = TrainerState(learningRate: configuration.learningRate)
      network.initialize(seed: configuration.seed)
    }
  }

  /// Trains until the last planned step, a request to stop, or a loss that is no number. The channel has
  /// carried `.ended` when it returns.
  package func run() {
    channel.send(.started(description, samples))
    if state.step == 0 || state.owesEvaluation { evaluate() }
    while state.step < description.plannedSteps {
      guard followRequests() else {
        checkpoint()
        channel.send(.ended(.stopped, step: state.step, message: nil))
        return
      }
      let loss = takeStep()
      guard loss.isFinite else {
        // The last checkpoint is from before; these weights are not worth keeping.
        channel.send(
          .ended(
            .failed, step: state.step,
            message: "the loss of step \(state.step) is \(loss); a lower learning rate may help"))
        return
      }
      let isEpochEnd = state.step % description.stepsPerEpoch == 0
      if state.step == description.plannedSteps
        || isEpochEnd && epoch % configuration.evaluationEpochs == 0
      {
        evaluate()
      }
      if lastCheckpoint.duration(to: .now) >= .seconds(configuration.checkpointSeconds) {
        checkpoint()
      }
    }
    checkpoint()
    channel.send(.ended(.completed, step: state.step, message: nil))
  }

  /// The epoch of the last step taken, from 1; 0 before the first.
  private var epoch: Int {
    (state.step + description.stepsPerEpoch - 1) / description.stepsPerEpoch
  }

  /// One batch through network, loss and optimiser; returns the loss.
  private func takeStep() -> Double {
    let start = ContinuousClock.now
    let epoch = state.step / description.stepsPerEpoch + 1
    let headName = configuration.head(inEpoch: epoch)
    let head = headName == "A" ? configuration.headA : configuration.headB
    let images = batch(ofStep: state.step)
    if state.step + 1 < description.plannedSteps { startBatch(ofStep: state.step + 1) }
    let networkHead = "head_\(headName)"
    let probabilities = network.forward(images, head: networkHead, .training)
    let gradient = gradients[headName] ?? Tensor(probabilities.shape)
    gradients[headName] = gradient
    let objective = HeadObjective(
      probabilities: probabilities, gradient: gradient, clusters: head.clusters,
      subHeads: head.subHeads, lambda: configuration.lambda, in: network.context)
    state.step += 1
    guard objective.loss.isFinite else { return objective.loss }
    network.backward(gradient, head: networkHead)
    Adam(learningRate: state.learningRate)
      .update(network.parameters(training: networkHead), in: network.context)

    let seconds = start.duration(to: .now).seconds
    state.elapsed += seconds
    channel.send(
      .step(
        StepSnapshot(
          step: state.step, epoch: epoch, head: HeadID(rawValue: headName),
          loss: objective.loss, subHeadLosses: objective.losses,
          mutualInformation: objective.mutualInformation, learningRate: state.learningRate,
          imagesPerSecond: Double(configuration.imagesPerStep) / seconds, elapsed: state.elapsed)))
    return objective.loss
  }

  /// The images of the step number `step`, from 0, which threads may have rendered while they waited for each other.
  private func batch(ofStep step: Int) -> Tensor {
    if renderedStep != step { startBatch(ofStep: step) }
    network.context.pool.finishOffered()
    return batches[step % 2]
  }

  private func startBatch(ofStep step: Int) {
    let work = renderer.rendering(
      plan(forEpoch: step / description.stepsPerEpoch + 1),
      step: step % description.stepsPerEpoch, into: batches[step % 2].buffer)
    network.context.pool.offer(work.units, work.render)
    renderedStep = step
  }

  private func plan(forEpoch epoch: Int) -> EpochPlan {
    if let plan, plan.epoch == epoch { return plan }
    let plan = EpochPlan(
      images: renderer.dataset.count, pairs: configuration.batchPairs,
      repeats: configuration.sampleRepeats, seed: configuration.seed, epoch: epoch)
    self.plan = plan
    return plan
  }

  private func evaluate() {
    // A stop need not wait for an evaluation, except the last one, after which nothing goes on.
    let evaluation = evaluator.evaluate(
      step: state.step, epoch: epoch, elapsed: state.elapsed,
      isCancelled: { state.step < description.plannedSteps && control.isStopping })
    state.owesEvaluation = evaluation == nil
    guard let evaluation else {
      // A checkpoint of this step may exist already, without the debt.
      lastCheckpointStep = nil
      return
    }
    channel.send(.evaluation(evaluation))
    guard state.step > 0, let head = evaluation[.b] else { return }
    let loss = head.subHeads[head.lowestLossSubHead].loss
    if loss < state.lowestLoss ?? .infinity {
      state.lowestLoss = loss
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
          step: state.step, weights: network.weights,
          optimizer: network.optimizerState, trainerState: state.text,
          isBest: isBest)))
    lastCheckpoint = .now
  }

  /// Does what was asked for, and waits while paused; false to stop.
  private func followRequests() -> Bool {
    var isPaused = false
    while true {
      let requests = control.take()
      if requests.stop { return false }
      if let rate = requests.learningRate { state.learningRate = rate }
      if requests.evaluate { evaluate() }
      if requests.checkpoint {
        lastCheckpointStep = nil
        checkpoint()
      }
      if requests.paused != isPaused {
        isPaused = requests.paused
        channel.send(.paused(isPaused))
      }
      if !isPaused { return true }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  private static func sampleIndices(_ configuration: Configuration, of count: Int) -> [Int] {
    var random = RandomStream(seed: configuration.seed, purpose: .samples)
    return Array((0..<count).shuffled(using: &random).prefix(configuration.samples))
  }
}
