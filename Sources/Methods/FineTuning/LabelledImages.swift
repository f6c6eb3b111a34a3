import Datasets
import Kernels
import Settings

/// Which images fine-tuning trains on and which it measures, as indices into the data set.
///
/// A labelled test split is measured and the training split trained on; a data set without one is
/// parted. Both the part and the share of labels are drawn from each class by the seed, so that
/// classes keep their proportions; a larger share holds all images of a smaller one.
package struct LabelledImages: Sendable, Equatable {
  /// In order.
  package let trained: [Int]
  /// In order.
  package let measured: [Int]

  /// - Parameter source: what to blame.
  /// - Throws: `SettingsError` if a class that is measured would have no image to learn from, or
  ///   there are fewer than two classes to tell apart.
  package init(
    _ settings: FineTuningSettings, of dataset: ImageDataset, seed: UInt64, source: String
  ) throws(SettingsError) {
    func refuse(_ key: String, _ problem: String) -> SettingsError {
      SettingsError(source: source, key: key, problem: problem)
    }
    let (pools, measured) = Self.parted(dataset, heldOut: settings.heldOut, seed: seed)
    self.measured = measured
    let covered = pools.count { !$0.isEmpty }
    guard covered >= 2 else {
      throw refuse(
        "finetune.labels",
        "the labels of \(dataset.name)'s training images cover "
          + "\(covered == 0 ? "no class" : "1 class"), expected at least 2")
    }
    guard !measured.isEmpty else {
      throw refuse(
        "finetune.held_out",
        "leaves no image of \(dataset.name) to measure: no class has more than one")
    }
    for label in Set(measured.map { Int(dataset.labels[$0]) }).sorted() where pools[label].isEmpty {
      throw refuse(
        "finetune.labels",
        "class '\(dataset.classNames[label])' is measured and has no labelled training image, "
          + "expected at least 1")
    }
    var trained: [Int] = []
    for (label, pool) in pools.enumerated() where !pool.isEmpty {
      let exact = settings.labels * Double(pool.count)
      guard exact >= 1 - 1e-9 else {
        throw refuse(
          "finetune.labels",
          "is \(settings.labels), which of the \(pool.count) images of class "
            + "'\(dataset.classNames[label])' is less than one; expected at least "
            + "\(Self.leastShare(of: pools))")
      }
      trained += pool.prefix(Int(exact.rounded()))
    }
    self.trained = trained.sorted()
  }

  /// The images that are measured, whether or not there are any to train on.
  package static func measured(
    _ settings: FineTuningSettings, of dataset: ImageDataset, seed: UInt64
  ) -> [Int] {
    parted(dataset, heldOut: settings.heldOut, seed: seed).measured
  }

  /// The images that may be trained on, by class and in an order of the seed's, and those that are
  /// measured.
  private static func parted(
    _ dataset: ImageDataset, heldOut: Double, seed: UInt64
  ) -> (pools: [[Int]], measured: [Int]) {
    func byClass(_ images: [Int]) -> [[Int]] {
      var members = [[Int]](repeating: [], count: dataset.classes)
      for image in images where dataset.labels[image] >= 0 {
        members[Int(dataset.labels[image])].append(image)
      }
      return members.enumerated().map { label, images in
        var random = RandomStream(seed: seed, sample: label, purpose: .labelledShare)
        return images.shuffled(using: &random)
      }
    }
    let test = dataset.splits.images(of: [.test]).filter { dataset.labels[$0] >= 0 }
    if !test.isEmpty { return (byClass(dataset.splits.images(of: [.train])), test) }
    var pools = byClass(Array(dataset.relevantImages))
    var measured: [Int] = []
    for label in pools.indices {
      let count = Int((heldOut * Double(pools[label].count)).rounded(.up))
      // A class of one image is learnt rather than measured.
      let held = min(count, max(0, pools[label].count - 1))
      measured += pools[label].suffix(held)
      pools[label].removeLast(held)
    }
    return (pools, measured.sorted())
  }

  /// The share that holds an image of the smallest class, rounded up to four digits.
  private static func leastShare(of pools: [[Int]]) -> Double {
    let smallest = pools.map(\.count).filter { $0 > 0 }.min() ?? 1
    return (1e4 / Double(smallest)).rounded(.up) / 1e4
  }
}

/// The images of each step: pass after pass over all of them, each in an order of its own. A batch
/// may end one pass and begin the next, so that a handful of images fills it as well.
final class LabelledPasses {
  private let images: [Int]
  private let batchSize: Int
  private let seed: UInt64
  /// The orders of the last passes asked for.
  private var orders: [Int: [Int]] = [:]

  /// Requires at least one image.
  init(_ images: [Int], batchSize: Int, seed: UInt64) {
    precondition(!images.isEmpty, "no images to train on")
    self.images = images
    self.batchSize = batchSize
    self.seed = seed
  }

  /// The images of step `step`, from 0, each with its pass, from 1.
  func batch(ofStep step: Int) -> [(image: Int, pass: Int)] {
    (step * batchSize..<(step + 1) * batchSize).map { position in
      let pass = position / images.count + 1
      return (order(ofPass: pass)[position % images.count], pass)
    }
  }

  /// Each image of the step in a view of its own.
  func plan(ofStep step: Int) -> BatchPlan {
    BatchPlan(
      rows: batch(ofStep: step).enumerated().map { place, row in
        let random = RandomStream(
          seed: seed, epoch: row.pass, sample: row.image, purpose: .firstView)
        return BatchPlan.Row(
          image: row.image, view: .drawn(index: 0, random), places: place..<place + 1)
      })
  }

  private func order(ofPass pass: Int) -> [Int] {
    if let order = orders[pass] { return order }
    // The step in hand and the one that is rendered beside it lie in two passes at most, or in
    // short ones.
    if orders.count >= 2 { orders.removeAll() }
    let order = EpochPlan(of: images, pairs: 1, repeats: 1, seed: seed, epoch: pass).order
    orders[pass] = order
    return order
  }
}
