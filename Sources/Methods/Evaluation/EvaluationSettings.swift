import Datasets
import Kernels
import Settings

/// On which images a run is measured.
package struct EvaluationSettings: Sendable, Equatable {
  /// What is measured; those with labels, or all where none has any, if empty.
  package var splits: [Split] = []
  /// What says which class a cluster stands for; the images that are measured if empty.
  package var assignmentSplits: [Split] = []
  /// Measured in every evaluation but the last: a sample that stays the same for the whole run; 0
  /// for all.
  package var images = 0
  /// Measured in the last one; 0 for all.
  package var finalImages = 0

  package init() {}

  /// Unlabelled images are in no class, so that they cannot be scored.
  package static let schema: [SettingsField<EvaluationSettings>] = [
    .choices("splits", \.splits, among: [.train, .test]),
    .choices("mapping_splits", \.assignmentSplits, among: [.train, .test]),
    .integer("images", \.images, from: 0),
    .integer("final_images", \.finalImages, from: 0),
  ]
}

/// The images of a run's evaluations, as indices into its data set.
package struct EvaluationImages: Sendable, Equatable {
  /// One evaluation's.
  package struct Selection: Sendable, Equatable {
    /// Images that are measured.
    package var measured: [Int]
    /// Images that say which class a cluster stands for; nil if they are the measured ones.
    package var assignment: [Int]?

    /// At most so many of the measured images, evenly spread, the same ones each time.
    func sample(limit: Int) -> Selection {
      let count = min(limit, measured.count)
      return Selection(
        measured: (0..<count).map { measured[$0 * measured.count / count] }, assignment: nil)
    }
  }

  /// The images of every evaluation but the last.
  package let regular: Selection
  /// The images of the last evaluation.
  package let final: Selection

  /// - Parameters:
  ///   - settings: validated against the data set.
  ///   - seed: says which images a sample holds.
  package init(_ settings: EvaluationSettings, of dataset: ImageDataset, seed: UInt64) {
    let all =
      settings.splits.isEmpty
      ? Array(dataset.relevantImages) : dataset.splits.images(of: settings.splits)
    let assignment = dataset.splits.images(of: settings.assignmentSplits)
    let isApart = !settings.assignmentSplits.isEmpty && assignment != all
    func selection(_ count: Int) -> Selection {
      Selection(
        measured: Self.sample(count, of: all, seed: seed),
        assignment: isApart ? Self.sample(count, of: assignment, seed: seed) : nil)
    }
    regular = selection(settings.images)
    final = selection(settings.finalImages)
  }

  /// Images that every evaluation measures.
  package var alwaysMeasured: [Int] {
    regular.measured.count <= final.measured.count ? regular.measured : final.measured
  }

  /// So many of the images, all if 0, in their order. A smaller sample is a part of a larger one.
  private static func sample(_ count: Int, of images: [Int], seed: UInt64) -> [Int] {
    guard count > 0, count < images.count else { return images }
    var random = RandomStream(seed: seed, purpose: .evaluationSample)
    return images.shuffled(using: &random).prefix(count).sorted()
  }
}
