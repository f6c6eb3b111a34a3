import ArgumentParser
import Datasets
import Foundation
import Kernels
import Methods
import NeuralNet
import RunStorage
import Sessions
import Snapshots
import Training

/// `iic-tui predict`: the clusters of images of one's own.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Cluster, class and probabilities of PNG, JPEG and WebP images.",
    discussion: """
      Each image gets the channels and the size of the run's own images, whole and in the \
      middle, on the ground that those have; so do its transparent parts. As those are, so \
      should these be: digits are light strokes on a dark ground, and --invert makes such of ink \
      on paper. An image that is blank, or much lighter or darker than all of the run's own, is \
      named on stderr and predicted nevertheless.

      Of a folder, the .png, .jpg, .jpeg and .webp files in it and in the folders below are \
      taken, in order of name; names that begin with a dot are not.

      The sub-head is the one with the lowest loss; the class is the one that its cluster maps \
      to in the run's evaluation, empty if it maps to none.
      """)

  @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
  var runName: String
  @Argument(help: ArgumentHelp("Image files, and folders of them.", valueName: "image-or-folder"))
  var paths: [String]
  @Option(help: "The head to ask, A or B.")
  var head = HeadID.b
  @Flag(help: "The weights with the lowest loss rather than the latest ones.")
  var best = false
  @Flag(help: "Take each image's negative: for dark on light where the run has light on dark.")
  var invert = false
  @OptionGroup var runs: RunsOption
  @Flag(help: "One JSON object a line instead of CSV.")
  var json = false

  /// Images through the network at once.
  private static let batch = 240

  func run() throws {
    let isComplete = try predict(
      output: { StandardStreams.output($0) }, problem: { StandardStreams.error("iic-tui: \($0)\n") }
    )
    if !isComplete { throw ExitCode(1) }
  }

  /// Predicts every image that can be read and reports the others. Returns whether all could be.
  ///
  /// - Parameters:
  ///   - output: takes whole lines; returns false when nobody reads them any more.
  ///   - problem: takes one line for each path that cannot be used, and for each remark about an image
  ///     that can be.
  func predict(output: (String) -> Bool, problem: (String) -> Void) throws -> Bool {
    let predictor = try ImagePredictor(runs.folder.resolve(runName), head: head, best: best)
    var isComplete = true
    func report(_ line: String) {
      problem(line)
      isComplete = false
    }
    if !json, !output(Prediction.header(clusters: predictor.clusters)) { return isComplete }
    let files = paths.flatMap { images(at: PathBytes(argument: $0), report) }
    for first in stride(from: 0, to: files.count, by: Self.batch) {
      var decoded: [(path: String, image: Picture)] = []
      for path in files[first..<min(first + Self.batch, files.count)] {
        do {
          let (picture, warnings) = try PictureFile.decode(path: path)
          let (fitted, oddity) = predictor.fitted(picture, invert: invert)
          decoded.append((path.text, fitted))
          warnings.forEach(problem)
          if let oddity { problem("\(path): \(oddity)") }
        } catch {
          report("\(error)")
        }
      }
      let predictions = try predictor.predict(decoded)
      let lines = predictions.map { json ? $0.json.text + "\n" : $0.csv }.joined()
      if !output(lines) { break }
    }
    return isComplete
  }

  /// The path itself, or the images in and below the folder that it names.
  private func images(at path: PathBytes, _ report: (String) -> Void) -> [PathBytes] {
    guard path.isFolder else { return [path] }
    do throws(DatasetError) {
      let folder = try PictureFolder(path)
      for problem in folder.problems { report("\(problem)") }
      if folder.files.isEmpty && folder.problems.isEmpty {
        report("\(path): has \(folder.emptiness), expected some")
      }
      return folder.files.map(folder.path(of:))
    } catch {
      report("\(error)")
      return []
    }
  }
}

extension PathBytes {
  /// The path as it was given to the program. Swift replaces what is not UTF-8 in an argument, so
  /// such ones are looked up among the program's arguments.
  init(argument: String) {
    if argument.unicodeScalars.contains("\u{fffd}") {
      for index in 0..<Int(CommandLine.argc) {
        guard let original = CommandLine.unsafeArgv[index], String(cString: original) == argument
        else { continue }
        self.init(Array(UnsafeRawBufferPointer(start: original, count: strlen(original))))
        return
      }
    }
    self.init(argument)
  }
}

extension HeadID: ExpressibleByArgument {}

/// What one sub-head says of one image.
struct Prediction: Equatable {
  var path: String
  var cluster: Int
  /// nil if the cluster maps to no class.
  var className: String?
  /// One a cluster.
  var probabilities: [Float]

  static func header(clusters: Int) -> String {
    CSV(["path", "cluster", "class"] + (0..<clusters).map { "p\($0)" }).text
  }

  var csv: String {
    CSV([path, String(cluster), className ?? ""] + probabilities.map { "\($0)" }).text
  }

