import NeuralNet
import Snapshots
import Training

extension PreparedRun {
  /// The trainer of the run.
  ///
  /// - Throws: an error of one line if the checkpoint does not fit, or the images are not those
  ///   that a run that goes on has begun with.
  package func makeTrainer(
    _ context: ComputeContext, channel: SnapshotChannel, control: TrainingControl
  ) throws -> Trainer {
    let trainer: Trainer
    do {
      trainer = try Trainer(
        configuration: configuration, dataset: dataset, runName: recorder.folder.name,
        startedAt: startedAt, context: context, checkpoint: checkpoint, start: start,
        channel: channel, control: control)
    } catch let error as StateMismatch {
      throw SessionError("\(configuration.startPath): \(error)")
    }
    try recordedImages?.checkResuming(
      trainer.description, trainer.samples, source: configuration.dataSource,
      mayDiffer: dataMayDiffer)
    return trainer
  }

  /// What the settings say of the learning rate of the next step.
  package var nextLearningRate: Double {
    let next = configuration.schedule(of: dataset).index(ofStep: checkpoint?.step ?? 0)
    return configuration.learningRate * configuration.decay.multiplier(inEpoch: next.epoch)
  }
}

extension Configuration {
  /// The folder or, of one that comes with the program, the data set, for messages.
  var dataSource: String { data.isEmpty ? "data set \(dataset)" : data }
}
