import Datasets
import NeuralNet
import Settings
import Snapshots

/// Settings of Invariant Information Clustering on pairs of images.
package struct InformationClusteringSettings: Sendable, Equatable {
  package var network = NetworkSettings()
  /// The heads and how they take turns.
  package var turns = HeadTurns()
  /// Pairs in a batch, n.
  package var batchPairs = 700
  /// r, the transformed copies that each image of a batch is paired with.
  package var sampleRepeats = 5
  /// λ: 1 is mutual information, more weighs the entropy of the clusters more.
  package var lambda = 1.0
  package var restart = RestartSettings()
  /// Images that look most like each, by which the over-clustering head's clusters are grouped as
  /// well; 0 for none.
  package var neighbours = 5
  package var views = ViewSettings()
  package var evaluation = EvaluationSettings()

  package init() {}

  package static let schema: [SettingsField<InformationClusteringSettings>] =
    SettingsField.group("network", \.network, NetworkSettings.schema(kinds: [.net6c, .net5g]))
    + SettingsField.group("heads", \.turns, HeadTurns.schema)
    + [
      .integer("training.batch_pairs", \.batchPairs, from: 2, to: 100_000),
      .integer("training.sample_repeats", \.sampleRepeats, from: 1, to: 1000),
      .number("training.lambda", \.lambda, from: 0, to: 10, isOpen: true),
    ] + SettingsField.group("restart", \.restart, RestartSettings.schema)
    + [.integer("restart.neighbours", \.neighbours, from: 0, to: 100)]
    + SettingsField.group("transform", \.views, ViewSettings.schema)
    + SettingsField.group("evaluation", \.evaluation, EvaluationSettings.schema)

  /// The steps of each epoch. Requires settings that are validated against the data set.
  package func schedule(of dataset: ImageDataset) -> EpochSchedule {
    turns.schedule(of: dataset, pairs: batchPairs, repeats: sampleRepeats)
  }

  /// Images through the network in one step.
  package var imagesPerStep: Int { 2 * batchPairs }
  /// Distinct images in one batch.
  package var imagesPerBatch: Int { batchPairs / sampleRepeats }

  package func architecture(inputChannels: Int) -> Architecture {
    network.architecture(
      inputSize: views.inputSize, inputChannels: inputChannels, input: views.input)
  }

  /// Memory of a training step, roughly.
  package var estimatedBytes: Int {
    architecture(inputChannels: 1).estimatedBytes(
      images: imagesPerStep,
      outputs: turns.heads.reduce(0) { $0 + $1.clusters * $1.subHeads })
  }
}
