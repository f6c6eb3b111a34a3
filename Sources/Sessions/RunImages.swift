import Datasets
import RunStorage
import Snapshots
import Training

/// What a run has recorded of its images, to tell whether others can take their place.
struct RunImages {
  let run: String
  let samples: SampleImages
  let description: RunDescription
  /// Pictures whose pixels are clustered may have any size.
  private let clustersPixels: Bool

  init(_ reader: RunHistoryReader, run: String) throws {
    self.run = run
    samples = try reader.samples()
    description = try reader.description()
    clustersPixels =
      try Configuration(recorded: description.configuration, source: run).method == .segmentation
  }

  /// Throws `SessionError` where a network that learnt from the run's images cannot judge these.
  ///
  /// - Parameter source: the folder or the data set, for messages.
  func checkEvaluating(_ dataset: ImageDataset, source: String) throws(SessionError) {
    let own = ImageSize(height: samples.height, width: samples.width, channels: samples.channels)
    if clustersPixels {
      guard samples.count == 0 || own.channels == dataset.channels else {
        throw SessionError(
          "\(source): its pictures have \(dataset.channels) channels, expected \(own.channels), as "
            + "those that \(run) was trained on")
      }
      return
    }
    guard samples.count == 0 || own == dataset.size else {
      throw SessionError(
        "\(source): its images are \(dataset.size), expected \(own), as \(run) was trained on")
    }
  }

  /// Throws `SessionError` where these are not the images that the run began with.
  func checkResuming(_ dataset: ImageDataset, source: String) throws(SessionError) {
    try checkEvaluating(dataset, source: source)
    let (found, expected) = (dataset.classNames, description.classNames)
    guard found.count == expected.count else {
      throw SessionError(
        "\(source): has \(found.count) classes, expected the \(expected.count) of \(run)")
    }
    if let (other, own) = zip(found, expected).first(where: { $0 != $1 }) {
      throw SessionError("\(source): has a class '\(other)', expected '\(own)' as in \(run)")
    }
  }

  /// Throws `SessionError` where these are not the data that the run learnt from, however alike.
  func checkIdentity(_ dataset: ImageDataset, source: String) throws(SessionError) {
    // A run of an older program does not know.
    guard let expected = description.data else { return }
    let found = DataIdentity(dataset)
    guard found == expected else {
      // What is left out comes last, and may be why they are others.
      let note = dataset.notes.last.map { " (\($0))" } ?? ""
      throw SessionError(
        "\(source): has \(found)\(note), expected \(expected), the data of \(run); --data-changed "
          + "insists")
    }
  }

  /// Throws `SessionError` where the trainer that was made of the images would evaluate or show
  /// others than the run did.
  ///
  /// - Parameters:
  ///   - description: describes the run as it would go on.
  ///   - samples: the images that the screen shows, chosen from all by the seed.
  ///   - mayDiffer: whether the data may be others than before.
  func checkResuming(
    _ description: RunDescription, _ samples: SampleImages, source: String, mayDiffer: Bool
  ) throws(SessionError) {
    if mayDiffer { return }
    guard description.evaluationImages == self.description.evaluationImages else {
      throw SessionError(
        "\(source): has \(description.evaluationImages) images to evaluate, expected the "
          + "\(self.description.evaluationImages) of \(run)")
    }
    guard samples == self.samples else {
      throw SessionError("\(source): its images are not those that \(run) was trained on")
    }
  }
}

extension RunHistoryReader {
  /// Throws `SessionError` where the run's network cannot judge these images.
  ///
  /// - Parameter mayDiffer: whether they may be others than the run's.
  package func check(
    _ dataset: ImageDataset, evaluating settings: Configuration, run: String, mayDiffer: Bool
  ) throws {
    let images = try RunImages(self, run: run)
    try images.checkEvaluating(dataset, source: settings.dataSource)
    if !mayDiffer { try images.checkIdentity(dataset, source: settings.dataSource) }
  }
}
