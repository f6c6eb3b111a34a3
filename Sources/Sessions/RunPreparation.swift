import Datasets
import Foundation
import RunStorage
import Settings
import Snapshots
import Training

/// What somebody wants trained, as the command line says it.
package struct RunRequest: Sendable {
  package var preset: String?
  /// Settings to start from in place of a preset's.
  package var base: ComposedSettings?
  /// The flag or the file that names the preset, for messages.
  package var presetSource = "--preset"
  /// A settings file's path.
  package var config: String?
  /// `key=value` each.
  package var assignments: [String] = []
  /// Flags that stand for a setting, those that were not given left out.
  package var flags: [(flag: String, key: String, value: String)] = []
  /// Told how many of how many pictures are read, from any thread.
  package var progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  /// A run that goes on may do so with other data than it began with.
  package var dataMayDiffer = false
  /// A run that goes on does so from the checkpoint before the latest, which is damaged.
  package var fromPrevious = false
  /// The new run's name; made from preset and time if nil.
  package var name: String?
  /// Loads the data that settings name; they are read from disk if nil. Who starts several runs
  /// keeps the data between them.
  package var loadDataset: (@Sendable (Configuration) throws -> ImageDataset)?

  package init() {}

  /// The last of several counts.
  func flag(_ key: String) -> String? { flags.last { $0.key == key }?.value }

  /// The data set that flags, assignments or the settings file name, or that lies in the folder
  /// they name; nil without either.
  ///
  /// - Parameter text: of the settings file.
  func recognizedDataset(file text: String?) throws -> DatasetCatalog.Entry? {
    if let name = try word("dataset", file: text)?.value {
      return try DatasetCatalog.entry(named: name)
    }
    guard let (folder, base) = try word("data", file: text), !folder.isEmpty else { return nil }
    return try DatasetCatalog.recognize(UserPath.absolute(folder, base: base))
  }

  /// What was given for a key, and the folder that a path in it starts from: flags count before
  /// assignments, and those before the file.
  private func word(
    _ key: String, file text: String?
  ) throws(SettingsError) -> (value: String, base: String?)? {
    if let value = flag(key) { return (value, nil) }
    for assignment in assignments.reversed() {
      let (assigned, value) = try SettingsAssignment.parse(assignment)
      if assigned == key { return (value, nil) }
    }
    guard let text, let config, let value = try YAMLText.word(key, of: text, source: config) else {
      return nil
    }
    return (value, UserPath.folder(of: config))
  }
}

extension RunRequest {
  /// The settings of a run that starts, checked, and its data.
  ///
  /// - Throws: an error of one line.
  func composed() throws -> (configuration: Configuration, dataset: ImageDataset) {
    if var settings = base {
      let dataset = try settings.complete(self)
      return (settings.configuration, dataset)
    }
    var text: String?
    if let config { text = try UserPath.readText(config) }
    let named = try text.flatMap { text in
      try ComposedSettings.preset(ofFile: text, source: config ?? "")
    }
    // Who names only a folder gets the preset that suits what lies there.
    let recognized = preset == nil && named == nil ? try recognizedDataset(file: text) : nil
    var settings = try ComposedSettings(
      preset: preset ?? named ?? recognized?.preset ?? "digits",
      source: preset != nil || named == nil ? presetSource : "\(config ?? ""): preset")
    if let recognized { try settings.set(key: "dataset", value: recognized.name) }
    if let text, let config { try settings.apply(file: text, path: config) }
    let dataset = try settings.complete(self)
    return (settings.configuration, dataset)
  }
}

/// What a training needs, all of it checked.
package struct PreparedRun {
  package var configuration: Configuration
  package var dataset: ImageDataset
  package var recorder: RunRecorder
  /// nil for a run that starts.
  package var checkpoint: CheckpointSnapshot?
  /// Weights of another run that this one's trunk starts from; nil for none, or where there is a
  /// checkpoint.
  package var start: [NamedTensor]?
  /// What was done up to the checkpoint; nil for a run that starts.
  package var past: RunHistory?
  /// Seconds since 1970.
  package var startedAt: Double
  /// What a run that goes on has recorded of its images.
  var recordedImages: RunImages?
  /// Whether the data may be others than those that the run began with.
  var dataMayDiffer = false
}

extension PreparedRun {
  /// A run that starts: preset, then file, then assignments, then flags.
  ///
  /// - Throws: an error of one line; then no folder is left behind.
  package init(new request: RunRequest, in runs: RunsFolder) throws {
    let (configuration, dataset) = try request.composed()
    let start = try configuration.loadStart()
    let folder = try runs.createRun(name: request.name, preset: configuration.preset)
    try self.init(configuration, dataset, start: start, in: folder)
  }

