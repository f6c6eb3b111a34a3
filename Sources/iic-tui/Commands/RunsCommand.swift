import ArgumentParser
import Foundation
import RunStorage
import Snapshots
import Training

/// `iic-tui runs`: what has been trained.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List, show, compare and delete runs.",
    subcommands: [List.self, Show.self, Compare.self, Delete.self, Prune.self],
    defaultSubcommand: List.self)

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
}
