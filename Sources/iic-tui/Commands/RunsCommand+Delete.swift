import ArgumentParser
import Foundation
import RunStorage
import TerminalUI

extension RunsCommand {
  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete runs from disk, after a question.",
      discussion: "Only files that a run has are deleted: another one in its folder stays, and the "
        + "folder with it.")

    @Argument(help: ArgumentHelp("Exact names, or paths.", valueName: "run"))
    var runNames: [String]
    @OptionGroup var runs: RunsOption
    @Flag(help: "Without a question.")
    var yes = false
    @Flag(help: "Print what was deleted as JSON, one object a line.")
    var json = false

    func run() throws {
      let folder = runs.folder
      var found: [RunFolder] = []
      // All of them are looked at before the first is gone.
      for name in runNames {
        let run = try folder.exactly(name)
        try folder.checkDeletable(run)
        if !found.contains(run) { found.append(run) }
      }
      var refused = 0
      for run in found {
        guard try Confirmation.ask(Self.question(run), isGiven: yes) else {
          refused += 1
          continue
        }
        StandardStreams.output(DeletionLine(try folder.delete(run)).text(json: json))
      }
      if refused > 0 {
        StandardStreams.note("\(refused) of \(found.count) not deleted")
        throw ExitCode(1)
      }
    }

    private static func question(_ run: RunFolder) -> String {
      let name = String(run.name.map(\.printable))
      return run.isLink
        ? "remove the link \(name) (the run stays)?"
        : "delete run \(name) (\(Format.bytes(run.measure.bytes)))?"
    }
  }

  struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete all runs but those that are to be kept, after one question.",
      discussion: "Runs that are being written are kept, and so are those that cannot be read, "
        + "unless '--state broken' asks for these. --keep-best and --keep-last count among the "
        + "runs that --state leaves.")

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp("Exact names of runs to keep.", valueName: "run"))
    var keep: [String] = []
    @Option(help: ArgumentHelp("Keep so many with the highest accuracy.", valueName: "n"))
    var keepBest: Int?
    @Option(help: ArgumentHelp("Keep so many that were started or resumed last.", valueName: "n"))
    var keepLast: Int?
    @Option(help: "Delete only runs in this state.")
    var state: RunStatus?
    @OptionGroup var runs: RunsOption
    @Flag(help: "Say what would be deleted, and delete nothing.")
    var dryRun = false
    @Flag(help: "Without a question.")
    var yes = false
    @Flag(help: "Print what was deleted, or would be, as JSON, one object a line.")
    var json = false

    func validate() throws {
      guard !keep.isEmpty || keepBest != nil || keepLast != nil else {
        throw ValidationError("expected --keep, --keep-best or --keep-last: what is to be kept")
      }
      for (flag, count) in [("--keep-best", keepBest), ("--keep-last", keepLast)] {
        if let count, count < 1 {
          throw ValidationError("\(flag) is \(count), expected at least 1")
        }
      }
    }

    func run() throws {
      let folder = runs.folder
      // A name that is misspelt would delete the run that it means.
      let kept = try keep.map { try folder.exactly($0) }
      let all = try folder.list()
      if keepLast != nil { try folder.checkOrder(all) }
      let plan = RunPruning(
        all, keep: kept.map(\.url.path), best: keepBest ?? 0, last: keepLast ?? 0,
        state: state)
      let doomed = plan.doomed
      let size = Format.bytes(doomed.reduce(0) { $0 + $1.bytes })
      if doomed.isEmpty {
        if !json { StandardStreams.output("nothing to delete; \(plan.kept.count) runs kept\n") }
        return
      }
      if dryRun {
        StandardStreams.output(
          json
            ? doomed.map { JSONLine.text(["would_delete": $0.path]) }.joined()
            : RunSummary.table(doomed)
              + "\n\(doomed.count) runs would be deleted (\(size)), \(plan.kept.count) kept\n")
        return
      }
      let question =
        (yes ? "" : RunSummary.table(doomed) + "\n")
        + "delete these \(doomed.count) runs (\(size)) and keep \(plan.kept.count)?"
      guard try Confirmation.ask(question, isGiven: yes) else {
        StandardStreams.note("nothing deleted")
        throw ExitCode(1)
      }
      var failed = false
      for run in doomed {
        do {
          let url = URL(fileURLWithPath: run.path, isDirectory: true)
          StandardStreams.output(
            DeletionLine(try folder.delete(RunFolder(url))).text(json: json))
        } catch {
          failed = true
          StandardStreams.note("\(error)")
        }
      }
      if failed { throw ExitCode(1) }
    }
  }
}

/// Which runs `prune` deletes.
struct RunPruning {
  private(set) var doomed: [RunSummary] = []
  private(set) var kept: [RunSummary] = []

  /// - Parameters:
  ///   - runs: in the order in which they were started or resumed, the newest last.
  ///   - keep: paths of those that were named; one that another is a link to is kept too.
  ///   - best: how many of the highest accuracy, likewise `last`; of those in `state`.
  init(_ runs: [RunSummary], keep: [String], best: Int, last: Int, state: RunStatus?) {
    func place(_ path: String) -> String {
      URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }
    let candidates = runs.filter { run in
      state.map { run.status == $0 } ?? (run.status != .broken)
    }
    func accuracy(_ run: RunSummary) -> Double { run.bestAccuracy ?? run.accuracy ?? -1 }
    let measured = candidates.enumerated().filter { accuracy($0.element) >= 0 }
      .sorted { (accuracy($0.element), $0.offset) > (accuracy($1.element), $1.offset) }
    let chosen = measured.prefix(best).map(\.element.path) + candidates.suffix(last).map(\.path)
    let places = Set((keep + chosen).map(place))
    let paths = Set(candidates.map(\.path))
    for run in runs {
      if paths.contains(run.path), run.status != .running, !places.contains(place(run.path)) {
        doomed.append(run)
      } else {
        kept.append(run)
      }
    }
  }
}

/// What became of a run.
struct DeletionLine {
  private struct Line: Encodable {
    var deleted: String
    var bytes: Int
    var kept: [String]
    var linkedTo: String?

    enum CodingKeys: String, CodingKey {
      case deleted, kept
      case bytes = "size_bytes"
      case linkedTo = "linked_to"
    }
  }

  private let deletion: RunDeletion

  init(_ deletion: RunDeletion) { self.deletion = deletion }

  func text(json: Bool) -> String {
    if json {
      return JSONLine.text(
        Line(
          deleted: deletion.path, bytes: deletion.bytes, kept: deletion.kept,
          linkedTo: deletion.linkedTo))
    }
    func line(_ text: String) -> String { String(text.map(\.printable)) }
    if let target = deletion.linkedTo {
      return "removed the link \(line(deletion.path)); the run stays in \(line(target))\n"
    }
    let kept = line(deletion.kept.prefix(8).joined(separator: ", "))
    let more = deletion.kept.count > 8 ? " and \(deletion.kept.count - 8) more" : ""
    return "deleted \(line(deletion.path)) (\(Format.bytes(deletion.bytes)))\n"
      + (kept.isEmpty ? "" : "  kept, as they are no run's: \(kept)\(more)\n")
  }
}
