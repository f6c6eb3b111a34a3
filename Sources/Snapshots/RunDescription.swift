/// What is fixed about a run from its first step to its last.
package struct RunDescription: Sendable, Codable, Equatable {
  /// The run's name, unique in its runs folder.
  package var name: String
  package var preset: String
  package var dataset: String
  /// The ground-truth classes by index, as people call them; none for data without labels.
  package var classNames: [String]
  /// The whole configuration, as YAML.
  package var configuration: String
  package var seed: UInt64
  /// In the order in which the screen lists them: A, then B; a run without over-clustering has B
  /// alone.
  package var heads: [HeadDescription]
  /// The epochs of the whole run, were it to end by itself.
  package var epochs: Int
  /// The steps of the whole run, were it to end by itself.
  package var plannedSteps: Int
  /// Images through the network in one step; both views of every pair count.
  package var imagesPerStep: Int
  /// Images that the last evaluation measures; the others may measure a sample of them.
  package var evaluationImages: Int
  /// Trainable numbers of the network.
  package var parameterCount: Int
  /// Seconds since 1970.
  package var startedAt: Double
  /// What it learns from; nil in what an older program wrote.
  package var data: DataIdentity?

  package init(
    name: String, preset: String, dataset: String, classNames: [String], configuration: String,
    seed: UInt64, heads: [HeadDescription], epochs: Int, plannedSteps: Int,
    imagesPerStep: Int, evaluationImages: Int, parameterCount: Int, startedAt: Double,
    data: DataIdentity? = nil
  ) {
    self.data = data
    self.name = name
    self.preset = preset
    self.dataset = dataset
    self.classNames = classNames
    self.configuration = configuration
    self.seed = seed
    self.heads = heads
    self.epochs = epochs
    self.plannedSteps = plannedSteps
    self.imagesPerStep = imagesPerStep
    self.evaluationImages = evaluationImages
    self.parameterCount = parameterCount
    self.startedAt = startedAt
  }
}

extension RunDescription {
  /// Whether its images have labels at all.
  package var hasClasses: Bool { !classNames.isEmpty }

  /// The head that speaks for the run; nil where it has none.
  package var mainHead: HeadDescription? { heads.first(where: \.isMain) ?? heads.last }

  /// Whether the over-clustering head still has to say how many clusters the main head gets.
  package var awaitsMainHead: Bool { heads.count == 1 && heads[0].name == .a }

  /// Says, of a run whose main head has waited for its number of clusters, that it has it now.
  package var newMainHeadText: String {
    let main = mainHead
    return "head \(main?.name.rawValue ?? "") begins with \(main?.clusters ?? 0) clusters, as many "
      + "classes as the over-clustering head's trees show"
  }
}

/// The handful of evaluation images that the screen draws beside their cluster probabilities.
/// They stay the same for the whole run.
package struct SampleImages: Sendable, Codable, Equatable {
  package var width: Int
  package var height: Int
  /// 1 for grey, 3 for red, green, blue.
  package var channels: Int
  /// `[count, height, width, channels]`, 0...255.
  package var pixels: [UInt8]
  /// The ground-truth class of each image, −1 for an image without a label.
  package var labels: [Int]
  /// The ground-truth class of each pixel, `[count, height, width]`, `noClass` where there is none;
  /// empty where pixels have no labels.
  package var labelMaps: [UInt8]

  package var count: Int { labels.count }

  /// Stands in a map for a pixel without a class, or outside of the picture.
  package static let noClass = UInt8.max

  package init(
    width: Int, height: Int, channels: Int, pixels: [UInt8], labels: [Int],
    labelMaps: [UInt8] = []
  ) {
    precondition(
      pixels.count == labels.count * height * width * channels,
      "\(pixels.count) bytes for [\(labels.count), \(height), \(width), \(channels)]")
    precondition(
      labelMaps.isEmpty || labelMaps.count == labels.count * height * width,
      "\(labelMaps.count) labels for [\(labels.count), \(height), \(width)]")
    self.labelMaps = labelMaps
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
    self.labels = labels
  }
}
