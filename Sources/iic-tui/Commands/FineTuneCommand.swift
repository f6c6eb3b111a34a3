import ArgumentParser
import Sessions
import Snapshots

/// `iic-tui finetune`: labels on top of what a run has learnt.
struct FineTuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune", abstract: "Train with labels on top of what a run has learnt.",
    discussion: """
      The run's network and its latest weights, without its heads, get a new head: linear, 2048 \
      units, batch-norm, ReLU, linear. All of it is trained by cross-entropy, the trunk at a tenth \
      of the head's rate, on images that are rotated, scaled, slanted, shifted, and in part black. \
      The new run is one like the others: screen, replay, predict, evaluate, and \
      'train --resume' to go on with it.

      --labels takes so large a share of the training images of each class, at least one. The \
      test split is measured, or of data without one a fifth that is not trained on. Each image is \
      measured in several crops whose probabilities are averaged.

      --from-scratch leaves the weights, for comparison: the trunk then learns at the head's rate.
      """)

  @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
  var runName: String
  @Option(help: "The folder of the labelled data; the run's own data if not given.")
  var data: String?
  @Option(help: "The data set; recognised from the folder if not given.")
  var dataset: String?
  @Option(
    help: ArgumentHelp(
      "The share of the training images whose labels are used, such as 1% or 0.01.",
      valueName: "share"))
  var labels: ShareOfLabels?
  @Flag(help: "Start from random weights instead of the run's.")
  var fromScratch = false
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Replace one setting; may be given often.", valueName: "key=value"))
  var assignments: [String] = []
  @Option(help: "Epochs to train, of 100 steps each.")
  var epochs: Int?
  @Option(help: "Steps to train at most.")
  var steps: Int?
  @Option(help: "The seed of everything random, the choice of labelled images too.")
  var seed: UInt64?
  @Option(help: "Threads; all cores if not given. The results are the same with any number.")
  var threads: Int?
  @OptionGroup var runs: RunsOption
  @Option(help: "The new run's name; made from the time if not given.")
  var name: String?
  @Flag(help: "No screen: a progress line on a terminal, plain lines elsewhere.")
  var headless = false
  @Flag(help: "No screen: one JSON object a line.")
  var json = false
  @OptionGroup var onHangup: OnHangupOption

  func validate() throws {
    guard data?.isEmpty != true else { throw ValidationError("--data is empty, expected a folder") }
  }

  func run() throws {
    let environment = try ComputeEnvironment()
    let control = TrainingControl(stopsWhen: { StopSignals.stop != nil })
    StopSignals.take()
    let prepared = try PictureProgress.showing {
      try PreparedRun(
        fineTuning: runs.folder.resolve(runName), fromScratch: fromScratch, request,
        in: runs.folder)
    }
    try ForegroundTraining(
      prepared: prepared, environment: environment, control: control,
      headless: headless, json: json, onHangup: onHangup.onHangup, newIn: runs.folder
    ).run()
  }

  private var request: RunRequest {
    var request = RunRequest()
    request.assignments = assignments
    request.name = name
    request.progress = PictureProgress.report
    request.flags = givenFlags(
      dataset: dataset, data: data, labels: labels?.share, epochs: epochs, steps: steps, seed: seed,
      threads: threads)
    return request
  }
}

/// A part of the labels, as a number up to 1 or in percent.
struct ShareOfLabels: ExpressibleByArgument {
  let share: Double

  init?(argument: String) {
    guard let percent = Self.percent(argument) else {
      guard let share = Double(argument) else { return nil }
      self.share = share
      return
    }
    share = percent / 100
  }

  /// The number before a sign of percent; nil without that.
  static func percent(_ text: String) -> Double? {
    text.hasSuffix("%") ? Double(text.dropLast()) : nil
  }
}
