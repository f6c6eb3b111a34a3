import Datasets
import Foundation
import Methods
import RunStorage
import Settings
import Snapshots
import Synchronization
import Training

/// An experiment in a folder of runs. How far it is, is what its runs say: nothing else is written
/// down, so that nothing can disagree with them.
package final class ExperimentSession: Sendable {
  package let experiment: Experiment
  private let request: ExperimentRequest
  let folder: RunsFolder
  private let seeds: [UInt64]
  private let data = Mutex<LoadedData?>(nil)
  /// Why runs ended that this session tried, by name: of some nothing on disk tells.
  let failures = Mutex<[String: String]>([:])

  /// The data set that was read last; most variants have the same.
  private struct LoadedData {
    var key: [String]
    var dataset: ImageDataset
  }

  package init(_ experiment: Experiment, _ request: ExperimentRequest, in folder: RunsFolder) {
    self.experiment = experiment
    self.request = request
    self.folder = folder
    seeds = request.seeds ?? experiment.seeds
  }

  /// The settings of one run, checked, and its data.
  struct Composition {
    var configuration: Configuration
    var dataset: ImageDataset
  }

  /// Why a run makes no sense on these data.
  struct Inapplicable: Error {
    var reason: String
  }

  func name(_ variant: Experiment.Variant, seed: UInt64) -> String {
    "\(request.name ?? experiment.name)-\(variant.name)-seed-\(seed)"
  }

  /// What the run of a variant with a seed is to be.
  ///
  /// - Throws: an error of one line, or `Inapplicable`.
  func compose(_ variant: Experiment.Variant, seed: UInt64) throws -> Composition {
    if let needed = variant.needs {
      var general = variant
      general.settings = []
      let dataset = try runRequest(general, seed: seed).composed().dataset
      guard dataset.splits.names.contains(needed) else {
        throw Inapplicable(reason: "\(dataset.name) has no \(needed.rawValue) images")
      }
    }
    let (configuration, dataset) = try runRequest(variant, seed: seed).composed()
    return Composition(configuration: configuration, dataset: dataset)
  }

  private func runRequest(_ variant: Experiment.Variant, seed: UInt64) throws -> RunRequest {
    if let fineTuning = variant.fineTuning {
      return try self.fineTuning(fineTuning, variant, seed: seed)
    }
    var run = RunRequest()
    run.preset = variant.preset ?? request.preset ?? experiment.preset
    run.presetSource =
      variant.preset != nil
      ? "\(experiment.source): variants.\(variant.name).preset"
      : request.preset != nil ? "--preset" : "\(experiment.source): preset"
    let own = "\(experiment.source): variants.\(variant.name).settings"
    run.flags =
      experiment.settings.map { ("\(experiment.source): settings", $0.key, $0.value) }
      + request.flags + variant.settings.map { (own, $0.key, $0.value) }
      + [("--seeds", "training.seed", String(seed))]
    run.progress = request.progress
    run.loadDataset = { [self] in try dataset(of: $0) }
    return run
  }

  /// The network, the views and the data are those of the run that is fine-tuned; what the command
  /// line says of learning is said of that run, but for the most steps.
  private func fineTuning(
    _ fineTuning: Experiment.FineTuning, _ variant: Experiment.Variant, seed: UInt64
  ) throws -> RunRequest {
    guard let trunk = experiment.variants.first(where: { $0.name == fineTuning.variant }) else {
      throw SessionError("\(experiment.source): no variant \(fineTuning.variant)")
    }
    let weights = runFolder(name(trunk, seed: seed)).latestWeightsURL
    let own = try compose(trunk, seed: seed).configuration
    guard own.method == .informationClustering else {
      throw SessionError(
        "\(experiment.source): variants.\(variant.name): '\(trunk.name)' clusters pixels, expected "
          + "a variant that clusters whole images")
    }
    let configuration = Configuration(
      fineTuning: own,
      from: fineTuning.isFromScratch ? nil : UserPath.absolute(weights.path))
    var run = resumingRequest()
    run.base = ComposedSettings(recorded: configuration, run: variant.name)
    let source = "\(experiment.source): variants.\(variant.name).settings"
    run.flags +=
      request.flags.filter { $0.key == "training.steps" }
      + variant.settings.map { (source, $0.key, $0.value) }
      + [("--seeds", "training.seed", String(seed))]
    return run
  }

  /// A run goes on with its recorded settings; only what the machine is asked for may change.
  func resumingRequest() -> RunRequest {
    var run = RunRequest()
    run.flags = request.flags.filter { $0.key == "training.threads" }
    run.progress = request.progress
    run.loadDataset = { [self] in try dataset(of: $0) }
    return run
  }

  private func dataset(of configuration: Configuration) throws -> ImageDataset {
    let key = [
      configuration.dataset, configuration.data, "\(configuration.pictureSize)",
      "\(configuration.pictureChannels)", "\(configuration.segmentation.pictureScale)",
      "\(configuration.segmentation.longestSide)",
    ]
    return try data.withLock { loaded in
      if let loaded, loaded.key == key { return loaded.dataset }
      // The old images go before the new ones come.
      loaded = nil
      let dataset = try configuration.loadDataset(progress: request.progress)
      loaded = LoadedData(key: key, dataset: dataset)
      return dataset
    }
  }

  /// All runs, those of one seed after those of the one before, so that variants can be compared
  /// early; each with its standing.
  package func runs() -> [ExperimentRun] {
    seeds.flatMap { seed in experiment.variants.indices.map { run(variant: $0, seed: seed) } }
  }

  /// How the experiment stands.
  package func table() -> ExperimentTable {
    let runs = runs()
    let rows = experiment.variants.enumerated().map { index, variant in
      let configuration = try? compose(variant, seed: seeds[0]).configuration
      let clusters = configuration?.turns.headB.clusters
      return ExperimentRow(
        variant: variant, runs: runs.filter { $0.variant == index },
        dataset: configuration?.dataset, clusters: clusters == HeadSettings.unknown ? nil : clusters
      )
    }
    return ExperimentTable(experiment: experiment, rows: rows)
  }

  /// One run with its standing.
  func run(variant index: Int, seed: UInt64) -> ExperimentRun {
    let variant = experiment.variants[index]
    let name = name(variant, seed: seed)
    let standing: ExperimentRun.Standing
    do {
      standing = try self.standing(of: name, compose(variant, seed: seed), variant)
    } catch let error as Inapplicable {
      standing = .inapplicable(error.reason)
    } catch {
      standing = .impossible("\(error)")
    }
    let failure = failures.withLock { $0[name] }
    return ExperimentRun(
      variant: index, seed: seed, name: name,
      standing: failure.map { .impossible($0) } ?? standing)
  }

  func runFolder(_ name: String) -> RunFolder {
    RunFolder(folder.url.appendingPathComponent(name, isDirectory: true))
  }

  private func standing(
    of name: String, _ composition: Composition, _ variant: Experiment.Variant
  ) throws -> ExperimentRun.Standing {
    if let baseline = variant.baseline {
      return try BaselineResult.read(at: baselineFile(name))
        .map { try .finished($0.scores(of: baseline, composition.configuration, name)) }
        ?? .missing
    }
    let run = runFolder(name)
    guard run.exists else { return .missing }
    if run.isRunning { return .running }
    if try run.isUnbegun() { return .missing }
    let reader = RunHistoryReader(run)
    let description = try reader.description()
    try composition.configuration.checkSame(
      as: Configuration(recorded: description.configuration, source: name), what: "the run")
    let summary = run.summary()
    if let error = summary.error { throw error }
    if summary.status == .failed {
      throw SessionError("failed: \(summary.endMessage ?? "no reason is recorded")")
    }
    let planned = description.plannedSteps
    let checkpoint = run.hasCheckpoint ? try run.checkpointStep() : nil
    let isComplete = summary.status == .completed && checkpoint ?? planned >= planned
    guard isComplete || checkpoint == planned, let main = description.mainHead,
      let evaluation = try reader.evaluation(), evaluation.step == planned,
      let head = evaluation[main.name]
    else { return .begun(step: checkpoint ?? 0, planned: planned) }
    var scores = ExperimentScores(head, seconds: summary.elapsed)
    if !experiment.labelShares.isEmpty {
      scores.labelShares = try LabelShareRecord.read(run, step: planned)?
        .accuracies(of: experiment.labelShares)
    }
    return .finished(scores)
  }

  func baselineFile(_ name: String) -> URL {
    folder.url.appendingPathComponent("\(name).json")
  }
}

extension Configuration {
  /// What a run's results do not depend on.
  private static let irrelevant = ["training.threads", "checkpoint.seconds", "finetune.from"]

  /// Throws `SessionError` that names what differs between these settings, which are wanted, and
  /// those that a run was made with.
  ///
  /// - Parameters:
  ///   - what: was made with those.
  ///   - relevant: keys, or groups of them with a dot at the end, that matter; all if nil.
  func checkSame(
    as recorded: Configuration, what: String, relevant: [String]? = nil
  ) throws(SessionError) {
    let found = Dictionary(
      recorded.settings.map { ($0.key, $0.value.yaml) }, uniquingKeysWith: { first, _ in first })
    let differences = settings.compactMap { key, value -> String? in
      let matters =
        relevant.map { $0.contains { key == $0 || $0.hasSuffix(".") && key.hasPrefix($0) } }
        ?? !Self.irrelevant.contains(key)
      guard matters, found[key] != value.yaml else { return nil }
      return "\(key) \(found[key] ?? "missing"), expected \(value.yaml)"
    }
    guard !differences.isEmpty else { return }
    throw SessionError(
      "\(what) was made with \(differences.joined(separator: "; ")); give the same options, "
        + "another --name, or delete it")
  }
}
