import Datasets
import Methods
import RunStorage
import Snapshots
import Training

/// A run's network that clusters pixels and the sub-head that speaks for it, ready for pictures of
/// any size.
package struct PixelPredictor {
  /// What each cluster is called, in order.
  package let labels: [ClusterLabel]
  /// The class that each cluster stands for, −1 for none.
  package let classOfCluster: [Int]
  /// The run's classes.
  package let classNames: [String]
  private let network: StoredNetwork
  private let subHead: NamedSubHead
  private let options: SegmentationFolderFormat.Options

  /// Whether a run's network clusters pixels.
  package static func suits(_ folder: RunFolder) throws -> Bool {
    let description = try RunHistoryReader(folder).description()
    return try Configuration(recorded: description.configuration, source: folder.name).method
      == .segmentation
  }

  /// - Parameters:
  ///   - head: the run's main one if nil.
  ///   - number: of the sub-head, from 1; the reported one if nil.
  ///   - weights: which ones the network is given.
  /// - Throws: an error of one line where the run lacks weights, an evaluation or this head.
  package init(_ folder: RunFolder, head: HeadID?, number: Int?, weights: WeightsChoice) throws {
    let description = try RunHistoryReader(folder).description()
    let settings = try Configuration(recorded: description.configuration, source: folder.name)
    try settings.validate(source: folder.name)
    options = settings.segmentationOptions(progress: { _, _ in })
    network = try StoredNetwork(
      folder, settings, imageChannels: options.channels, classes: description.classNames.count,
      weights: weights)
    subHead = try NamedSubHead(folder, head: head, number: number, atOrBefore: network.step)
    guard let evaluation = subHead.evaluation else {
      throw SessionError("\(folder.name): has no evaluation yet, which tells the best sub-head")
    }
    let clusters = evaluation.clusters
    guard network.size(of: subHead.head.name)?.clusters == clusters else {
      throw SessionError(
        "\(folder.name): head \(subHead.head.name) is not the same in its settings and its "
          + "evaluation")
    }
    let subHead = subHead
    labels = (0..<clusters).map { subHead.label($0) }
    classOfCluster =
      evaluation.scores?.classOfCluster ?? Array(repeating: -1, count: clusters)
    classNames = description.classNames
  }

  /// The cluster of each pixel of a picture, `[height, width]` of the picture itself: the network
  /// sees it as it saw the run's own, scaled and in squares, and each pixel has the cluster of the
  /// place where it was.
  ///
  /// - Parameter path: the picture's, for messages.
  /// - Throws: an error of one line if the picture lacks channels or would be too large.
  package func clusters(of picture: Picture, path: PathBytes) throws -> [UInt8] {
    let scaled = try SegmentationFolderFormat.scaled(picture, options, path: path)
    let dataset = ImageDataset(
      name: "picture",
      source: MemoryImages(
        size: ImageSize(
          height: scaled.height, width: scaled.width, channels: scaled.channels),
        pixels: scaled.pixels), labels: nil, classNames: [])
    guard let tiles = network.pixelProbabilities(in: dataset) else {
      throw SessionError("the run clusters whole images")
    }
    let map = tiles.assignment(of: 0, head: subHead.head.name, subHead: subHead.place).map
    return Picture(width: scaled.width, height: scaled.height, channels: 1, pixels: map)
      .sampled(width: picture.width, height: picture.height).pixels
  }
}

extension Configuration {
  /// How a segmentation folder's pictures are read.
  func segmentationOptions(
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
  ) -> SegmentationFolderFormat.Options {
    var options = SegmentationFolderFormat.Options(
      scale: segmentation.pictureScale, longest: segmentation.longestSide,
      channels: max(pictureChannels, 3), threads: threadCount, progress: progress)
    options.keepsUnlabelled = !segmentation.masksUnlabelled
    return options
  }
}
