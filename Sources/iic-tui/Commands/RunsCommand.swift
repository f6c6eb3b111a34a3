import ArgumentParser
import Foundation
import RunStorage
import Snapshots
import Training

/// `iic-tui runs`: what has been trained.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List, show, compare and delete runs.",
    subcommands: [List.self, Show.self, Compare.self, Delete.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "All runs, the newest last.")

    @OptionGroup var runs: RunsOption
    @Flag(help: "One JSON object a line.")
    var json = false

    func run() throws {
      let summaries = try runs.folder.list()
      if json {
        StandardStreams.output(summaries.map { JSONLine.text(RunLine($0)) }.joined())
      } else if summaries.isEmpty {
        StandardStreams.output("no runs in \(runs.folder.url.path)\n")
      } else {
        StandardStreams.output(RunSummary.table(summaries))
      }
    }
  }

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
      if json {
        StandardStreams.output(JSONLine.text(RunLine(summary)))
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
        RunSummary.table([summary]) + "\n\(folder.url.path)\n\n"
          + (last ?? "no evaluation yet\n\n") + description.configuration)
    }
  }

  struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Several runs side by side, with the settings in which they differ.")

    @Argument(help: ArgumentHelp("Two runs or more.", valueName: "run"))
    var runNames: [String]
    @OptionGroup var runs: RunsOption
    @Flag(help: "One JSON object a line.")
    var json = false

    func validate() throws {
      guard runNames.count >= 2 else { throw ValidationError("expected two runs or more") }
    }

    func run() throws {
      let folders = try runNames.map { try runs.folder.resolve($0) }
      let summaries = folders.map { $0.summary() }
      for summary in summaries { if let error = summary.error { throw error } }
      let settings = try folders.map { folder in
        try Configuration(
          recorded: RunHistoryReader(folder).description().configuration, source: folder.name)
      }
      let differences = Self.differences(settings)
      if json {
        let lines = differences.map { difference in
          JSONLine.text(
            DifferenceLine(
              setting: difference.key,
              values: zip(summaries, difference.values).map {
                DifferenceLine.Value(run: $0.name, value: $1)
              }))
        }
        StandardStreams.output(
          (summaries.map { JSONLine.text(RunLine($0)) } + lines).joined())
        return
      }
      var text = RunSummary.table(summaries)
      for (place, summary) in summaries.enumerated() {
        let lines = differences.map { "  \($0.key): \($0.values[place])\n" }
        text += "\n\(summary.name)\n" + lines.joined()
      }
      StandardStreams.output(text)
    }

    /// The settings that are not the same in all runs: the dotted key, and the value in each run.
    static func differences(
      _ runs: [Configuration]
    ) -> [(key: String, values: [String])] {
      let settings = runs.map(\.settings)
      return (settings.first ?? []).indices.compactMap { index in
        let values = settings.map { $0[index].value.yaml }
        return Set(values).count > 1 ? (settings[0][index].key, values) : nil
      }
    }
  }

  /// A setting that is not the same in all runs that are compared.
  private struct DifferenceLine: Encodable {
    struct Value: Encodable {
      var run: String
      var value: String
    }

    var setting: String
    var values: [Value]
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete a run from disk.")

    @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
    var runName: String
    @OptionGroup var runs: RunsOption
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
      let folder = try runs.folder.resolve(runName)
      try runs.folder.delete(folder)
      StandardStreams.output(
        json
          ? JSONLine.text(["deleted": folder.url.path])
          : "deleted \(folder.url.path)\n")
    }
  }
}
