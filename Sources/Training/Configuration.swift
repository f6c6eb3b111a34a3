import Datasets
import Foundation
import Methods
import Settings

/// How a run learns.
package enum MethodKind: String, Sendable, CaseIterable {
  /// The paper's: pairs of views, clusters that keep what they share.
  case informationClustering = "information-clustering"
  /// With labels, on top of a trunk that has learnt without or from scratch.
  case fineTuning = "fine-tuning"
  /// Pixels in place of pictures: what a pixel shares with those around it in a moved copy.
  case segmentation
}

/// Every setting of a run. Decoded from YAML, validated once, and written in full into the run.
package struct Configuration: Sendable, Equatable {
  /// The preset that it started from.
  package var preset = ""
  package var dataset = "digits"
  /// The folder of the data set's files; empty for one that comes with the program.
  package var data = ""
  /// Side of the squares that an image folder's pictures are turned into, in pixels.
  package var pictureSize = 64
  /// 3, or 1 for grey, or 4 with infrared, for the clustering of pixels.
  package var pictureChannels = 3
  package var method = MethodKind.informationClustering
  /// A safetensors file whose trunk, and heads that fit, a run that clusters starts from, an
  /// absolute path; empty for random weights.
  package var initialWeights = ""
  /// The settings of that method, if it is the one; likewise the next.
  package var clustering = InformationClusteringSettings()
  package var fineTuning = FineTuningSettings()
  package var segmentation = SegmentationSettings()

  package var epochs = 30
  /// Ends the run after so many steps, whatever `epochs` says; 0 for no such limit.
  package var steps = 0
  /// Of the first epoch's steps.
  package var learningRate = 1e-4
  package var decay = LearningRateDecay()
  package var seed: UInt64 = 1
  /// 0: as many as the machine has cores. The results do not depend on it.
  package var threads = 0

  /// Epochs between two evaluations.
  package var evaluationEpochs = 1
  /// Images that the screen shows with their probabilities.
  package var samples = 60
  /// Seconds between two checkpoints, at least one an evaluation.
  package var checkpointSeconds = 60.0

  package init() {}

  /// The keys of a run of one method: those of every run and the method's own.
  package static func schema(_ method: MethodKind) -> SettingsSchema<Configuration> {
    switch method {
    case .informationClustering: informationClusteringSchema
    case .fineTuning: fineTuningSchema
    case .segmentation: segmentationSchema
    }
  }

  private static let informationClusteringSchema = schema(
    with: initial + SettingsField.group("", \.clustering, InformationClusteringSettings.schema))
  private static let fineTuningSchema = schema(
    with: SettingsField.group("", \.fineTuning, FineTuningSettings.schema))
  private static let segmentationSchema = schema(
    with: initial + SettingsField.group("", \.segmentation, SegmentationSettings.schema))

  /// Fine-tuning has a key of its own for what it starts from.
  private static let initial: [SettingsField<Configuration>] = [.path("init", \.initialWeights)]

  private static func schema(
    with own: [SettingsField<Configuration>]
  ) -> SettingsSchema<Configuration> {
    SettingsSchema(ofEveryRun.first + own + ofEveryRun.last)
  }

  /// The keys of every run, those before a method's own and those behind them.
  private static let ofEveryRun:
    (first: [SettingsField<Configuration>], last: [SettingsField<Configuration>]) = (
      [
        .word("preset", \.preset),
        .word("dataset", \.dataset),
        .path("data", \.data),
        .integer("pictures.size", \.pictureSize, from: 8, to: 1024),
        .integer("pictures.channels", \.pictureChannels, oneOf: [1, 3, 4]),
        .choice("method", \.method, oneOf: MethodKind.allCases),
        .integer("training.epochs", \.epochs, from: 1),
        .integer("training.steps", \.steps, from: 0),
        .number("training.learning_rate", \.learningRate, from: 0, to: 1, isOpen: true),
        .integers("training.decay_epochs", \.decay.epochs, from: 1, to: 1_000_000, orNone: true),
        .number("training.decay_factor", \.decay.factor, from: 0, to: 1, isOpen: true),
        .seed("training.seed", \.seed),
        .integer("training.threads", \.threads, from: 0, to: 256),
      ],
      [
        .integer("evaluation.epochs", \.evaluationEpochs, from: 1, to: 1_000_000),
        .integer("evaluation.samples", \.samples, from: 1, to: 1000),
        .number("checkpoint.seconds", \.checkpointSeconds, from: 1, to: 86_400),
      ]
    )

  /// The heads of a method that clusters, and how they take turns.
  package var turns: HeadTurns { method == .segmentation ? segmentation.turns : clustering.turns }

  package var schema: SettingsSchema<Configuration> { Self.schema(method) }

  /// The steps of each epoch. Requires settings that are validated against the data set.
  package func schedule(of dataset: ImageDataset) -> EpochSchedule {
    switch method {
    case .informationClustering: clustering.schedule(of: dataset)
    case .fineTuning: fineTuning.schedule
    case .segmentation: segmentation.schedule(of: dataset)
    }
  }

  /// The steps of the whole run.
  package func plannedSteps(_ schedule: EpochSchedule) -> Int {
    let all = schedule.steps(ofEpochs: epochs)
    return steps > 0 ? min(steps, all) : all
  }

  /// The threads to use here: `threads`, or all cores.
  package var threadCount: Int {
    threads > 0 ? threads : ProcessInfo.processInfo.activeProcessorCount
  }

  /// The settings that only make sense together.
  ///
  /// - Parameter source: the file to blame.
  /// - Throws: `SettingsError` for the first impossible combination.
  package func validate(source: String) throws(SettingsError) {
    let channels = method == .segmentation ? [3, 4] : [1, 3]
    guard channels.contains(pictureChannels) else {
      throw SettingsError(
        source: source, key: "pictures.channels",
        problem:
          "is \(pictureChannels), expected \(channels[0]) or \(channels[1]) for \(method.rawValue)")
    }
    switch method {
    case .informationClustering: try clustering.validate(source: source)
    case .fineTuning: try fineTuning.validate(source: source)
    case .segmentation: try segmentation.validate(source: source)
    }
  }

  /// The settings that must fit the data and this machine.
  ///
  /// - Parameters:
  ///   - images: of the data set, all of its splits.
  ///   - side: the shorter side of the images, in pixels.
  ///   - splits: of the data set; all are training images if nil.
  ///   - isTrained: whether the images are trained on, not only measured.
  /// - Throws: `SettingsError` that names all that do not fit.
  package func validate(
    source: String, images: Int, side: Int, classes: Int, splits: [Split: Range<Int>]? = nil,
    isTrained: Bool = true
  ) throws(SettingsError) {
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    switch method {
    case .informationClustering:
      try clustering.validate(
        source: source, dataset: dataset, images: images, side: side, classes: classes,
        splits: splits ?? [.train: 0..<images], memory: memory, isTrained: isTrained)
    case .fineTuning:
      try fineTuning.validate(source: source, side: side, memory: memory, isTrained: isTrained)
    case .segmentation:
      try segmentation.validate(
        source: source, dataset: dataset, images: images, classes: classes,
        splits: splits ?? [.train: 0..<images], memory: memory, isTrained: isTrained)
    }
  }

  /// Throws `SettingsError` where the method needs labels and there are too few of them.
  package func validate(source: String, labelsOf dataset: ImageDataset) throws(SettingsError) {
    guard method == .fineTuning else { return }
    _ = try LabelledImages(fineTuning, of: dataset, seed: seed, source: source)
  }
}
