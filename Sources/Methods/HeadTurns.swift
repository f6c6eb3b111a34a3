import Datasets
import Settings
import Snapshots

/// One head of a network and its turn in the training.
package struct HeadSettings: Sendable, Equatable {
  /// C. The main head has one cluster a class, the over-clustering head several; `unknown` where
  /// the over-clustering head is to say how many the main head has.
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

  /// As many clusters as there turn out to be.
  package static let unknown = 0

  static func schema(
    clusters: SettingsField<HeadSettings>, leastEpochs: Int
  ) -> [SettingsField<HeadSettings>] {
    [
      clusters,
      .integer("sub_heads", \.subHeads, from: 1, to: 50),
      .integer("epochs", \.epochs, from: leastEpochs, to: 100),
      .choices("splits", \.splits, among: Split.allCases),
    ]
  }
}

/// The paper's two heads on one trunk, and how they take turns by epochs.
package struct HeadTurns: Sendable, Equatable {
  /// The auxiliary head, which over-clusters.
  package var headA = HeadSettings(clusters: 50, subHeads: 5, epochs: 1)
  /// The main head.
  package var headB = HeadSettings(clusters: 10, subHeads: 5, epochs: 2)
  /// How the main head's clusters are matched to classes: many to one where it over-clusters.
  package var mainMatching = ClusterMatching.oneToOne
  /// `A` or `B`: the head of the first epoch.
  package var firstHead = "A"

  package init() {}

  package static let schema: [SettingsField<HeadTurns>] =
    SettingsField.group(
      "A", \.headA,
      HeadSettings.schema(
        clusters: .integer("clusters", \.clusters, from: 2, to: 1000), leastEpochs: 0))
    + SettingsField.group(
      "B", \.headB,
      HeadSettings.schema(
        clusters: .integer(
          "clusters", \.clusters, from: 2, to: 1000, orAuto: HeadSettings.unknown),
        leastEpochs: 1))
    + [
      .choice(
        "B.matching", \.mainMatching,
        named: [("one-to-one", .oneToOne), ("many-to-one", .manyToOne)]),
      .word("first", \.firstHead, oneOf: ["A", "B"]),
    ]

  /// Whether the main head waits for the over-clustering head to say how many clusters there are.
  package var awaitsMainHead: Bool { headB.clusters == HeadSettings.unknown }

  /// The heads that are trained at all, A before B. As long as B waits, A speaks for the run.
  package var heads: [HeadDescription] {
    let all = [
      (
        headA,
        HeadDescription(
          name: .a, clusters: headA.clusters, subHeads: headA.subHeads, matching: .manyToOne,
          isMain: awaitsMainHead)
      ),
      (
        headB,
        HeadDescription(
          name: .b, clusters: headB.clusters, subHeads: headB.subHeads, matching: mainMatching,
          isMain: true)
      ),
    ]
    return all.filter { $0.0.epochs > 0 && $0.0.clusters != HeadSettings.unknown }.map(\.1)
  }

  /// The same heads with the weight λ of their loss.
  func heads(lambda: Double) -> [HeadDescription] {
    heads.map { head in
      var head = head
      head.lambda = lambda
      return head
    }
  }

  /// The head that epoch `epoch`, from 1, trains.
  package func head(inEpoch epoch: Int) -> HeadID {
    awaitsMainHead ? .a : turn(ofEpoch: epoch)
  }

  /// The head whose turn epoch `epoch` is, and whose images it goes through. As long as the main
  /// head waits, the other one uses its turns.
  package func turn(ofEpoch epoch: Int) -> HeadID {
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
  package func schedule(of dataset: ImageDataset, pairs: Int, repeats: Int) -> EpochSchedule {
    EpochSchedule(
      cycle: (1...headA.epochs + headB.epochs).map { epoch in
        EpochPlan.steps(
          images: images(of: turn(ofEpoch: epoch), in: dataset).count, pairs: pairs,
          repeats: repeats)
      })
  }
}
