import Datasets
import NeuralNet
import Settings
import Snapshots

/// One head of a network and its turn in the training.
package struct HeadSettings: Sendable, Equatable {
  /// C. The main head has one cluster a class, the over-clustering head several.
  package var clusters: Int
  /// h, independently initialised linear layers on the shared trunk.
  package var subHeads: Int
  /// Epochs in a row that train this head before the other has its turn; 0 leaves the head out.
  package var epochs: Int
  /// What it is trained on; if empty all images for the auxiliary head, the relevant ones for the
  /// main head.
  package var splits: [Split] = []

  package init(clusters: Int, subHeads: Int, epochs: Int) {
    self.clusters = clusters
    self.subHeads = subHeads
    self.epochs = epochs
  }

  static func schema(leastEpochs: Int) -> [SettingsField<HeadSettings>] {
    [
      .integer("clusters", \.clusters, from: 2, to: 1000),
      .integer("sub_heads", \.subHeads, from: 1, to: 50),
      .integer("epochs", \.epochs, from: leastEpochs, to: 100),
      .choices("splits", \.splits, among: Split.allCases),
    ]
  }
}

/// Settings of Invariant Information Clustering on pairs of images.
package struct InformationClusteringSettings: Sendable, Equatable {
  package var network = NetworkSettings()
  /// The auxiliary head, which over-clusters.
  package var headA = HeadSettings(clusters: 50, subHeads: 5, epochs: 1)
  /// The main head.
  package var headB = HeadSettings(clusters: 10, subHeads: 5, epochs: 2)
  /// How the main head's clusters are matched to classes: many to one where it over-clusters.
  package var mainMatching = ClusterMatching.oneToOne
  /// `A` or `B`: the head of the first epoch.
  package var firstHead = "A"
  /// Pairs in a batch, n.
  package var batchPairs = 700
  /// r, the transformed copies that each image of a batch is paired with.
  package var sampleRepeats = 5
  /// λ: 1 is mutual information, more weighs the entropy of the clusters more.
  package var lambda = 1.0
  package var restart = RestartSettings()
  package var views = ViewSettings()
  package var evaluation = EvaluationSettings()

  package init() {}

  package static let schema: [SettingsField<InformationClusteringSettings>] =
    SettingsField.group("network", \.network, NetworkSettings.schema(kinds: [.net6c, .net5g]))
    + SettingsField.group("heads.A", \.headA, HeadSettings.schema(leastEpochs: 0))
    + SettingsField.group("heads.B", \.headB, HeadSettings.schema(leastEpochs: 1))
    + [
      .choice(
        "heads.B.matching", \.mainMatching,
        named: [("one-to-one", .oneToOne), ("many-to-one", .manyToOne)]),
      .word("heads.first", \.firstHead, oneOf: ["A", "B"]),
      .integer("training.batch_pairs", \.batchPairs, from: 2, to: 100_000),
      .integer("training.sample_repeats", \.sampleRepeats, from: 1, to: 1000),
      .number("training.lambda", \.lambda, from: 0, to: 10, isOpen: true),
    ] + SettingsField.group("restart", \.restart, RestartSettings.schema)
    + SettingsField.group("transform", \.views, ViewSettings.schema)
    + SettingsField.group("evaluation", \.evaluation, EvaluationSettings.schema)

  /// The heads that are trained at all, A before B.
  package var heads: [HeadDescription] {
    let all = [
      (
        headA,
        HeadDescription(
          name: .a, clusters: headA.clusters, subHeads: headA.subHeads, matching: .manyToOne,
          isMain: false)
      ),
      (
        headB,
        HeadDescription(
          name: .b, clusters: headB.clusters, subHeads: headB.subHeads, matching: mainMatching,
          isMain: true)
      ),
    ]
    return all.filter { $0.0.epochs > 0 }.map(\.1)
  }

  /// The head that epoch `epoch`, from 1, trains.
  package func head(inEpoch epoch: Int) -> HeadID {
    let position = (epoch - 1) % (headA.epochs + headB.epochs)
    if firstHead == "A" { return position < headA.epochs ? .a : .b }
    return position < headB.epochs ? .b : .a
  }

  /// The images that a head is trained on, as indices into the data set.
  package func images(of head: HeadID, in dataset: ImageDataset) -> [Int] {
    let splits = head == .a ? headA.splits : headB.splits
    if !splits.isEmpty { return dataset.splits.images(of: splits) }
    return Array(head == .a ? 0..<dataset.count : dataset.relevantImages)
  }

  /// The steps of each epoch. Requires settings that are validated against the data set.
  package func schedule(of dataset: ImageDataset) -> EpochSchedule {
    let steps = Dictionary(
      uniqueKeysWithValues: heads.map { head in
        (
          head.name,
          EpochPlan.steps(
            images: images(of: head.name, in: dataset).count, pairs: batchPairs,
            repeats: sampleRepeats)
        )
      })
    return EpochSchedule(
      cycle: (1...headA.epochs + headB.epochs).map { steps[head(inEpoch: $0)] ?? 0 })
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
      outputs: heads.reduce(0) { $0 + $1.clusters * $1.subHeads })
  }
}
