import ArgumentParser
import Datasets
import Foundation
import Kernels
import NeuralNet
import RunStorage
import Snapshots
import Training

/// `iic-tui predict`: the clusters of images of one's own.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Cluster, class and probabilities of PNG and JPEG images.",
    discussion: """
      Each image is turned to grey and fitted into the size of the run's own images, on black. As those \
      are, so should these be: digits are light strokes on a dark ground. Of a folder, the .png, .jpg \
      and .jpeg files in it are taken, in order of name.

      The sub-head is the one with the lowest loss; the class is the one that its cluster maps to in \
      the run's evaluation, empty if it maps to none.
      """)

  @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
  var runName: String
  @Argument(help: ArgumentHelp("Image files, and folders of them.", valueName: "image-or-folder"))
  var paths: [String]
  @Option(help: "The head to ask, A or B.")
  var head = HeadID.b
  @Flag(help: "The weights with the lowest loss rather than the latest ones.")
  var best = false
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
  ///   - problem: takes one line for each path that cannot be used.
  func predict(output: (String) -> Bool, problem: (String) -> Void) throws -> Bool {
    let predictor = try ImagePredictor(runs.folder.resolve(runName), head: head, best: best)
    var isComplete = true
    func report(_ line: String) {
      problem(line)
      isComplete = false
    }
    if !json, !output(Prediction.header(clusters: predictor.clusters)) { return isComplete }
    let files = paths.flatMap { images(at: $0, report) }
    for first in stride(from: 0, to: files.count, by: Self.batch) {
      var decoded: [(path: String, image: GreyImage)] = []
      for path in files[first..<min(first + Self.batch, files.count)] {
        do {
          decoded.append((path, try predictor.fitted(ImageFile.decodeGrey(path: path))))
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

  /// The path itself, or the images in the folder that it names.
  private func images(at path: String, _ report: (String) -> Void) -> [String] {
    var isFolder = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return [path] }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      report("\(path): the folder cannot be read")
      return []
    }
    let images = names.filter { name in
      [".png", ".jpg", ".jpeg"].contains { name.lowercased().hasSuffix($0) }
    }
    if images.isEmpty { report("\(path): has no .png, .jpg or .jpeg file, expected some") }
    return images.sorted().map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
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
  private let settings: Configuration
  private let network: Network

  /// - Parameter best: the weights with the lowest loss rather than the latest ones.
  init(_ folder: RunFolder, head: HeadID, best: Bool) throws {
    let reader = RunHistoryReader(folder)
    let description = try reader.description()
    let settings = try Configuration(
      recorded: description.configuration, source: folder.name)
    try settings.validate(source: folder.name)
    let step: Int
    (network, step) = try folder.loadNetwork(settings, imageChannels: 1, best: best)
    guard let evaluation = try reader.evaluation(atOrBefore: step) ?? reader.evaluation() else {
      throw CommandLineError("\(folder.name): has no evaluation yet, which tells the best sub-head")
    }
    if evaluation.step != step {
      StandardStreams.error(
        "iic-tui: \(folder.name): weights of step \(step), clusters named by the evaluation after "
          + "step \(evaluation.step); --best has both of one step\n")
    }
    guard let headEvaluation = evaluation[head] else {
      let heads = description.heads.map(\.name.rawValue).joined(separator: " and ")
      throw CommandLineError("\(folder.name): has no head \(head.rawValue), expected \(heads)")
    }
    let samples = try reader.samples()
    guard samples.channels == 1 else {
      throw CommandLineError(
        "\(folder.name): its images have \(samples.channels) channels, expected grey ones")
    }
    self.head = head
    subHeadPlace = headEvaluation.lowestLossSubHead
    subHead = headEvaluation.subHeads[subHeadPlace]
    clusters = subHead.clusters
    guard let own = network.heads["head_\(head.rawValue)"], own.clusters == clusters,
      own.subHeads == headEvaluation.subHeads.count
    else {
      throw CommandLineError(
        "\(folder.name): head \(head.rawValue) is not the same in its settings and its evaluation")
    }
    classNames = description.classNames
    imageSize = (samples.width, samples.height)
    self.settings = settings
  }

  /// The image in the size of the run's own.
  func fitted(_ image: GreyImage) -> GreyImage {
    image.fitted(width: imageSize.width, height: imageSize.height)
  }

  /// Predicts fitted images, all in one batch, as an evaluation sees them: the centre crop.
  func predict(_ images: [(path: String, image: GreyImage)]) throws -> [Prediction] {
    guard !images.isEmpty else { return [] }
    let dataset = ImageDataset(
      name: "images", width: imageSize.width, height: imageSize.height, channels: 1,
      classNames: ["unknown"], pixels: images.flatMap(\.image.pixels),
      labels: Array(repeating: 0, count: images.count))
    let renderer = try BatchRenderer(dataset: dataset, transform: settings.pairTransform)
    var shape = network.inputShape
    shape.images = images.count
    let batch = Tensor(shape)
    renderer.renderEvaluation(
      0..<images.count,
      into: UnsafeMutableBufferPointer(start: batch.pointer, count: batch.shape.count),
      pool: network.context.pool)
    let output = network.forward(batch, head: "head_\(head.rawValue)", .evaluation)
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
