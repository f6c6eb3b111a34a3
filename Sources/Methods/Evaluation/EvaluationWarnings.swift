import Clustering
import Foundation
import Snapshots

/// What an evaluation gives reason to warn of, without labels.
struct EvaluationWarnings {
  let heads: [HeadDescription]
  /// nil where batches cannot be too small.
  let batchPairs: Int?
  let viewsAreIdentical: Bool

  /// - Parameters:
  ///   - epoch: of the last step; before the second nothing is said of what is not learnt yet.
  ///   - partitions: of the over-clustering head; nil without one.
  ///   - main: the main head's sub-heads on the same images.
  func warnings(
    epoch: Int, _ evaluations: [HeadEvaluation], partitions: TreePartitions?,
    main: [SubHeadMeasurement]
  ) -> [Warning] {
    var warnings = settingsWarnings
    guard epoch >= 2 else { return warnings }
    for (head, evaluation) in zip(heads, evaluations) {
      warnings += learningWarnings(head, evaluation)
    }
    if let head = heads.first(where: \.isMain),
      let evaluation = evaluations.first(where: { $0.head == head.name }), let partitions
    {
      let chosen = evaluation.reportedSubHead
      warnings += mergedWarnings("\(head.name)\(chosen + 1)", main[chosen], partitions)
    }
    return warnings
  }

  private var settingsWarnings: [Warning] {
    var warnings: [Warning] = []
    // A joint of C² entries wants some pairs for each; the published settings have a seventh of C².
    if let batchPairs,
      let head = heads.first(where: { 20 * batchPairs < $0.clusters * $0.clusters })
    {
      warnings.append(
        Warning(
          .smallBatch,
          "batches of \(batchPairs) pairs are small for the \(head.clusters)×\(head.clusters) "
            + "joint of head \(head.name): raise training.batch_pairs or lower "
            + "heads.\(head.name).clusters"
        ))
    }
    if viewsAreIdentical {
      warnings.append(
        Warning(
          .identicalViews,
          "the transformed copies are the images themselves, so there is nothing to learn from: "
            + "give transform.* some crops, rotations, flips or colours"))
    }
    return warnings
  }

  private func learningWarnings(_ head: HeadDescription, _ evaluation: HeadEvaluation) -> [Warning]
  {
    let most = log(Double(head.clusters))
    let informations = evaluation.subHeads.map(\.mutualInformation)
    let best = informations.max() ?? 0
    if best < 0.05 * most {
      return [
        Warning(
          .collapse,
          "head \(head.name) knows \(nats(best)) of \(nats(most)) nats: its clusters say nothing "
            + "of the images yet; if that lasts, try a lower learning rate or larger batches")
      ]
    }
    var warnings: [Warning] = []
    let dead = informations.indices.filter { best > 0.3 * most && informations[$0] < 0.2 * best }
    for index in dead {
      warnings.append(
        Warning(
          .dead,
          "sub-head \(index + 1) of head \(head.name) knows \(nats(informations[index])) nats "
            + "where another knows \(nats(best)): it has learnt next to nothing"))
    }
    let chosen = evaluation.subHeads[evaluation.reportedSubHead]
    if head.isMain, head.matching == .oneToOne, chosen.entropy < 0.8 * most {
      let largest = chosen.clusterShares.max() ?? 0
      warnings.append(
        Warning(
          .skewed,
          "head \(head.name)'s clusters are of very different sizes (the largest holds "
            + "\(Int((100 * largest).rounded())) % of the images): there may be fewer classes than "
            + "\(head.clusters) clusters"))
    }
    return warnings
  }

  /// A cluster that holds most of two groups which the trees keep apart.
  ///
  /// - Parameters:
  ///   - name: of the main head's reported sub-head.
  ///   - main: what it does.
  private func mergedWarnings(
    _ name: String, _ main: SubHeadMeasurement, _ partitions: TreePartitions
  ) -> [Warning] {
    guard let cut = partitions.bestCut, cut.consensus >= TreePartitions.settledConsensus else {
      return []
    }
    var table = ContingencyTable(clusters: partitions.groups, classes: main.clusters)
    for (group, cluster) in zip(cut.partition, main.assigned) where group >= 0 {
      table.add(cluster: Int(group), label: Int(cluster))
    }
    return (0..<main.clusters).compactMap { cluster in
      let groups = (0..<partitions.groups).filter { group in
        let size = (0..<main.clusters).reduce(0) { $0 + table[group, $1] }
        return 2 * table[group, cluster] > size
      }
      guard groups.count >= 2 else { return nil }
      return Warning(
        .merged,
        "cluster \(cluster) of sub-head \(name) holds \(groups.count) groups of images that the "
          + "over-clustering head keeps apart")
    }
  }

  private func nats(_ value: Double) -> String { String(format: "%.2f", value) }
}
