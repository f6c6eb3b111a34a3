import Datasets
import Kernels
import Methods
import NeuralNet
import RunStorage
import Snapshots
import Training

/// What one sub-head says of one picture.
package struct ImagePrediction: Sendable, Equatable {
  package var cluster: Int
  /// nil if the cluster maps to no class.
  package var className: String?
  /// What the cluster is called.
  package var label: ClusterLabel
  /// One a cluster.
  package var probabilities: [Float]
}

/// A run's network and the sub-head that speaks for it, ready for pictures.
package struct ImagePredictor {
  package let clusters: Int
  /// What a person should know of the weights, one line each.
  package let notes: [String]
  private let subHead: NamedSubHead
  private let evaluation: SubHeadEvaluation
  private let imageSize: ImageSize
  private let typical: TypicalPictures
  private let settings: Configuration
  /// The chosen sub-head's probabilities of all images of a data set, one row an image.
  private let probabilities: (ImageDataset) throws -> [[Float]]

  /// - Parameters:
  ///   - head: the run's main one if nil.
  ///   - number: of the sub-head, from 1; the reported one if nil.
  ///   - weights: which ones the network is given.
  /// - Throws: an error of one line where the run lacks weights, an evaluation or this head.
  package init(_ folder: RunFolder, head: HeadID?, number: Int?, weights: WeightsChoice) throws {
    let reader = RunHistoryReader(folder)
    let description = try reader.description()
    let settings = try Configuration(
      recorded: description.configuration, source: folder.name)
    try settings.validate(source: folder.name)
    let samples = try reader.samples()
    guard samples.count > 0 else {
      throw SessionError(
        "\(folder.name): has none of its images, which say what others should be")
    }
    let network = try StoredNetwork(
      folder, settings, imageChannels: samples.channels, classes: description.classNames.count,
      weights: weights)
    let step = network.step
    let subHead = try NamedSubHead(folder, head: head, number: number, atOrBefore: step)
    self.subHead = subHead
    guard let evaluation = subHead.evaluation, let evaluationStep = subHead.evaluationStep else {
      throw SessionError("\(folder.name): has no evaluation yet, which tells the best sub-head")
    }
    self.evaluation = evaluation
    var notes = subHead.noteOnOtherNames.map { [$0] } ?? []
    if evaluationStep != step, description.hasClasses {
      notes.append(
        "\(folder.name): weights of step \(step), clusters named by the evaluation after step "
          + "\(evaluationStep); --best has both of one step")
    }
    self.notes = notes
    let clusters = evaluation.clusters
    self.clusters = clusters
    let head = subHead.head.name
    let size = network.size(of: head)
    guard size?.clusters == clusters, size?.subHeads == subHead.head.subHeads
    else {
      throw SessionError(
        "\(folder.name): head \(head.rawValue) is not the same in its settings and its evaluation")
    }
    let first = subHead.place * clusters
    probabilities = { dataset in
      try network.probabilities(in: dataset, head: head)(0..<dataset.count)
        .map { Array($0[first..<first + clusters]) }
    }
    imageSize = ImageSize(
      height: samples.height, width: samples.width, channels: samples.channels)
    typical = TypicalPictures(
      pixels: samples.pixels, width: samples.width, height: samples.height,
      channels: samples.channels)
    self.settings = settings
  }

  /// The picture in the channels and the size of the run's own, and why it is unlike these, nil if
  /// it is not.
  package func prepared(_ picture: Picture, invert: Bool) -> (picture: Picture, oddity: String?) {
    let result = laidOut(invert ? picture.inverted() : picture)
    guard let oddity = typical.oddity(of: result) else { return (result, nil) }
    let negative = laidOut(invert ? picture : picture.inverted())
    let negativeFits = typical.oddity(of: negative) == nil
    let advice = negativeFits ? "; \(invert ? "without" : "with") --invert it would fit" : ""
    return (result, oddity + advice)
  }

  /// The picture as training saw it. For a run on a folder of pictures that is the middle square;
  /// for other runs the whole picture, on a ground.
  private func laidOut(_ picture: Picture) -> Picture {
    if settings.dataset == ImageFolderFormat.name {
      return PictureShape(side: imageSize.side, channels: imageSize.channels).square(of: picture)
    }
    return picture.converted(to: imageSize.channels, ground: typical.ground)
      .fitted(width: imageSize.width, height: imageSize.height, ground: typical.ground)
  }

  /// Predicts prepared pictures, all in one batch, as an evaluation sees them: the centre crop, or
  /// the mean over the crops that a fine-tuned run is measured with.
  package func predict(_ pictures: [Picture]) throws -> [ImagePrediction] {
    guard !pictures.isEmpty else { return [] }
    let dataset = ImageDataset(
      name: "images",
      source: MemoryImages(size: imageSize, pixels: pictures.flatMap(\.pixels)), labels: nil,
      classNames: [])
    let classNames = subHead.description.classNames
    return try probabilities(dataset).map { probabilities in
      // As an evaluation does: the first of equals.
      let cluster = probabilities.indexOfLargest
      let label = evaluation.scores?.classOfCluster[cluster] ?? -1
      return ImagePrediction(
        cluster: cluster, className: classNames.indices.contains(label) ? classNames[label] : nil,
        label: subHead.label(cluster), probabilities: probabilities)
    }
  }
}
