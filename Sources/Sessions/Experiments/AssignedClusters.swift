import Datasets
import Kernels
import NeuralNet
import RunStorage
import Snapshots
import Training

/// The cluster that a finished run puts every image of its data in.
enum AssignedClusters {
  /// Images through the network at once.
  private static let batch = 240

  /// What the main head's reported sub-head says of each image as evaluation sees it;
  /// nil if `isCancelled` said so on the way.
  ///
  /// - Throws: an error of one line where the run lacks weights or an evaluation of them.
  static func ofAllImages(
    _ run: RunFolder, _ settings: Configuration, _ dataset: ImageDataset, context: ComputeContext,
    isCancelled: () -> Bool
  ) throws -> (clusterOfImage: [Int], clusters: Int)? {
    let reader = RunHistoryReader(run)
    let description = try reader.description()
    let network = try StoredNetwork(
      run, settings, imageChannels: dataset.channels, classes: description.classNames.count,
      best: false, context: context)
    guard let main = description.mainHead,
      let evaluation = try reader.evaluation(atOrBefore: network.step),
      evaluation.step == network.step, let head = evaluation[main.name]
    else {
      throw SessionError("\(run.name): has no evaluation of its weights of step \(network.step)")
    }
    let probabilities = try network.probabilities(in: dataset, head: main.name)
    let own = head.reportedSubHead * main.clusters..<(head.reportedSubHead + 1) * main.clusters
    var clusterOfImage: [Int] = []
    for first in stride(from: 0, to: dataset.count, by: batch) {
      if isCancelled() { return nil }
      for row in probabilities(first..<min(first + batch, dataset.count)) {
        // As an evaluation does: the first of equals.
        clusterOfImage.append(row[own].indexOfLargest)
      }
    }
    return (clusterOfImage, main.clusters)
  }
}
