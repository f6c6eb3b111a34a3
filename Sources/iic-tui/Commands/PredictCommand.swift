import ArgumentParser
import Datasets
import Foundation
import Sessions
import Snapshots

/// `iic-tui predict`: the clusters of images of one's own.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Cluster, class, name and probabilities of PNG, JPEG and WebP images.",
    discussion: """
      Each image gets the channels and the size of the run's own images, whole and in the \
      middle, on the ground that those have; so do its transparent parts. Of a run on a folder \
      of pictures it is the middle square, as in training. As those are, so \
      should these be: digits are light strokes on a dark ground, and --invert makes such of ink \
      on paper. An image that is blank, or much lighter or darker than all of the run's own, is \
      named on stderr and predicted nevertheless.

      Of a folder, the .png, .jpg, .jpeg and .webp files in it and in the folders below are \
      taken, in order of name; names that begin with a dot are not.

      The sub-head is the reported one, chosen without labels; the class is the one that its \
      cluster maps to in the run's evaluation, empty if it maps to none. The name is the one that \
      'clusters RUN name' gave the cluster, else the class, else the cluster's number. A \
      fine-tuned run's clusters are its classes, and its probabilities the mean over the crops \
      that it is measured with.

      A run that clusters pixels takes pictures of any size as they are, and --out names the \
      folder for what it makes of each: NAME.png, whose values are clusters and whose palette \
      their colours, and NAME-overlay.png, the picture with these colours laid over it. A line \
      tells how much of the picture each cluster has.
      """)

  @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
  var runName: String
  @Argument(help: ArgumentHelp("Image files, and folders of them.", valueName: "image-or-folder"))
  var paths: [String]
  @Option(help: "The head to ask, such as A or B; the run's main one if not given.")
  var head: HeadID?
  @Option(help: "The sub-head to ask, from 1; the reported one if not given.")
  var subHead: Int?
  @OptionGroup var weights: WeightsOptions
  @Flag(help: "Take each image's negative: for dark on light where the run has light on dark.")
  var invert = false
  @Option(help: "The folder for the maps of a run that clusters pixels; nothing in it is replaced.")
  var out: String?
  @OptionGroup var runs: RunsOption
  @Flag(help: "One JSON object a line instead of CSV.")
  var json = false

  /// Images through the network at once.
  private static let batch = 240

  func run() throws {
    let folder = try runs.runToRead(runName)
    let clustersPixels = try PixelPredictor.suits(folder)
    guard clustersPixels == (out != nil) else {
      throw SessionError(
        clustersPixels
          ? "\(folder.name) clusters pixels: --out names the folder for the maps"
          : "--out is for runs that cluster pixels; \(folder.name) clusters whole images")
    }
    if let out {
      guard !invert else {
        throw SessionError("--invert has no effect on a run that clusters pixels")
      }
      if try !predictPixels(folder, into: out) { throw ExitCode(1) }
      return
    }
    let isComplete = try predict(
      output: { StandardStreams.output($0) }, problem: { StandardStreams.note($0) }
    )
    if !isComplete { throw ExitCode(1) }
  }

  /// Predicts every image that can be read and reports the others. Returns whether all could be.
  ///
  /// - Parameters:
  ///   - output: takes whole lines; returns false when nobody reads them any more.
  ///   - problem: takes one line for each path that cannot be used, and for each remark about an
  ///     image that can be.
  func predict(output: (String) -> Bool, problem: (String) -> Void) throws -> Bool {
    let predictor = try ImagePredictor(
      runs.runToRead(runName), head: head, number: subHead, weights: weights.choice)
    var isComplete = true
    func report(_ line: String) {
      problem(line)
      isComplete = false
    }
    predictor.notes.forEach(problem)
    if !json, !output(PredictionLine.header(clusters: predictor.clusters)) { return isComplete }
    let files = paths.flatMap { images(at: PathBytes(argument: $0), report) }
    for first in stride(from: 0, to: files.count, by: Self.batch) {
      var (names, pictures): ([String], [Picture]) = ([], [])
      for path in files[first..<min(first + Self.batch, files.count)] {
        do {
          let (picture, warnings) = try PictureFile.decode(path: path)
          let (prepared, oddity) = predictor.prepared(picture, invert: invert)
          names.append(path.text)
          pictures.append(prepared)
          warnings.forEach(problem)
          if let oddity { problem("\(path): \(oddity)") }
        } catch {
          report("\(error)")
        }
      }
      let lines = try zip(names, predictor.predict(pictures)).map {
        PredictionLine(path: $0, prediction: $1)
      }
      if !output(lines.map { json ? JSONLine.text($0) : $0.csv }.joined()) { break }
    }
    return isComplete
  }

  /// The path itself, or the images in and below the folder that it names.
  func images(at path: PathBytes, _ report: (String) -> Void) -> [PathBytes] {
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
