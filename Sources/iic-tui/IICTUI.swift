import ArgumentParser
import CProcessGuard
import Foundation
import Kernels

/// The program: with no command it trains on the digits that come with it.
@main
struct IICTUI: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "iic-tui",
    abstract: "Finds the classes in images without labels, and lets you watch.",
    discussion: """
      Invariant Information Clustering (Ji, Henriques, Vedaldi 2019) on the CPU, live in the terminal. \
      With no command: train on the 5,000 digits that come with the program.

      RUN is a run's name, an unambiguous beginning of one, a path, or 'last'. Runs live in --runs, \
      else $IIC_TUI_RUNS, else the XDG data folder (~/.local/share/iic-tui/runs).
      """,
    version: "0.1.0",
    subcommands: [
      TrainCommand.self, WatchCommand.self, ReplayCommand.self, RunsCommand.self,
      EvaluateCommand.self, PredictCommand.self, ClustersCommand.self, FineTuneCommand.self,
      ExperimentCommand.self, ExportCommand.self, ImportCommand.self, PresetsCommand.self,
      DatasetsCommand.self, BenchCommand.self,
    ],
    defaultSubcommand: TrainCommand.self)

  /// Errors become one line on stderr and exit code 1; wrong usage is exit code 2.
  static func main() {
    StandardStreams.openMissing()
    // A reader that goes away (`iic-tui … | head`) shows as a failed write, not as a signal that
    // ends a run.
    signal(SIGPIPE, SIG_IGN)
    process_guard_catch_crashes()
    // A limit on the size of files, likewise, is what a full disk is.
    signal(SIGXFSZ, SIG_IGN)
    var code: Int32 = 0
    do {
      var command = try parseAsRoot()
      try SystemThread.checkAvailable(1, for: "database")
      try command.run()
    } catch {
      code = report(error)
    }
    if let problem = StandardStreams.outputProblem {
      StandardStreams.note(problem)
      if code == 0 { code = 1 }
    }
    Foundation.exit(code)
  }

  private static func report(_ error: any Error) -> Int32 {
    switch exitCode(for: error) {
    case .success:
      StandardStreams.output(fullMessage(for: error) + "\n")
      return 0
    case .validationFailure:
      StandardStreams.error(fullMessage(for: error) + "\n")
      return 2
    default:
      if let code = error as? ExitCode { return code.rawValue }
      StandardStreams.note(message(for: error))
      return 1
    }
  }
}
