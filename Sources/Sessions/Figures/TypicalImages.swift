import Datasets
import RunStorage
import Snapshots

/// The image of the run's data that each cluster of a sub-head is surest of.
package struct TypicalImages {
  private let dataset: ImageDataset
  /// By cluster; nil for one that no image is in.
  private let surest: [(image: Int, probability: Float)?]

  /// Goes through all images.
  ///
  /// - Parameter number: the sub-head, from 1.
  /// - Throws: an error of one line where the run's data or weights are not to be had, or it
  ///   clusters pixels.
  package init(
    _ run: RunFolder, head: HeadID, number: Int,
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
  ) throws {
    let assigner = try ClusterAssigner(
      run, head: head, number: number, weights: .latest, dataset: nil, data: nil,
      mayDiffer: false, progress: progress)
    var surest = [(image: Int, probability: Float)?](
      repeating: nil, count: assigner.subHead.head.clusters)
    assigner.forEachImage { image, assignments in
      let own = assignments[assigner.subHead.place]
      if own.probability > surest[own.cluster]?.probability ?? 0 {
        surest[own.cluster] = (image, own.probability)
      }
      return true
    }
    dataset = assigner.dataset
    self.surest = surest
  }

  /// The picture that the surest of some clusters is surest of; nil where no image is in any.
  package func picture(ofClusters clusters: [Int]) -> Picture? {
    let candidates = clusters.compactMap { surest[$0] }
    guard let best = candidates.max(by: { $0.probability < $1.probability }) else { return nil }
    let size = dataset.source.size(of: best.image)
    let pixels = dataset.source.withPixels(of: best.image) {
      Array(UnsafeBufferPointer(start: $0, count: size.byteCount))
    }
    return Picture(
      width: size.width, height: size.height, channels: size.channels, pixels: pixels)
  }
}
