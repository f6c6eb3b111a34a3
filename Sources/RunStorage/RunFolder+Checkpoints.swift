import Foundation
import Snapshots

/// Weights and the step they were taken after.
package struct StoredWeights: Sendable, Equatable {
  package var step: Int
  /// Under their PyTorch names.
  package var tensors: [NamedTensor]

  package init(step: Int, tensors: [NamedTensor]) {
    self.step = step
    self.tensors = tensors
  }
}

/// A checkpoint is two files that count as one: the optimiser's file carries the step in its name
/// and is written first, and `latest.safetensors`, which names that step, appears after it.
/// Whatever moment the process dies at, `latest.safetensors` and the file it names belong together.
/// The checkpoint before stays as `previous.safetensors`, in case a disk damages the latest.
extension RunFolder {
  private static let stepKey = "step"
  private static let trainerStateKey = "trainer_state"
  private static let isBestKey = "is_best"

  /// Writes the checkpoint and, if it is the best, its weights as `best.safetensors`.
  /// Only the holder of the run's lock may call it. Returns the path of `latest.safetensors`.
  func write(_ checkpoint: CheckpointSnapshot) throws(StorageError) -> URL {
    let step = String(checkpoint.step)
    let isBest = String(checkpoint.isBest)
    let weightsMetadata = ["format": "pt", Self.stepKey: step, Self.isBestKey: isBest]
    try Safetensors.write(
      checkpoint.optimizer,
      metadata: [
        Self.stepKey: step, Self.isBestKey: isBest,
        Self.trainerStateKey: checkpoint.trainerState,
      ], hasChecksum: true, to: optimizerURL(step: checkpoint.step))
    // Before the latest: a resumed run writes again what comes after the latest, but not what came
    // before it.
    if checkpoint.isBest {
      try Safetensors.write(
        checkpoint.weights, metadata: weightsMetadata, hasChecksum: true, to: bestWeightsURL)
    }
    keepPrevious(before: checkpoint.step)
    try Safetensors.write(
      checkpoint.weights, metadata: weightsMetadata, hasChecksum: true, to: latestWeightsURL)
    let previous = (try? openWeights(previousWeightsURL))?.step
    removeOptimizers(except: [checkpoint.step, previous ?? checkpoint.step])
    return latestWeightsURL
  }

  /// Gives the latest weights their second name. Ones that nobody could go on from, because a disk
  /// has damaged them, do not take the place of ones that are whole.
  private func keepPrevious(before step: Int) {
    // A second checkpoint of one step is no reason to forget the one before.
    guard let latest = try? openWeights(latestWeightsURL), latest.step != step,
      (try? openOptimizer(step: latest.step)) != nil
    else { return }
    let temporary = AtomicFile.temporary(for: previousWeightsURL)
    unlink(temporary.path)
    guard (try? giveLatestSecondName(temporary)) != nil else { return }
    rename(temporary.path, previousWeightsURL.path)
  }

  /// A copy, where the file system has only one name for a file.
  private func giveLatestSecondName(_ other: URL) throws(StorageError) {
    if link(latestWeightsURL.path, other.path) == 0 { return }
    try storing(other, "write") {
      try FileManager.default.copyItem(at: latestWeightsURL, to: other)
      let copy = try FileHandle(forReadingFrom: other)
      try copy.synchronize()
      try copy.close()
    }
  }

  /// The step of the checkpoint before the latest; nil if there is none that is whole.
  package var previousCheckpointStep: Int? { wholePrevious?.step }

  private var wholePrevious: CheckpointSnapshot? {
    guard let previous = try? openWeights(previousWeightsURL) else { return nil }
    return try? complete(previous.file, step: previous.step)
  }

  /// The checkpoint before the latest, complete, for a run whose latest is damaged or missing.
  ///
  /// - Throws: if there is none that is whole, or the latest is.
  package func loadPrevious() throws(StorageError) -> CheckpointSnapshot {
    if let latest = try? loadLatest() {
      throw StorageError(
        latestWeightsURL,
        "the latest checkpoint, of step \(latest.step), is whole; --checkpoint previous is for a "
          + "damaged one")
    }
    guard let wholePrevious else {
      throw StorageError(
        previousWeightsURL, "there is no checkpoint before the latest that is whole")
    }
    return wholePrevious
  }

  /// Makes the checkpoint before the latest the latest one; a damaged one stays beside it under
  /// another name. Only the holder of the run's lock may call it, after `loadPrevious`.
  package func returnToPrevious() throws(StorageError) {
    if hasCheckpoint {
      // At no moment is there none that is called the latest.
      let damaged = url.appendingPathComponent("damaged.safetensors")
      unlink(damaged.path)
      try giveLatestSecondName(damaged)
    }
    guard rename(previousWeightsURL.path, latestWeightsURL.path) == 0 else {
      throw StorageError(latestWeightsURL, "cannot write: \(systemReason())")
    }
    AtomicFile.flushFolder(url)
  }