  /// - Parameter kind: what the name of a run that nobody has named begins with.
  init(
    new request: RunRequest, _ settings: ComposedSettings, named kind: String, in runs: RunsFolder
  ) throws {
    var settings = settings
    let dataset = try settings.complete(request)
    let start = try settings.configuration.loadStart()
    let folder = try runs.createRun(name: request.name, preset: kind)
    try self.init(settings.configuration, dataset, start: start, in: folder)
  }

  /// A run that starts in a folder where none has begun, with settings that go with the data.
  ///
  /// - Parameter start: weights that its trunk starts from; nil for none.
  init(
    _ configuration: Configuration, _ dataset: ImageDataset, start: [NamedTensor]?,
    in folder: RunFolder
  ) throws {
    self.init(
      configuration: configuration, dataset: dataset, recorder: try RunRecorder(folder),
      checkpoint: nil, start: start, past: nil, startedAt: Date().timeIntervalSince1970)
  }

  /// Settings that a run may change when it goes on; with another of the rest it would be another
  /// run.
  package static let changeableOnResume = [
    "data", "training.epochs", "training.steps", "training.threads", "training.learning_rate",
    "training.decay_epochs", "training.decay_factor", "evaluation.epochs", "checkpoint.seconds",
  ]

  /// A run that goes on from its last checkpoint.
  ///
  /// - Throws: an error of one line; then the run is as it was.
  package init(resume folder: RunFolder, _ request: RunRequest) throws {
    for assignment in request.assignments {
      let key = try SettingsAssignment.parse(assignment).key
      guard Self.changeableOnResume.contains(key) else {
        throw SettingsError(
          source: "--set", key: key,
          problem: "cannot change when a run is resumed, expected one of "
            + Self.changeableOnResume.joined(separator: ", "))
      }
    }
    // A folder that holds no run gets none by this.
    _ = try RunHistoryReader(folder).description()
    // The recorder first: it holds the lock that keeps other writers out.
    let recorder = try RunRecorder(folder)
    do {
      let previous = request.fromPrevious ? try folder.loadPrevious() : nil
      let history = try RunHistoryReader(folder).outline()
      var recorded = try Configuration(
        recorded: history.description.configuration, source: folder.name)
      // Asking for epochs lifts a limit that an earlier --steps set.
      if request.flag("training.epochs") != nil, request.flag("training.steps") == nil {
        recorded.steps = 0
      }
      if previous == nil { try Self.refuseIfCheckpointIsMissing(folder, history, recorded) }
      var settings = ComposedSettings(recorded: recorded, run: folder.name)
      let dataset = try settings.complete(request)
      let images = try RunImages(RunHistoryReader(folder), run: folder.name)
      let source = settings.configuration.dataSource
      try images.checkResuming(dataset, source: source)
      if !request.dataMayDiffer { try images.checkIdentity(dataset, source: source) }
      let checkpoint = try previous ?? (folder.hasCheckpoint ? Self.latest(of: folder) : nil)
      let planned = settings.configuration.plannedSteps(
        settings.configuration.schedule(of: dataset))
      // One that was ended in its last evaluation, or before it could say that it is complete,
      // still has that to do.
      let isComplete = history.end == .completed || history.end == .failed
      if let checkpoint, checkpoint.step > planned || checkpoint.step == planned && isComplete {
        throw SessionError(
          "\(folder.name): all of its \(checkpoint.step) steps are taken; --epochs or --steps with "
            + "a larger number goes on")
      }
      let start = checkpoint == nil ? try settings.configuration.loadStart() : nil
      let past = try Self.past(of: folder, upTo: checkpoint)
      // Nothing can be wrong any more.
      if previous != nil { try folder.returnToPrevious() }
      self.init(
        configuration: settings.configuration, dataset: dataset, recorder: recorder,
        checkpoint: checkpoint, start: start, past: past,
        startedAt: history.description.startedAt, recordedImages: images,
        dataMayDiffer: request.dataMayDiffer)
    } catch {
      recorder.close()
      throw error
    }
  }

  /// The newest checkpoint; of a damaged one the error names the one before, if that is whole.
  private static func latest(of folder: RunFolder) throws -> CheckpointSnapshot {
    do {
      return try folder.loadLatest()
    } catch {
      guard let remedy = remedy(folder) else { throw error }
      throw SessionError("\(error)\(remedy)")
    }
  }

  /// What a line about a damaged or missing checkpoint ends with; nil where there is no other.
  private static func remedy(_ folder: RunFolder) -> String? {
    folder.previousCheckpointStep.map {
      "; the checkpoint before it, of step \($0), is whole: --checkpoint previous goes on from "
        + "there"
    }
  }

