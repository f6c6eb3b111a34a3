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
  /// `A` or `B`: the head of the first epoch.
  package var firstHead = "A"
  /// Pairs in a batch, n.
  package var batchPairs = 700
  /// r, the transformed copies that each image of a batch is paired with.
  package var sampleRepeats = 5
  /// λ: 1 is mutual information, more weighs the entropy of the clusters more.
  package var lambda = 1.0
  package var views = ViewSettings()

  package init() {}

  package static let schema: [SettingsField<InformationClusteringSettings>] =
    SettingsField.group("network", \.network, NetworkSettings.schema(kinds: [.net6c, .net5g]))
    + SettingsField.group("heads.A", \.headA, HeadSettings.schema(leastEpochs: 0))
    + SettingsField.group("heads.B", \.headB, HeadSettings.schema(leastEpochs: 1))
    + [
      .word("heads.first", \.firstHead, oneOf: ["A", "B"]),
      .integer("training.batch_pairs", \.batchPairs, from: 2, to: 100_000),
      .integer("training.sample_repeats", \.sampleRepeats, from: 1, to: 1000),
      .number("training.lambda", \.lambda, from: 0, to: 10, isOpen: true),
    ] + SettingsField.group("transform", \.views, ViewSettings.schema)

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
          name: .b, clusters: headB.clusters, subHeads: headB.subHeads, matching: .oneToOne,
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

  /// Images through the network in one step.
  package var imagesPerStep: Int { 2 * batchPairs }
  /// Distinct images in one batch.
  package var imagesPerBatch: Int { batchPairs / sampleRepeats }

  package func architecture(inputChannels: Int) -> Architecture {
    var architecture = Architecture(
      network.kind, width: network.width, inputSize: views.inputSize, inputChannels: inputChannels)
    architecture.input = views.input
    return architecture
  }

  /// Memory of a training step, roughly.
  package var estimatedBytes: Int {
    architecture(inputChannels: 1).estimatedBytes(images: imagesPerStep)
  }
}

extension InformationClusteringSettings {
  /// The settings that only make sense together.
  ///
  /// - Parameter source: the file to blame.
  /// - Throws: `SettingsError` for the first impossible combination.
  package func validate(source: String) throws(SettingsError) {
    func require(_ holds: Bool, _ key: String, _ problem: String) throws(SettingsError) {
      if !holds { throw SettingsError(source: source, key: key, problem: problem) }
    }
    try require(
      sampleRepeats <= batchPairs, "training.sample_repeats",
      "is \(sampleRepeats), expected at most training.batch_pairs, \(batchPairs)")
    try require(
      batchPairs % sampleRepeats == 0, "training.batch_pairs",
      "is \(batchPairs), expected a multiple of training.sample_repeats, \(sampleRepeats)")
    for head in heads {
      try require(
        head.clusters <= batchPairs, "heads.\(head.name).clusters",
        "is \(head.clusters), expected at most training.batch_pairs, \(batchPairs)")
    }
    let smallest = architecture(inputChannels: 1).smallestInput
    try require(
      views.inputSize >= smallest, "transform.input_size",
      "is \(views.inputSize), expected at least \(smallest) for \(network.kind.rawValue)")
  }

  /// The settings that must fit the data and the machine.
  ///
  /// - Parameters:
  ///   - images: how many there are to train on.
  ///   - side: the shorter side of the images, in pixels.
  ///   - classes: of the labels.
  ///   - memory: of the machine, in bytes.
  /// - Throws: `SettingsError` that names all that do not fit.
  package func validate(
    source: String, dataset: String, images: Int, side: Int, classes: Int, memory: Int
  ) throws(SettingsError) {
    var problems: [(key: String, problem: String)] = []
    if imagesPerBatch > images {
      problems.append(
        (
          "training.batch_pairs",
          "\(imagesPerBatch) images a batch (batch_pairs / sample_repeats), expected at most the "
            + "\(images) of \(dataset)"
        ))
    }
    if estimatedBytes > memory {
      problems.append(
        (
          "training.batch_pairs",
          "is \(batchPairs), which with network.width \(network.width) needs about "
            + "\(estimatedBytes >> 30) GiB; expected at most this machine's \(memory >> 30) GiB"
        ))
    }
    problems += views.problems(side: side).map { ("transform.\($0.key)", $0.problem) }
    if headB.clusters < classes {
      problems.append(
        (
          "heads.B.clusters",
          "is \(headB.clusters), expected at least the \(classes) classes of \(dataset)"
        ))
    }
    guard let first = problems.first else { return }
    let others = problems.dropFirst().map { "; \($0.key): \($0.problem)" }
    throw SettingsError(
      source: source, key: first.key, problem: first.problem + others.joined())
  }
}
