import Clustering
import Datasets
import Foundation
import Kernels
import RunStorage
import Training

/// How accurate clusters are when only a part of the training labels says which class each stands
/// for (Ji et al. 2019, figure 6).
package struct LabelShares: Sendable {
  private let clusters: Int
  private let classes: Int
  /// The labelled training images of each class, in an order that the seed has drawn.
  private let training: [[Int]]
  private let test: [Int]

  /// Where the data have no test images, a fifth of each class stands in for them, drawn by the
  /// seed; its labels then name no cluster.
  package init(
    clusters: Int, labels: [Int32], classes: Int, splits: [Split: Range<Int>], seed: UInt64
  ) {
    func labelled(_ split: Split) -> [Int] { (splits[split] ?? 0..<0).filter { labels[$0] >= 0 } }
    var training = [[Int]](repeating: [], count: classes)
    for image in labelled(.train) { training[Int(labels[image])].append(image) }
    for label in training.indices {
      var random = RandomStream(seed: seed, sample: label, purpose: .labelShare)
      training[label].shuffle(using: &random)
    }
    var test = labelled(.test)
    if test.isEmpty {
      for label in training.indices {
        let count = (training[label].count + 2) / 5
        test += training[label].suffix(count)
        training[label].removeLast(count)
      }
    }
    self.clusters = clusters
    self.classes = classes
    self.training = training
    self.test = test
  }

  /// The share that gives the rarest class an image of its own, in percent; nil without labels.
  package var smallestShare: Double? {
    training.map(\.count).filter { $0 > 0 }.min().map { 50 / Double($0) }
  }

  /// Accuracy on the test images, 0...1, when each cluster takes the class that is most frequent in
  /// it among a share of the training images: the same share of each class, at least one image. A
  /// smaller share is a part of a larger one.
  ///
  /// - Parameters:
  ///   - share: in percent.
  ///   - clusterOfImage: of every image of the data set.
  package func accuracy(share: Double, clusterOfImage: [Int], labels: [Int32]) -> Double {
    var known = ContingencyTable(clusters: clusters, classes: classes)
    for (label, images) in training.enumerated() {
      let count = max(1, Int((Double(images.count) * share / 100).rounded()))
      for image in images.prefix(count) { known.add(cluster: clusterOfImage[image], label: label) }
    }
    var tested = ContingencyTable(clusters: clusters, classes: classes)
    for image in test { tested.add(cluster: clusterOfImage[image], label: Int(labels[image])) }
    return tested.accuracy(under: ClusterAssignment(majority: known))
  }
}

/// The accuracies of a finished run by share of labels, in a file of its folder.
struct LabelShareRecord: Codable, Equatable {
  struct Point: Codable, Equatable {
    /// In percent.
    var share: Double
    /// 0...1
    var accuracy: Double
  }

  /// The step of the weights.
  var step: Int
  var points: [Point]

  private static func file(_ run: RunFolder) -> URL {
    run.url.appendingPathComponent("label-shares.json")
  }

  /// nil if there is none, or only one of other weights: it can be made again.
  static func read(_ run: RunFolder, step: Int) throws -> LabelShareRecord? {
    guard let data = try? Data(contentsOf: file(run)) else { return nil }
    let record = try? JSONDecoder().decode(LabelShareRecord.self, from: data)
    return record?.step == step ? record : nil
  }

  func write(_ run: RunFolder) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try AtomicFile.write(encoder.encode(self), to: Self.file(run))
  }

  /// nil unless it has all of the shares.
  func accuracies(of shares: [Double]) -> [Double]? {
    let found = shares.compactMap { share in points.first { $0.share == share }?.accuracy }
    return found.count == shares.count ? found : nil
  }
}