  /// Whether there is a checkpoint to resume from.
  package var hasCheckpoint: Bool {
    FileManager.default.fileExists(atPath: latestWeightsURL.path)
  }

  /// The newest checkpoint, complete. Safe while another process writes the run.
  ///
  /// - Throws: if there is none, a file is damaged, or the two files do not belong together.
  package func loadLatest() throws(StorageError) -> CheckpointSnapshot {
    var problem: StorageError?
    // A newer checkpoint may replace both files between our reading the one and the other.
    for _ in 0..<5 {
      let weights = try openWeights(latestWeightsURL)
      do {
        return try complete(weights.file, step: weights.step)
      } catch {
        problem = error
        guard let now = try? openWeights(latestWeightsURL), now.step != weights.step else { break }
      }
    }
    throw problem ?? StorageError(latestWeightsURL, "the checkpoint keeps changing")
  }

  /// The newest checkpoint's weights.
  package func loadLatestWeights() throws(StorageError) -> StoredWeights {
    let (file, step) = try openWeights(latestWeightsURL)
    return StoredWeights(step: step, tensors: try file.tensors())
  }

  /// The weights with which the lowest-loss sub-head of head B had its lowest loss.
  package func loadBestWeights() throws(StorageError) -> StoredWeights {
    let (file, step) = try openWeights(bestWeightsURL)
    return StoredWeights(step: step, tensors: try file.tensors())
  }

  /// The step that resuming goes on from; 0 without a checkpoint.
  package func checkpointStep() throws(StorageError) -> Int {
    hasCheckpoint ? try openWeights(latestWeightsURL).step : 0
  }

  /// The step of the weights with the lowest loss; nil if there are none that can be read.
  var bestStep: Int? { try? openWeights(bestWeightsURL).step }

  private func openWeights(_ url: URL) throws(StorageError) -> (file: SafetensorsFile, step: Int) {
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw StorageError(self.url, "the run has no \(url.lastPathComponent) (no checkpoint yet)")
    }
    let file = try SafetensorsFile(contentsOf: url)
    return (file, try step(of: file, at: url))
  }

  private func step(of file: SafetensorsFile, at url: URL) throws(StorageError) -> Int {
    guard let text = file.metadata[Self.stepKey], let step = Int(text), step >= 0 else {
      throw StorageError(
        url, "metadata 'step' is \(file.metadata[Self.stepKey] ?? "missing"), expected a number")
    }
    return step
  }

  private func complete(_ weights: SafetensorsFile, step: Int) throws(StorageError)
    -> CheckpointSnapshot
  {
    let (file, trainerState) = try openOptimizer(step: step)
    return CheckpointSnapshot(
      step: step, weights: try weights.tensors(), optimizer: try file.tensors(),
      trainerState: trainerState, isBest: file.metadata[Self.isBestKey] == "true")
  }

  private func openOptimizer(
    step: Int
  ) throws(StorageError) -> (file: SafetensorsFile, trainerState: String) {
    let url = optimizerURL(step: step)
    let file = try SafetensorsFile(contentsOf: url)
    let optimizerStep = try self.step(of: file, at: url)
    guard optimizerStep == step else {
      throw StorageError(url, "belongs to step \(optimizerStep), expected \(step)")
    }
    guard let trainerState = file.metadata[Self.trainerStateKey] else {
      throw StorageError(url, "metadata '\(Self.trainerStateKey)' is missing")
    }
    return (file, trainerState)
  }

  private func removeOptimizers(except steps: [Int]) {
    let kept = steps.map { optimizerURL(step: $0).lastPathComponent }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    where name.hasPrefix(Self.optimizerPrefix) && !kept.contains(name) {
      unlink(url.appendingPathComponent(name).path)
    }
  }
}

/// A file of a checkpoint, as it lies in the run's folder.
package struct CheckpointFile: Sendable, Equatable {
  package var name: String
  /// nil if the file cannot be read, or does not say.
  package var step: Int?
  package var bytes: Int
}

extension RunFolder {
  /// The files of checkpoints that are there: the newest weights, what goes on from them, and the
  /// weights with the lowest loss.
  package var checkpointFiles: [CheckpointFile] {
    let files = entries.own.filter { $0.kind == .file && $0.name.hasSuffix(".safetensors") }
    return files.sorted {
      ($0.name == bestWeightsURL.lastPathComponent ? 1 : 0, $0.name)
        < ($1.name == bestWeightsURL.lastPathComponent ? 1 : 0, $1.name)
    }.map { file in
      CheckpointFile(
        name: file.name, step: try? openWeights(url.appendingPathComponent(file.name)).step,
        bytes: file.bytes)
    }
  }
}
