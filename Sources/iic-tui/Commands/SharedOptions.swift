import ArgumentParser
import Datasets
import Foundation
import RunStorage
import Sessions

/// What a RUN argument may be.
let runHelp: String = "The run: a name, the beginning of one, a path, or 'last'."

/// The flags of a training that stand for a setting, those that were not given left out.
func givenFlags(
  dataset: String?, data: String?, initialWeights: String? = nil, labels: Double? = nil,
  epochs: Int?, steps: Int?,
  seed: UInt64? = nil, threads: Int?
) -> [(flag: String, key: String, value: String)] {
  let flags: [(flag: String, key: String, value: String?)] = [
    ("--dataset", "dataset", dataset), ("--data", "data", data),
    ("--init", "init", initialWeights),
    ("--labels", "finetune.labels", labels.map { "\($0)" }),
    ("--epochs", "training.epochs", epochs.map(String.init)),
    ("--steps", "training.steps", steps.map(String.init)),
    ("--seed", "training.seed", seed.map(String.init)),
    ("--threads", "training.threads", threads.map(String.init)),
  ]
  return flags.compactMap { flag in flag.value.map { (flag.flag, flag.key, $0) } }
}

/// Where runs live; every command that knows runs takes it.
struct RunsOption: ParsableArguments {
  @Option(help: "The folder that runs live in.")
  var runs: String?

  func validate() throws {
    if runs == "" { throw ValidationError("--runs is empty, expected a folder") }
  }

  var folder: RunsFolder { RunsFolder(path: runs.map { UserPath.absolute($0) }) }

  /// A run that is only read: `demo` is the one that comes with the program, unless somebody has a
  /// run of that name.
  func runToRead(_ name: String) throws -> RunFolder {
    guard name == "demo", try !folder.has(name) else { return try folder.resolve(name) }
    return RunFolder(URL(fileURLWithPath: try AssetLocator.find("demo-run"), isDirectory: true))
  }

  /// A run whose files are changed.
  func runToChange(_ name: String) throws -> RunFolder {
    guard name == "demo", try !folder.has(name) else { return try folder.resolve(name) }
    throw SessionError(
      "demo: the run that comes with the program stays as it is; expected one of your own")
  }
}

/// The weights that a run's network is given.
struct WeightsOptions: ParsableArguments {
  @Flag(help: "The weights with the lowest loss rather than the latest ones.")
  var best = false
  @Option(
    help: ArgumentHelp(
      "A safetensors file's weights, such as PyTorch saved them, in place of the run's.",
      valueName: "f.safetensors"))
  var weights: String?

  func validate() throws {
    if best, weights != nil { throw ValidationError("expected --best or --weights, not both") }
    if weights == "" { throw ValidationError("--weights is empty, expected a file") }
  }

  var choice: WeightsChoice { weights.map { .file($0) } ?? (best ? .best : .latest) }
}

/// The data that a run's network judges, if not the run's own.
struct OtherDataOptions: ParsableArguments {
  @Option(help: "Another data set than the run's.")
  var dataset: String?
  @Option(help: "The folder of the data set's files.")
  var data: String?
  @OptionGroup var changed: DataChangedOption

  func validate() throws {
    guard data?.isEmpty != true else { throw ValidationError("--data is empty, expected a folder") }
  }
}

struct DataChangedOption: ParsableArguments {
  @Flag(help: "Take the data although they are not those that the run began with.")
  var dataChanged = false
}

/// What a training does when its terminal goes away.
enum OnHangup: String, ExpressibleByArgument, CaseIterable {
  /// It trains on, without a screen.
  case `continue`
  case stop
}

struct OnHangupOption: ParsableArguments {
  @Option(help: "When the terminal goes away, train on without a screen, or save and stop.")
  var onHangup = OnHangup.continue
}
