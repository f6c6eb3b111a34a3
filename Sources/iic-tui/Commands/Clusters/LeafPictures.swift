import Datasets
import Foundation
import RunStorage
import Sessions
import Snapshots

/// The picture beside each leaf of a tree: the sample image of the run that its clusters are surest
/// of. Few samples are recorded; where a leaf has none, the image of all of the run's data.
struct LeafPictures {
  private let samples: SampleImages
  private let subHead: SubHeadEvaluation
  /// nil where every leaf has a sample, or the data are not to be had.
  private var images: TypicalImages?

  /// - Parameter leaves: the clusters of each.
  init(
    _ run: RunFolder, head: HeadID, _ subHead: SubHeadEvaluation, samples: SampleImages,
    leaves: [[Int]]
  ) {
    self.samples = samples
    self.subHead = subHead
    guard leaves.contains(where: { sample(ofClusters: $0) == nil }) else { return }
    do {
      images = try PictureProgress.showing {
        try TypicalImages(
          run, head: head, number: subHead.index + 1, progress: PictureProgress.report)
      }
    } catch {
      StandardStreams.note("\(error); leaves without a sample have no picture")
    }
  }

  /// In base64; nil for none.
  func png(ofClusters clusters: [Int]) -> String? {
    let picture = sample(ofClusters: clusters) ?? images?.picture(ofClusters: clusters)
    return picture.flatMap { try? $0.pngBytes(path: "") }.map { Data($0).base64EncodedString() }
  }

  /// nil where no sample is more likely in these clusters than not.
  private func sample(ofClusters clusters: [Int]) -> Picture? {
    let count = min(samples.count, subHead.sampleProbabilities.count / max(1, subHead.clusters))
    func probability(_ sample: Int) -> Float {
      clusters.reduce(0) { $0 + subHead.sampleProbabilities[sample * subHead.clusters + $1] }
    }
    guard let best = (0..<count).max(by: { probability($0) < probability($1) }),
      probability(best) > 0.5
    else { return nil }
    let size = samples.width * samples.height * samples.channels
    return Picture(
      width: samples.width, height: samples.height, channels: samples.channels,
      pixels: Array(samples.pixels[best * size..<(best + 1) * size]))
  }
}
