import Datasets
import Kernels
import Methods
import NeuralNet
import RunStorage
import Snapshots
import Training

/// A run's network over every image of a data set, seen as an evaluation sees them: the centre
/// crop.
package struct ClusterAssigner {
  /// What one sub-head says of one image: its most probable cluster, the first of equals.
  package struct Assignment: Sendable, Equatable {
    package var cluster: Int
    package var probability: Float
  }

  /// The sub-head that was asked for.
  package let subHead: NamedSubHead
  package let dataset: ImageDataset
  /// The other sub-heads of its head and itself, in order; empty before the first evaluation.
  private let evaluations: [SubHeadEvaluation]
  /// Of all sub-heads of the head, one row an image.
  private let probabilities: (_ images: Range<Int>) -> [[Float]]

  /// Images through the network at once.
  private static let batch = 240

  /// - Parameters:
  ///   - head, number: as `NamedSubHead`.
  ///   - weights: which ones the network is given.
  ///   - dataset, data, progress: as `RunFolder.loadData`.
  /// - Throws: an error of one line.
  package init(
    _ folder: RunFolder, head: HeadID?, number: Int?, weights: WeightsChoice, dataset: String?,
    data: String?,
    mayDiffer: Bool,
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
  ) throws {
    guard try !PixelPredictor.suits(folder) else {
      throw SessionError(
        "\(folder.name): clusters pixels, not whole images; 'iic-tui predict' writes a map of each "
          + "picture, 'iic-tui clusters \(folder.name) sheet' shows the segments")
    }
    var (settings, images) = try folder.loadData(
      dataset: dataset, data: data, mayDiffer: mayDiffer, progress: progress)
    // Nothing is measured here.
    settings.clustering.evaluation = EvaluationSettings()
    try settings.validate(
      source: folder.name, images: images.count, side: images.size.side,
      classes: images.classes, splits: images.splits, isTrained: false)
    let reader = RunHistoryReader(folder)
    let network = try StoredNetwork(
      folder, settings, imageChannels: images.channels,
      classes: try reader.description().classNames.count, weights: weights)
    subHead = try NamedSubHead(folder, head: head, number: number, atOrBefore: network.step)
    let evaluation = try reader.evaluation(atOrBefore: network.step) ?? reader.evaluation()
    evaluations = evaluation?[subHead.head.name]?.subHeads ?? []
    let size = network.size(of: subHead.head.name)
    guard size?.clusters == subHead.head.clusters, size?.subHeads == subHead.head.subHeads
    else {
      throw SessionError(
        "\(folder.name): head \(subHead.head.name) is not the same in its settings and its history")
    }
    self.dataset = images
    probabilities = try network.probabilities(in: images, head: subHead.head.name)
  }

  /// What a cluster of sub-head `place` is called.
  package func label(_ cluster: Int, at place: Int) -> ClusterLabel {
    subHead.label(
      cluster, of: evaluations.indices.contains(place) ? evaluations[place] : nil, at: place)
  }

  /// Calls `body` with every image in order, and what each sub-head says of it, until it returns
  /// false. One batch of images is in memory at a time.
  package func forEachImage<Failure: Error>(
    _ body: (_ image: Int, _ assignments: [Assignment]) throws(Failure) -> Bool
  ) throws(Failure) {
    let (clusters, subHeads) = (subHead.head.clusters, subHead.head.subHeads)
    for first in stride(from: 0, to: dataset.count, by: Self.batch) {
      let range = first..<min(first + Self.batch, dataset.count)
      for (image, row) in zip(range, probabilities(range)) {
        let assignments = (0..<subHeads).map { place in
          let own = row[place * clusters..<(place + 1) * clusters]
          let cluster = own.indexOfLargest
          return Assignment(cluster: cluster, probability: own[own.startIndex + cluster])
        }
        guard try body(image, assignments) else { return }
      }
    }
  }

  /// Where an image comes from, as a person finds it.
  package func place(of image: Int) -> (path: String?, split: Split, index: Int) {
    let path = dataset.files.map { $0.path(of: image).text }
    // Every image is in a split.
    let (split, range) =
      dataset.splits.first { $0.value.contains(image) }.map { ($0.key, $0.value) }
      ?? (.train, 0..<dataset.count)
    return (path, split, image - range.lowerBound)
  }
}
