import Datasets

/// Variants of a configuration, each trained with several seeds, and what to put beside them.
package struct Experiment: Sendable, Equatable {
  /// One setting that a file names: its dotted key and the value as `--set` takes it.
  package struct Setting: Sendable, Equatable {
    package var key: String
    package var value: String
  }

  /// What is computed without a training.
  package enum Baseline: String, Sendable, Codable, CaseIterable {
    /// k-means on the pixels as they are; of pixels' own classes, on their colours.
    case kMeans = "k-means"
    /// k-means on the features of a network that was never trained.
    case randomNetwork = "random-network"
    /// k-means on the colours and the places of pixels.
    case kMeansPosition = "k-means-position"
    /// The most frequent class of pixels, everywhere.
    case majority
  }

  /// A figure that somebody has published, in percent.
  package struct PublishedFigure: Sendable, Equatable {
    package var mean: Double
    /// nil where none is given.
    package var deviation: Double?
  }

  /// Labels on top of what another variant has learnt with the same seed.
  package struct FineTuning: Sendable, Equatable {
    /// The name of that variant.
    package var variant: String
    /// Whether its weights are left, for comparison; network, views and data are the same.
    package var isFromScratch: Bool
  }

  package struct Variant: Sendable, Equatable {
    /// Part of its runs' names.
    package var name: String
    /// What the table calls it.
    package var title: String
    /// In place of the experiment's.
    package var preset: String?
    package var settings: [Setting] = []
    /// A split that the data must have for the variant to make sense.
    package var needs: Split?
    /// nil for a training.
    package var baseline: Baseline?
    /// nil for a training without labels.
    package var fineTuning: FineTuning?
    /// Accuracy of the sub-head with the lowest loss, by data set.
    package var published: [String: PublishedFigure] = [:]
    /// Mean accuracy of the sub-heads, by data set.
    package var publishedMean: [String: PublishedFigure] = [:]
  }

  /// What its runs' names begin with.
  package var name: String
  /// The path of its file, for messages.
  package var source: String
  package var title: String
  package var preset: String?
  /// Of every variant, in front of the variant's own.
  package var settings: [Setting]
  /// At least one, each once.
  package var seeds: [UInt64]
  /// Parts of the training labels, in percent, that name the clusters of a finished run; empty
  /// where only all of them are asked for.
  package var labelShares: [Double]
  /// At least one.
  package var variants: [Variant]
}
