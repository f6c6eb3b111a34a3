import ArgumentParser
import Foundation
import Kernels
import RunStorage
import Sessions
import Settings

/// `iic-tui experiment`: variants of a configuration, one table.
struct ExperimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Train variants of a configuration with several seeds, and compare them.",
    discussion: """
      Without a name it lists the experiments that come with the program. Each variant with each \
      seed is a run of its own in the runs folder; what is finished is not trained again, and what \
      was interrupted goes on, so the same command continues after Ctrl-C or a crash.
      """)

  @Argument(
    help: ArgumentHelp(
      "An experiment that comes with the program, or the path of a YAML file.",
      valueName: "name|file"))
  var experimentName: String?
  @Flag(help: "Print the experiment's file, as a start for your own.")
  var show = false
  @Option(help: "The preset to start from, in place of the experiment's.")
  var preset: String?
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace one setting of all variants, except where a variant sets it; may be given often.",
      valueName: "key=value"))
  var assignments: [String] = []
  @Option(help: "The data set; 'iic-tui datasets' lists them.")
  var dataset: String?
  @Option(help: "The folder of the data set's files.")
  var data: String?
  @Option(help: "Epochs to train.")
  var epochs: Int?
  @Option(help: "Steps to train at most.")
  var steps: Int?
  @Option(help: "Seeds in place of the experiment's, separated by commas.")
  var seeds: String?
  @Option(help: "Threads; all cores if not given. The results are the same with any number.")
  var threads: Int?
  @Option(help: "Runs at a time, which share the threads.")
  var jobs = 1
  @OptionGroup var runs: RunsOption
  @Option(help: "What the runs' names begin with; the experiment's name if not given.")
  var name: String?
  @Flag(help: "Train nothing; show what there is.")
  var onlyTable = false
  @Flag(help: "Print the table as Markdown.")
  var markdown = false
  @Flag(help: "Print the table as CSV.")
  var csv = false
  @Flag(help: "Print the table as JSON, one object a variant.")
  var json = false
  @Option(
    help: ArgumentHelp(
      "Write accuracies by share of labels and by clusters here, as an SVG picture.",
      valueName: "f.svg"))
  var plot: String?

  func validate() throws {
    guard [markdown, csv, json].count(where: { $0 }) <= 1 else {
      throw ValidationError("expected one of --markdown, --csv and --json")
    }
    guard data?.isEmpty != true else { throw ValidationError("--data is empty, expected a folder") }
    guard jobs >= 1 else { throw ValidationError("--jobs is \(jobs), expected at least 1") }
    if let plot, URL(fileURLWithPath: plot).pathExtension.lowercased() != "svg" {
      throw ValidationError("--plot is '\(plot)', expected a name that ends in .svg")
    }
    if experimentName == nil, show || onlyTable || plot != nil {
      throw ValidationError("expected the name of an experiment")
    }
  }

  func run() throws {
    guard let experimentName else {
      var table = TextTable(["experiment", "what it is"], alignRight: [false, false])
      for (name, summary) in try ExperimentCatalog.summaries() { table.add([name, summary]) }
      StandardStreams.output(table.text)
      return
    }
    if show {
      StandardStreams.output(try ExperimentCatalog.text(of: experimentName).text)
      return
    }
    _ = try ComputeEnvironment()
    let experiment = try ExperimentCatalog.load(experimentName)
    if plot != nil, experiment.labelShares.isEmpty {
      throw SessionError("--plot: \(experiment.name) has no label_shares, which the plot shows")
    }
    let session = ExperimentSession(experiment, try request(), in: runs.folder)
    if !onlyTable { try train(session) }
    let table = session.table()
    if let problem = table.commonProblem { throw SessionError(problem) }
    StandardStreams.output(
      ExperimentOutput(table: table)
        .text(markdown ? .markdown : csv ? .csv : json ? .json : .terminal))
    if let plot {
      guard table.rows.contains(where: { $0.finished > 0 }) else {
        throw SessionError("--plot: no run of \(experiment.name) is finished yet")
      }
      try AtomicFile.write(
        Data(LabelSharePlot(table).svg.utf8), to: URL(fileURLWithPath: UserPath.absolute(plot)))
      StandardStreams.error("wrote \(plot)\n")
    }
    let impossible = table.impossible.count
    if impossible > 0 {
      StandardStreams.note(
        "\(impossible) of \(table.rows.reduce(0) { $0 + $1.runs.count }) runs cannot be "
          + "trained or counted; the table says why")
      throw ExitCode(1)
    }
  }

  /// Trains what is missing; ends the program if it is told to stop.
  private func train(_ session: ExperimentSession) throws {
    let control = ExperimentControl(stopsWhen: { StopSignals.stop != nil })
    StopSignals.take()
    StopSignals.protect()
    let reporter = try ExperimentReporter(session.experiment)
    PictureProgress.showing {
      session.train(jobs: jobs, control: control) { reporter.report($0) }
    }
    StopSignals.allIsSaved()
    reporter.finish()
    if let number = StopSignals.stop {
      StandardStreams.note("stopped; the same command goes on")
      throw ExitCode(StopSignals.exitCode(number))
    }
  }

  private func request() throws -> ExperimentRequest {
    var request = ExperimentRequest()
    request.name = name
    request.preset = preset
    request.seeds = try seeds.map { text in
      try Experiment.seeds(text.split(separator: ",").map(String.init)) { _, problem in
        SettingsError(source: "--seeds", key: nil, problem: problem)
      }
    }
    request.progress = PictureProgress.report
    for assignment in assignments {
      let (key, value) = try SettingsAssignment.parse(assignment)
      request.flags.append(("--set", key, value))
    }
    request.flags += givenFlags(
      dataset: dataset, data: data, epochs: epochs, steps: steps, threads: threads)
    return request
  }
}
