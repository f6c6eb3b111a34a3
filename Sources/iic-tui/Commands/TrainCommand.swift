import ArgumentParser
import Datasets
import Foundation
import Kernels
import RunStorage
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
  @Flag(help: "No screen: a progress line on a terminal, plain lines elsewhere.")
  var headless = false
  @Flag(help: "No screen: one JSON object a line.")
  var json = false

  func validate() throws {
    if resume != nil, preset != nil || config != nil || dataset != nil || seed != nil || name != nil
    {
      throw ValidationError(
        "--resume goes on with the run's own settings; only --epochs, --steps, --threads, --data "
          + "and --set go with it")
    }
  }

  func run() throws {
    let environment = try ComputeEnvironment()
    let control = TrainingControl()
    let session = TrainingSession(control: control)
    let signals = StopSignals { control.stop() }
    let prepared: Prepared
    if let resume {
      prepared = try prepareToResume(resume)
      // The checkpoint remembers the rate of its last step; one that is asked for now comes after it.
      if assignments.contains(where: { $0.hasPrefix("training.learning_rate=") }) {
        control.setLearningRate(prepared.configuration.learningRate)
      }
    } else {
      prepared = try prepareNewRun()
    }

    let reporter = HeadlessReporter(
      style: json ? .json : StandardStreams.outputIsTerminal ? .progressLine : .plainLines,
      lines: JSONEventLines(
        runName: prepared.recorder.folder.name, runPath: prepared.recorder.folder.url.path,
        configuration: prepared.configuration),
      readerLeft: { control.stop() })
    let screen = try openScreen()
    let listener: TrainingSession.Listener
    if screen == nil {
      listener = { events, checkpoints in reporter.report(events, checkpoints) }
    } else {
      listener = { _, _ in }
    }
    do {
      try session.start(recorder: prepared.recorder, listener: listener) { channel in
        try Trainer(
          configuration: prepared.configuration, dataset: prepared.dataset,
          runName: prepared.recorder.folder.name, startedAt: prepared.startedAt,
          context: environment.context(threads: prepared.configuration.threadCount),
          checkpoint: prepared.checkpoint, channel: channel, control: control)
      }
    } catch {
      screen?.close()
      prepared.recorder.close()
      if resume == nil { try? runs.folder.delete(prepared.recorder.folder) }
      throw error
    }
    screen?.show(session, signals)
    let outcome = session.wait()
    screen?.close()
    try report(outcome, run: prepared.recorder.folder, hadScreen: screen != nil)
  }

  /// What a training needs, all of it checked.
  private struct Prepared {
    var configuration: Configuration
    var dataset: ImageDataset
    var recorder: RunRecorder
    var checkpoint: CheckpointSnapshot?
    var startedAt: Double
  }

  private func prepareNewRun() throws -> Prepared {
    var configuration = try PresetCatalog.load(preset ?? "digits").configuration
    if let config {
      try configuration.apply(yaml: readText(config), source: config)
    }
    let (settings, dataset) = try finish(configuration, source: config ?? preset ?? "digits")
    let folder = try runs.folder.createRun(name: name, preset: settings.preset)
    return Prepared(
      configuration: settings, dataset: dataset, recorder: try RunRecorder(folder),
      checkpoint: nil, startedAt: Date().timeIntervalSince1970)
  }

  /// Settings that a run may change when it goes on; with another of the rest it would be another run.
  private static let resumable = [
    "data", "training.epochs", "training.steps", "training.threads", "training.learning_rate",
    "evaluation.epochs", "checkpoint.seconds",
  ]

  private func prepareToResume(_ text: String) throws -> Prepared {
    for assignment in assignments {
      let key = String(assignment.prefix { $0 != "=" })
      guard Self.resumable.contains(key) else {
        throw CommandLineError(
          "--set: \(key): cannot change when a run is resumed, expected one of "
            + Self.resumable.joined(separator: ", "))
      }
    }
    let folder = try runs.folder.resolve(text)
    // The recorder first: it holds the lock that keeps other writers out.
    let recorder = try RunRecorder(folder)
    do {
      let history = try RunHistoryReader(folder).load()
      var configuration = try Configuration(
        recorded: history.description.configuration, source: folder.name)
      // Asking for epochs lifts a limit that an earlier --steps set.
      if epochs != nil && steps == nil { configuration.steps = 0 }
      try refuseIfCheckpointIsMissing(folder, history, configuration)
      let (settings, dataset) = try finish(configuration, source: folder.name)
      let checkpoint = folder.hasCheckpoint ? try folder.loadLatest() : nil
      if let checkpoint, checkpoint.step >= settings.plannedSteps(images: dataset.count) {
        throw CommandLineError(
          "\(folder.name): all of its \(checkpoint.step) steps are taken; --epochs or --steps with "
            + "a larger number goes on")
      }
      return Prepared(
        configuration: settings, dataset: dataset, recorder: recorder, checkpoint: checkpoint,
        startedAt: history.description.startedAt)
    } catch {
      recorder.close()
      throw error
    }
  }

  /// Starting over would erase the history; only a run that died before its first checkpoint may.
  private func refuseIfCheckpointIsMissing(
    _ folder: RunFolder, _ history: RunHistory, _ configuration: Configuration
  ) throws {
    let elapsed = history.steps.last?.elapsed ?? 0
    if !folder.hasCheckpoint, !history.steps.isEmpty,
      history.end != nil || elapsed > configuration.checkpointSeconds
    {
      throw CommandLineError(
        "\(folder.latestWeightsURL.path): the checkpoint is missing; expected the one of about step "
          + "\(history.steps.count)")
    }
  }

  /// Applies the command line's settings, loads the data, and checks that all of it goes together.
  private func finish(
    _ base: Configuration, source: String
  ) throws -> (Configuration, ImageDataset) {
    var configuration = base
    for assignment in assignments { try configuration.apply(assignment: assignment) }
    let flags: [(flag: String, key: String, value: String?)] = [
      ("--dataset", "dataset", dataset),
      ("--data", "data", data.map { URL(fileURLWithPath: $0).path }),
      ("--epochs", "training.epochs", epochs.map(String.init)),
      ("--steps", "training.steps", steps.map(String.init)),
      ("--seed", "training.seed", seed.map(String.init)),
      ("--threads", "training.threads", threads.map(String.init)),
    ]
    // The setting itself takes 0 for no limit; who types a number of steps wants some.
    if steps == 0 {
      throw CommandLineError("--steps: is '0', expected an integer of at least 1")
    }
    for (flag, key, value) in flags {
      if let value { try configuration.apply(key: key, value: value, source: flag) }
    }
    try configuration.validate(source: source)
    let dataset = try DatasetCatalog.load(
      configuration.dataset, folder: configuration.data.isEmpty ? nil : configuration.data)
    try configuration.validate(
      source: source, images: dataset.count, side: min(dataset.width, dataset.height),
      classes: dataset.classes)
    return (configuration, dataset)
  }

  private func readText(_ path: String) throws -> String {
    do {
      return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw CommandLineError("\(path): cannot be read as text")
    }
  }

  /// nil to go headless, with a line that says why if nobody asked for it.
  private func openScreen() throws -> LiveScreen? {
    if headless || json || !StandardStreams.outputIsTerminal { return nil }
    do {
      return try LiveScreen()
    } catch {
      StandardStreams.error("iic-tui: \(error); training without the screen\n")
      return nil
    }
  }

  private func report(
    _ outcome: TrainingSession.Outcome, run: RunFolder, hadScreen: Bool
  ) throws {
    if let message = outcome.message { throw CommandLineError(message) }
    if hadScreen, let status = outcome.status {
      StandardStreams.output(
        "\(status.rawValue) at step \(outcome.step): \(run.url.path)\n"
          + "  iic-tui replay \(run.name)\n"
          + (status == .stopped ? "  iic-tui train --resume \(run.name)\n" : ""))
    }
  }
}
