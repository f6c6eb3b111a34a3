import Datasets
import Methods
import RunStorage
import Snapshots
import Training

/// A run's network over the pixels of every picture of a data set, seen as an evaluation sees them.
package struct PixelAssigner {
  /// The sub-head that was asked for.
  package let subHead: NamedSubHead
  package let dataset: ImageDataset
  private let tiles: TiledProbabilities

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
    let (settings, images) = try folder.loadData(
      dataset: dataset, data: data, mayDiffer: mayDiffer, progress: progress)
    try settings.validate(source: folder.name)
    let network = try StoredNetwork(
      folder, settings, imageChannels: images.channels,
      classes: try RunHistoryReader(folder).description().classNames.count, weights: weights)
    subHead = try NamedSubHead(folder, head: head, number: number, atOrBefore: network.step)
    guard let tiles = network.pixelProbabilities(in: images),
      network.size(of: subHead.head.name)?.clusters == subHead.head.clusters
    else {
      throw SessionError(
        "\(folder.name): head \(subHead.head.name) is not the same in its settings and its history")
    }
    self.tiles = tiles
    self.dataset = images
  }

  /// The cluster of each pixel of a picture, `[height, width]`, and how probable it is.
  package func clusters(of image: Int) -> (map: [UInt8], probabilities: [Float]) {
    tiles.assignment(of: image, head: subHead.head.name, subHead: subHead.place)
  }
}
