import ArgumentParser
import Foundation
import RunStorage

extension RunStatus: ExpressibleByArgument {}

extension RunsCommand {
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "All runs, the one that was started or resumed last at the end.",
      discussion: "Accuracies are those of the reported sub-head: at the last evaluation, and at "
        + "the one with the lowest loss.")

    @OptionGroup var runs: RunsOption
    @Option(help: "What to sort by: the newest, best or largest comes last.")
    var sort: RunOrder?
    @Flag(help: "The other way round.")
    var reverse = false
    @OptionGroup var filter: RunFilter
    @Flag(help: "One JSON object a line.")
    var json = false

    func run() throws {
      let all = try runs.folder.list()
      var summaries = all.filter { filter.keeps($0) }
      if let sort { summaries = sort.sorted(summaries) }
      if reverse { summaries.reverse() }
      if json {
        StandardStreams.output(summaries.map { JSONLine.text(RunLine($0)) }.joined())
      } else if summaries.isEmpty {
        StandardStreams.output(
          all.isEmpty
            ? "no runs in \(runs.folder.url.path)\n"
            : "none of the \(all.count) runs in \(runs.folder.url.path) is one of these\n")
      } else {
        StandardStreams.output(RunSummary.table(summaries))
      }
    }
  }
}

/// Which runs of a list are meant.
struct RunFilter: ParsableArguments {
  @Option(help: "Only runs in this state.")
  var state: RunStatus?
  @Option(help: "Only runs on this data set.")
  var dataset: String?
  @Option(help: "Only runs of this preset.")
  var preset: String?

  func keeps(_ run: RunSummary) -> Bool {
    (state == nil || run.status == state) && (dataset == nil || run.dataset == dataset)
      && (preset == nil || run.preset == preset)
  }
}

/// What a list of runs can be sorted by. Equal ones stay as they were, the newest last.
enum RunOrder: String, CaseIterable, ExpressibleByArgument {
  case age, name, accuracy, size, state

  func sorted(_ runs: [RunSummary]) -> [RunSummary] {
    func by(_ key: (RunSummary) -> Double) -> [RunSummary] {
      runs.enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }
        .map(\.element)
    }
    return switch self {
    case .age: by(\.writtenAt)
    case .name: runs.sorted { $0.name < $1.name }
    // Those without labels come first.
    case .accuracy: by { $0.accuracy ?? -1 }
    case .size: by { Double($0.bytes) }
    case .state: by { Double(Self.states.firstIndex(of: $0.status) ?? 0) }
    }
  }

  /// What asks for attention first comes first.
  private static let states: [RunStatus] = [
    .broken, .failed, .interrupted, .stopped, .completed, .running,
  ]
}
