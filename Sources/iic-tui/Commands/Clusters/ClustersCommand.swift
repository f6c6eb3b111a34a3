import ArgumentParser
import RunStorage
import Snapshots

/// `iic-tui clusters RUN …`: what a run has found, named by people and taken elsewhere.
///
/// The run comes before the subcommand, which asks for it through `@ParentCommand`.
struct ClustersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clusters", abstract: "Name a run's clusters, list them, and sort images by them.",
    usage: "iic-tui clusters <run> [<subcommand>] [--runs <runs>]",
    discussion: """
      Clusters count from 0 and belong to one sub-head, which counts from 1: the one that \
      the run's newest evaluation reports unless --sub-head names another. A cluster is called by \
      the name that you gave it, or gave the same cluster of another sub-head, else by the class \
      that it is matched to, else by its number.
      """,
    subcommands: [
      Show.self, Tree.self, Names.self, Name.self, Assignments.self, Sheet.self, Sort.self,
    ],
    defaultSubcommand: Show.self)

  @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
  var runName: String
  @OptionGroup var runs: RunsOption

  /// For those who write nothing into the run.
  func runToRead() throws -> RunFolder { try runs.runToRead(runName) }

  func folder() throws -> RunFolder { try runs.runToChange(runName) }
}

/// Which sub-head a command about clusters speaks of.
struct SubHeadOptions: ParsableArguments {
  @Option(help: "The head, A or B; the one that speaks for the run if not given.")
  var head: HeadID?
  @Option(help: "The sub-head, from 1; the reported one if not given.")
  var subHead: Int?
}
