import Datasets
import NeuralNet
import Settings
import Snapshots

/// Settings of the clustering of pixels (Ji et al. 2019, section 3.3).
package struct SegmentationSettings: Sendable, Equatable {
  /// What pictures are made smaller by when they are read.
  package var pictureScale = 1.0
  /// The longer side of a picture is made at most so long then, in pixels; 0 for any length.
  package var longestSide = 0
  package var network = SegmentationSettings.defaultNetwork
  /// The heads and how they take turns.
  package var turns = HeadTurns()
  /// Pairs in a batch, n.
  package var batchPairs = 60
  /// Pairs that are in memory at a time; all if 0. The loss and its gradient are those of the whole
  /// batch, batch-norm's statistics are each piece's own.
  package var piecePairs = 0
  /// Squares that are cut of each picture in a batch.
  package var sampleRepeats = 1
  /// λ: 1 is mutual information, more weighs the entropy of the clusters more.
  package var lambda = 1.0
  /// d: pixels count with those at most so far away, down and across.
  package var displacement = 10
  /// Whether pixels without a class are left out of the loss, where pixels have classes.
  package var masksUnlabelled = true
  package var restart = SegmentationSettings.defaultRestart
  package var views = PixelViewSettings()
  package var evaluation = EvaluationSettings()

  package init() {}

  /// A map has a byte a pixel, of which one value stands for none.
  private static let mostClusters = 254

  /// Pictures to compare sub-heads on, where whole images need thousands.
  private static var defaultRestart: RestartSettings {
    var restart = RestartSettings()
    restart.images = 100
    return restart
  }

  private static var defaultNetwork: NetworkSettings {
    var network = NetworkSettings()
    network.kind = .net10a
    return network
  }

  package static let schema: [SettingsField<SegmentationSettings>] =
    [
      .number("pictures.scale", \.pictureScale, from: 0.01, to: 10),
      .integer("pictures.longest", \.longestSide, from: 0, to: 65_536),
    ] + SettingsField.group("network", \.network, NetworkSettings.schema(kinds: [.net10a]))
    + SettingsField.group("heads", \.turns, HeadTurns.schema)
    + [
      .integer("training.batch_pairs", \.batchPairs, from: 1, to: 100_000),
      .integer("training.piece_pairs", \.piecePairs, from: 0, to: 100_000),
      .integer("training.sample_repeats", \.sampleRepeats, from: 1, to: 1000),
      .number("training.lambda", \.lambda, from: 0, to: 10, isOpen: true),
      .integer("segmentation.displacement", \.displacement, from: 0, to: 100),
      .flag("segmentation.masks_unlabelled", \.masksUnlabelled),
    ] + SettingsField.group("restart", \.restart, RestartSettings.schema)
    + SettingsField.group("transform", \.views, PixelViewSettings.schema)
    + SettingsField.group("evaluation", \.evaluation, EvaluationSettings.schema)

  /// The steps of each epoch. Requires settings that are validated against the data set.
  package func schedule(of dataset: ImageDataset) -> EpochSchedule {
    turns.schedule(of: dataset, pairs: batchPairs, repeats: sampleRepeats)
  }

  /// Squares through the network in one step.
  package var imagesPerStep: Int { 2 * batchPairs }
  /// Distinct pictures in one batch.
  package var imagesPerBatch: Int { batchPairs / sampleRepeats }
  /// Pairs that are in memory at a time.
  var pairsPerPiece: Int { piecePairs == 0 ? batchPairs : min(piecePairs, batchPairs) }

  package func architecture(inputChannels: Int) -> Architecture {
    network.architecture(
      inputSize: views.inputSize, inputChannels: inputChannels, input: views.input)
  }

  /// Memory of a training step, roughly: the network's on a piece, the batch's squares twice, and
  /// the maps of probabilities with their gradients and what the loss reads of them.
  package var estimatedBytes: Int {
    let outputs = turns.heads.map { $0.clusters * $0.subHeads }.max() ?? 0
    let side = 2 * displacement + 1
    // Of each sub-head the joint and its gradient at every displacement, and of one what threads
    // sum up apart.
    let joints = turns.heads.map { (2 * $0.subHeads + 6) * $0.clusters * $0.clusters }.max() ?? 0
    let pixels = views.inputSize * views.inputSize
    let network = architecture(inputChannels: 3).estimatedBytes(images: 2 * pairsPerPiece)
    let (maps, overflow) = (2 * pairsPerPiece * pixels).multipliedReportingOverflow(
      by: 4 * 5 * outputs)
    let (sum, tooMuch) = network.addingReportingOverflow(
      overflow ? .max : maps + 2 * 4 * 4 * imagesPerStep * pixels + 8 * joints * side * side)
    return tooMuch ? .max : sum
  }

  // MARK: Validation

  /// The settings that only make sense together.
  ///
  /// - Parameter source: the file to blame.
  /// - Throws: `SettingsError` for the first impossible combination.
  package func validate(source: String) throws(SettingsError) {
    func require(_ holds: Bool, _ key: String, _ problem: String) throws(SettingsError) {
      if !holds { throw SettingsError(source: source, key: key, problem: problem) }
    }
    try turns.validate(source: source)
    for head in turns.heads {
      try require(
        head.clusters <= Self.mostClusters, "heads.\(head.name).clusters",
        "is \(head.clusters), expected at most \(Self.mostClusters): a map has a byte a pixel"
      )
    }
    try require(
      batchPairs % sampleRepeats == 0, "training.batch_pairs",
      "is \(batchPairs), expected a multiple of training.sample_repeats, \(sampleRepeats)")
    // A piece starts where a block of images does.
    try require(
      piecePairs == 0 || piecePairs >= batchPairs || piecePairs % 6 == 0, "training.piece_pairs",
      "is \(piecePairs), expected 0 or a multiple of 6")
    let smallest = architecture(inputChannels: 1).smallestInput
    try require(
      views.inputSize >= smallest, "transform.input_size",
      "is \(views.inputSize), expected at least \(smallest) for \(network.kind.rawValue)")
    try require(
      displacement < views.inputSize, "segmentation.displacement",
      "is \(displacement), expected less than transform.input_size, \(views.inputSize)")
    try require(
      views.smallestScale <= views.largestScale, "transform.smallest_scale",
      "is \(views.smallestScale), expected at most transform.largest_scale, "
        + "\(views.largestScale)")
  }

  /// The settings that must fit the data and the machine; see `InformationClusteringSettings`.
  ///
  /// - Throws: `SettingsError` that names all that do not fit.
  package func validate(
    source: String, dataset: String, images: Int, classes: Int, splits: [Split: Range<Int>],
    memory: Int, isTrained: Bool = true
  ) throws(SettingsError) {
    var problems = turns.missingSplits(splits, evaluation, dataset: dataset)
    if isTrained, problems.isEmpty,
      let problem = turns.batchProblem(
        splits, dataset: dataset, images: images, imagesPerBatch: imagesPerBatch,
        repeats: sampleRepeats)
    {
      problems.append(problem)
    }
    if isTrained, estimatedBytes > memory {
      problems.append(
        (
          "training.piece_pairs",
          "is \(piecePairs), which with network.width \(network.width) and "
            + "segmentation.displacement \(displacement) needs about \(estimatedBytes >> 30) GiB; "
            + "expected at most this machine's \(memory >> 30) GiB"
        ))
    }
    problems += turns.clusterProblems(classes: classes, dataset: dataset)
    if let error = SettingsError(source: source, problems: problems) { throw error }
  }
}

