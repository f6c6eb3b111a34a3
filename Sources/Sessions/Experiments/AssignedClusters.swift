import Datasets
import Kernels
import NeuralNet
import RunStorage
import Snapshots
import Training

extension StoredNetwork {
  /// Images through the network at once.
  private static let batch = 240

  /// The cluster that a sub-head puts every image of a data set in, as evaluation sees it; nil if
  /// `isCancelled` said so on the way.
  ///
  /// - Parameter subHead: its position in the head, which there is.
  func clusters(
    in dataset: ImageDataset, head: HeadID, subHead: Int, isCancelled: () -> Bool = { false }
  ) throws -> [Int]? {
    guard let clusters = size(of: head)?.clusters else { return [] }
    let probabilities = try probabilities(in: dataset, head: head)
    let own = subHead * clusters..<(subHead + 1) * clusters
    var clusterOfImage: [Int] = []
    for first in stride(from: 0, to: dataset.count, by: Self.batch) {
      if isCancelled() { return nil }
      for row in probabilities(first..<min(first + Self.batch, dataset.count)) {
        // As an evaluation does: the first of equals.
        clusterOfImage.append(row[own].indexOfLargest)
      }
    }
    return clusterOfImage
  }

  /// How accurate the reported sub-head of a head is when only a part of the training labels says
  /// which class each of its clusters stands for.
  ///
  /// - Parameters:
  ///   - shares: in percent.
  ///   - evaluation: of these weights.
  ///   - seed: says which images the parts hold.
  /// - Returns: an accuracy a share, 0...1; nil if `isCancelled` said so on the way.
  package func accuracies(
    ofLabelShares shares: [Double], in dataset: ImageDataset, _ evaluation: HeadEvaluation,
    seed: UInt64, isCancelled: () -> Bool = { false }
  ) throws -> [Double]? {
    let reported = evaluation.reportedSubHead
    guard
      let clusters = try clusters(
        in: dataset, head: evaluation.head, subHead: reported, isCancelled: isCancelled)
    else { return nil }
    let measure = LabelShares(
      clusters: evaluation.subHeads[reported].clusters, labels: dataset.labels,
      classes: dataset.classes, splits: dataset.splits, seed: seed)
    return shares.map {
      measure.accuracy(share: $0, clusterOfImage: clusters, labels: dataset.labels)
    }
  }
}
