import ArgumentParser
import Datasets
import Foundation
import Kernels
import RunStorage
import Sessions
import Snapshots
import Training

/// `iic-tui train`, and what `iic-tui` alone does.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train, with the live screen or without.")

  @Option(help: "A published or small setting; 'iic-tui presets' lists them.")
  var preset: String?
  @Option(help: "A YAML file whose settings replace the preset's.")
  var config: String?
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Replace one setting; may be given often.", valueName: "key=value"))
  var assignments: [String] = []
  @Option(help: "The data set; 'iic-tui datasets' lists them.")
  var dataset: String?
  @Option(help: "The folder of the data set's files.")
  var data: String?
  @Option(help: "Epochs to train.")
  var epochs: Int?
  @Option(help: "Steps to train at most.")
  var steps: Int?
  @Option(help: "The seed of everything random.")
  var seed: UInt64?
  @Option(help: "Threads; all cores if not given. The results are the same with any number.")
  var threads: Int?
  @OptionGroup var runs: RunsOption
  @Option(help: "The run's name; made from preset and time if not given.")
  var name: String?
  @Option(help: ArgumentHelp("Go on with a run.", valueName: "run"))
  var resume: String?
  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "Start from the weights of a safetensors file: its trunk, and heads that fit.",
      valueName: "f.safetensors"))
  var initialWeights: String?
  @Option(
    help: "With --resume: the latest checkpoint, or the previous one if that is damaged.")
  var checkpoint: KeptCheckpoint?
  @OptionGroup var changed: DataChangedOption
  @Flag(help: "No screen: a progress line on a terminal, plain lines elsewhere.")
  var headless = false
  @Flag(help: "No screen: one JSON object a line.")
  var json = false
  @OptionGroup var onHangup: OnHangupOption

  func validate() throws {
    guard data?.isEmpty != true else { throw ValidationError("--data is empty, expected a folder") }
    if checkpoint != nil, resume == nil {
      throw ValidationError("--checkpoint goes with --resume")
    }
    if changed.dataChanged, resume == nil {
      throw ValidationError("--data-changed goes with --resume")
    }
    if initialWeights == "" { throw ValidationError("--init is empty, expected a file") }
    if resume != nil,
      initialWeights != nil || preset != nil || config != nil || dataset != nil || seed != nil
        || name != nil
    {
      throw ValidationError(
        "--resume goes on with the run's own settings; only --epochs, --steps, --threads, --data, "
          + "--checkpoint and --set go with it")
    }
  }

  func run() throws {
    let environment = try ComputeEnvironment()
    let control = TrainingControl(stopsWhen: { StopSignals.stop != nil })
    StopSignals.take()
    let prepared = try PictureProgress.showing {
      if let resume { return try PreparedRun(resume: runs.folder.resolve(resume), request) }
      return try PreparedRun(new: request, in: runs.folder)
    }
    // The checkpoint remembers the rate of its last step; one that is asked for now comes after it.
    if resume != nil, assignments.contains(where: { $0.hasPrefix("training.learning_rate=") }) {
      control.setLearningRate(prepared.nextLearningRate)
    }
    try ForegroundTraining(
      prepared: prepared, environment: environment, control: control,
      headless: headless, json: json, onHangup: onHangup.onHangup,
      newIn: resume == nil ? runs.folder : nil
    ).run()
  }

  private var request: RunRequest {
    var request = RunRequest()
    request.preset = preset
    request.config = config
    request.assignments = assignments
    request.dataMayDiffer = changed.dataChanged
    request.fromPrevious = checkpoint == .previous
    request.name = name
    request.progress = PictureProgress.report
    request.flags = givenFlags(
      dataset: dataset, data: data, initialWeights: initialWeights, epochs: epochs, steps: steps,
      seed: seed, threads: threads)
    return request
  }
}

/// The checkpoints that a run keeps to go on from.
enum KeptCheckpoint: String, ExpressibleByArgument, CaseIterable {
  case latest, previous
}