/// How the two views of a square of a picture are drawn.
package struct PixelViewSettings: Sendable, Equatable {
  /// Side of the squares and of the input of the network, in the pictures' pixels.
  package var inputSize = 128
  package var flipProbability = 0.5
  package var affineProbability = 0.0
  package var rotationDegrees = 0.0
  package var smallestScale = 1.0
  package var largestScale = 1.0
  package var shearDegrees = 0.0
  package var brightness = 0.4
  package var contrast = 0.4
  package var saturation = 0.4
  /// A share of a whole turn of the colours.
  package var hue = 0.125
  /// What the network sees of a picture.
  package var input = InputKind.imageAndSobel

  package init() {}

  package static let schema: [SettingsField<PixelViewSettings>] = [
    .integer("input_size", \.inputSize, from: 16, to: 512),
    .number("flip_probability", \.flipProbability, from: 0, to: 1),
    .number("affine_probability", \.affineProbability, from: 0, to: 1),
    .number("rotation_degrees", \.rotationDegrees, from: 0, to: 180),
    .number("smallest_scale", \.smallestScale, from: 0.1, to: 10),
    .number("largest_scale", \.largestScale, from: 0.1, to: 10),
    .number("shear_degrees", \.shearDegrees, from: 0, to: 80),
    .number("brightness", \.brightness, from: 0, to: 1),
    .number("contrast", \.contrast, from: 0, to: 1),
    .number("saturation", \.saturation, from: 0, to: 1),
    .number("hue", \.hue, from: 0, to: 0.5),
    .choice("input", \.input, oneOf: InputKind.allCases),
  ]

  package var augmentation: PixelPairAugmentation {
    var augmentation = PixelPairAugmentation(cropSize: inputSize)
    augmentation.colors = ColorRanges(
      brightness: Float(brightness), contrast: Float(contrast), saturation: Float(saturation),
      hue: Float(hue))
    augmentation.flipProbability = Float(flipProbability)
    augmentation.affineProbability = Float(affineProbability)
    augmentation.rotationDegrees = Float(rotationDegrees)
    augmentation.scales = Float(smallestScale)...Float(max(smallestScale, largestScale))
    augmentation.shearDegrees = Float(shearDegrees)
    return augmentation
  }

  /// Whether both views of a square are always the same.
  package var areIdentical: Bool {
    flipProbability == 0
      && (affineProbability == 0
        || rotationDegrees + shearDegrees == 0 && smallestScale == 1 && largestScale == 1)
      && brightness + contrast + saturation + hue == 0
  }
}