  var json: JSON {
    .object([
      ("path", .string(path)), ("cluster", .integer(cluster)),
      ("class", className.map { .string($0) } ?? .null),
      ("probabilities", .array(probabilities.map { $0.isFinite ? .raw("\($0)") : .null })),
    ])
  }
}

/// A run's network and the sub-head that speaks for it, ready for images.
struct ImagePredictor {
  let clusters: Int
  private let head: HeadID
  private let subHead: SubHeadEvaluation
  private let subHeadPlace: Int
  private let classNames: [String]
  private let imageSize: (width: Int, height: Int)
  private let channels: Int
  private let typical: TypicalPictures
  private let settings: Configuration
  private let network: Network<ClusterHead>

  /// - Parameter best: the weights with the lowest loss rather than the latest ones.
  init(_ folder: RunFolder, head: HeadID, best: Bool) throws {
    let reader = RunHistoryReader(folder)
    let description = try reader.description()
    let settings = try Configuration(
      recorded: description.configuration, source: folder.name)
    try settings.validate(source: folder.name)
    let step: Int
    let samples = try reader.samples()
    guard samples.count > 0 else {
      throw SessionError(
        "\(folder.name): has none of its images, which say what others should be")
    }
    (network, step) = try folder.loadNetwork(
      settings, imageChannels: samples.channels, best: best)
    guard let evaluation = try reader.evaluation(atOrBefore: step) ?? reader.evaluation() else {
      throw SessionError("\(folder.name): has no evaluation yet, which tells the best sub-head")
    }
    if evaluation.step != step {
      StandardStreams.error(
        "iic-tui: \(folder.name): weights of step \(step), clusters named by the evaluation after "
          + "step \(evaluation.step); --best has both of one step\n")
    }
    guard let headEvaluation = evaluation[head] else {
      let heads = description.heads.map(\.name.rawValue).joined(separator: " and ")
      throw SessionError("\(folder.name): has no head \(head.rawValue), expected \(heads)")
    }
    self.head = head
    subHeadPlace = headEvaluation.lowestLossSubHead
    subHead = headEvaluation.subHeads[subHeadPlace]
    clusters = subHead.clusters
    guard let own = network.heads[head.tensorPrefix], own.clusters == clusters,
      own.subHeads == headEvaluation.subHeads.count
    else {
      throw SessionError(
        "\(folder.name): head \(head.rawValue) is not the same in its settings and its evaluation")
    }
    classNames = description.classNames
    imageSize = (samples.width, samples.height)
    channels = samples.channels
    typical = TypicalPictures(
      pixels: samples.pixels, width: samples.width, height: samples.height,
      channels: samples.channels)
    self.settings = settings
  }

  /// The picture in the channels and the size of the run's own, and why it is unlike these, nil if
  /// it is not.
  func fitted(_ picture: Picture, invert: Bool) -> (picture: Picture, oddity: String?) {
    func fitted(inverted: Bool) -> Picture {
      (inverted ? picture.inverted() : picture)
        .converted(to: channels, ground: typical.ground)
        .fitted(width: imageSize.width, height: imageSize.height, ground: typical.ground)
    }
    let result = fitted(inverted: invert)
    guard let oddity = typical.oddity(of: result) else { return (result, nil) }
    let negativeFits = typical.oddity(of: fitted(inverted: !invert)) == nil
    let advice = negativeFits ? "; \(invert ? "without" : "with") --invert it would fit" : ""
    return (result, oddity + advice)
  }

  /// Predicts fitted images, all in one batch, as an evaluation sees them: the centre crop.
  func predict(_ images: [(path: String, image: Picture)]) throws -> [Prediction] {
    guard !images.isEmpty else { return [] }
    let dataset = ImageDataset(
      name: "images", width: imageSize.width, height: imageSize.height, channels: channels,
      classNames: ["unknown"], pixels: images.flatMap(\.image.pixels),
      labels: Array(repeating: 0, count: images.count))
    let renderer = try BatchRenderer(
      dataset: dataset, augmentation: settings.clustering.views.augmentation)
    var shape = network.inputShape
    shape.images = images.count
    let batch = Tensor(shape)
    renderer.renderEvaluation(
      0..<images.count,
      into: UnsafeMutableBufferPointer(start: batch.pointer, count: batch.shape.count),
      pool: network.context.pool)
    let output = network.forward(batch, head: head.tensorPrefix, .evaluation)
    return images.enumerated().map { index, image in
      let probabilities = (0..<clusters).map {
        output[index, 0, 0, subHeadPlace * clusters + $0]
      }
      // As an evaluation does: the first of equals.
      let cluster = probabilities.indices.reduce(0) {
        probabilities[$1] > probabilities[$0] ? $1 : $0
      }
      let label = subHead.scores?.classOfCluster[cluster] ?? -1
      return Prediction(
        path: image.path, cluster: cluster,
        className: classNames.indices.contains(label) ? classNames[label] : nil,
        probabilities: probabilities)
    }
  }
}