  /// A run that goes on has not ended, whatever it did before.
  private static func past(
    of folder: RunFolder, upTo checkpoint: CheckpointSnapshot?
  ) throws(StorageError) -> RunHistory? {
    guard let checkpoint else { return nil }
    var past = try RunHistoryReader(folder).outline(upTo: checkpoint.step)
    past.end = nil
    past.endMessage = nil
    past.isPaused = false
    return past
  }

  /// Starting over would erase the history; only a run that ended before its first checkpoint may.
  private static func refuseIfCheckpointIsMissing(
    _ folder: RunFolder, _ history: RunHistory, _ configuration: Configuration
  ) throws {
    if folder.hasCheckpoint { return }
    let expected: String
    if let step = try RunHistoryReader(folder).checkpointStep() {
      if step == 0 { return }
      expected = "step \(step)"
    } else if let last = history.newest.lastStep,
      history.end != nil || last.elapsed > configuration.checkpointSeconds
    {
      // An older program did not say whether there was one.
      expected = "about step \(last.step)"
    } else {
      return
    }
    throw SessionError(
      "\(folder.latestWeightsURL.path): the checkpoint is missing; expected the one of \(expected)"
        + (remedy(folder) ?? ""))
  }
}

extension ComposedSettings {
  /// One's own data, or another data set than the preset's, says how many classes there are: the
  /// main head of a new run has a cluster for each and the auxiliary head several, unless somebody
  /// has said otherwise.
  fileprivate mutating func fitToClasses(of dataset: ImageDataset) throws(SettingsError) {
    let isOwn = ["idx", ImageFolderFormat.name].contains(configuration.dataset)
    guard configuration.method == .informationClustering, let presetDataset,
      isOwn || configuration.dataset != presetDataset, dataset.classes >= 2,
      configuration.clustering.turns.mainMatching == .oneToOne, !isSet("heads.B.clusters")
    else { return }
    try set(key: "heads.B.clusters", value: String(dataset.classes))
    let clustering = configuration.clustering
    if clustering.turns.headA.clusters <= dataset.classes, !isSet("heads.A.clusters") {
      let several = min(5 * dataset.classes, clustering.batchPairs, 1000)
      try set(key: "heads.A.clusters", value: String(several))
    }
  }

  /// A folder of one's own may hold fewer images than a preset's batch: then that is smaller,
  /// unless somebody has said otherwise. Returns what to tell of it; nil for nothing.
  fileprivate mutating func fitBatch(
    to dataset: ImageDataset
  ) throws(SettingsError) -> String? {
    let own = ["idx", ImageFolderFormat.name, "segmentation-folder"]
    guard presetDataset != nil, own.contains(configuration.dataset), dataset.count >= 2,
      !isSet("training.batch_pairs")
    else { return nil }
    let (batch, repeats) =
      configuration.method == .segmentation
      ? (configuration.segmentation.imagesPerBatch, configuration.segmentation.sampleRepeats)
      : (configuration.clustering.imagesPerBatch, configuration.clustering.sampleRepeats)
    guard batch > dataset.count else { return nil }
    let pairs = dataset.count * repeats
    try set(key: "training.batch_pairs", value: String(pairs))
    return "\(dataset.count) images are less than a batch of the preset's, \(batch): "
      + "training.batch_pairs is \(pairs)"
  }

  /// Applies the command line's settings, loads the data, and checks that all of it goes together.
  fileprivate mutating func complete(_ request: RunRequest) throws -> ImageDataset {
    for assignment in request.assignments { try apply(assignment: assignment) }
    // The setting itself takes 0 for no limit; who types a number of steps wants some.
    if request.flags.contains(where: { $0.flag == "--steps" && $0.value == "0" }) {
      throw SettingsError(
        source: "--steps", key: nil, problem: "is '0', expected an integer of at least 1")
    }
    for (flag, key, value) in request.flags { try apply(key: key, value: value, source: flag) }
    try blaming { configuration throws(SettingsError) in
      try configuration.validate(source: "")
    }
    var dataset =
      try request.loadDataset?(configuration)
      ?? configuration.loadDataset(progress: request.progress)
    try configuration.checkPictures(of: dataset)
    if configuration.method == .informationClustering,
      let note = configuration.clustering.views.note(side: dataset.size.side)
    {
      dataset.notes.append(note)
    }
    if let note = configuration.noteOnLabels(of: dataset) { dataset.notes.append(note) }
    if let note = try fitBatch(to: dataset) { dataset.notes.append(note) }
    try fitToClasses(of: dataset)
    try blaming { configuration throws(SettingsError) in
      // Once more: there may be more clusters than there were.
      try configuration.validate(source: "")
      try configuration.validate(
        source: "", images: dataset.count, side: dataset.size.side,
        classes: dataset.classes, splits: dataset.splits)
      try configuration.validate(source: "", labelsOf: dataset)
    }
    return dataset
  }
}
