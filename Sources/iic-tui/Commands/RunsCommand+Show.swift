import ArgumentParser
import Foundation
import RunStorage
import Snapshots
import Training

extension RunsCommand {
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One run: settings and results.")

    @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
    var runName: String
    @OptionGroup var runs: RunsOption
    @Flag(
      help:
        "JSON: the run, then each of its evaluations, one object a line; sub-heads count from 1.")
    var json = false
    @Flag(help: "The settings alone, as the YAML that 'train --config' takes.")
    var config = false

    func validate() throws {
      if json, config { throw ValidationError("expected --json or --config, not both") }
    }

    func run() throws {
      let folder = try runs.folder.resolve(runName)
      let reader = RunHistoryReader(folder)
      let description = try reader.description()
      if config {
        StandardStreams.output(description.configuration)
        return
      }
      let summary = folder.summary()
      let details = RunDetails(folder, summary, description)
      if json {
        StandardStreams.output(JSONLine.text(RunLine(summary, details: details)))
        try reader.forEachEvaluation { evaluation in
          StandardStreams.output(
            JSONEventLines.line(evaluation, main: description.mainHead?.name))
        }
        return
      }
      let last = try reader.evaluation().map {
        "after step \($0.step), epoch \($0.epoch):\n" + Format.table($0) + "\n"
      }
      StandardStreams.output(
        RunSummary.table([summary]) + "\n" + details.text + "\n" + (last ?? "no evaluation yet\n\n")
          + description.configuration)
    }
  }
}

/// What `show` tells of a run beyond a list's line.
struct RunDetails {
  let summary: RunSummary
  /// The folder of its images' files; nil for those that come with the program.
  let data: String?
  let checkpoints: [CheckpointFile]

  init(_ folder: RunFolder, _ summary: RunSummary, _ description: RunDescription) {
    self.summary = summary
    // Settings that cannot be read any more are shown as they are all the same.
    let settings = try? Configuration(
      recorded: description.configuration, source: folder.name)
    data = settings.flatMap { $0.data.isEmpty ? nil : $0.data }
    checkpoints = folder.checkpointFiles
  }

  var text: String {
    let times =
      summary.generation == 1
      ? "once"
      : "\(summary.generation) times, last "
        + Format.date(summary.resumedAt)
    var lines = [
      ("folder", summary.path),
      ("size", "\(Format.bytes(summary.bytes)), last written " + Format.date(summary.writtenAt)),
      ("started", "\(Format.date(summary.startedAt)), \(times)"),
      ("data", summary.dataset + (data.map { " in \($0)" } ?? "")),
    ]
    for file in checkpoints {
      let step = file.step.map { "step \($0)" } ?? "cannot be read"
      lines.append(("checkpoint", "\(file.name), \(step), \(Format.bytes(file.bytes))"))
    }
    if checkpoints.isEmpty { lines.append(("checkpoint", "none yet")) }
    var table = TextTable(["", ""], alignRight: [false, false])
    for line in lines { table.add([line.0, line.1]) }
    return String(table.text.drop { $0 == "\n" })
  }
}
