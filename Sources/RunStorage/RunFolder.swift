import Foundation
import Snapshots

/// One run on disk:
///
///     history.sqlite                     description, samples, every step and evaluation
///     latest.safetensors                 the newest checkpoint's weights; names its step
///     latest-optimizer-<step>.safetensors  what else that checkpoint needs to go on
///     previous.safetensors               the weights of the checkpoint before
///     best.safetensors                   the weights with the lowest loss so far
///     running.lock                       held while a process writes the run
///     control                            a pipe that steers the process that writes it
///     run.log                            what was said of it, in words
///     cluster-names.json, .lock          what people call its clusters; anybody may write them
///     archive-checksums.txt              of the archive that a tar program has unpacked here
package struct RunFolder: Sendable, Equatable {
  package let url: URL

  package init(_ url: URL) { self.url = URL(fileURLWithPath: url.absolutePath, isDirectory: true) }

  /// The folder's name, which is the run's.
  package var name: String { url.lastPathComponent }
  package var historyURL: URL { url.appendingPathComponent("history.sqlite") }
  package var latestWeightsURL: URL { url.appendingPathComponent("latest.safetensors") }
  var previousWeightsURL: URL { url.appendingPathComponent("previous.safetensors") }
  package var bestWeightsURL: URL { url.appendingPathComponent("best.safetensors") }
  var lockURL: URL { url.appendingPathComponent("running.lock") }

  func optimizerURL(step: Int) -> URL {
    url.appendingPathComponent("\(Self.optimizerPrefix)\(step).safetensors")
  }
  static let optimizerPrefix = "latest-optimizer-"

  /// Whether a process, this one included, is writing the run now.
  package var isRunning: Bool { RunLock.isHeld(lockURL) }

  /// - Throws: if there is no such folder, no history in it, or others may not look.
  func checkHasHistory() throws(StorageError) {
    for (file, problem) in [
      (url, "no such run"), (historyURL, "is not a run: it has no history.sqlite"),
    ] {
      var status = stat()
      if stat(file.path, &status) == 0 { continue }
      let number = errno
      let isMissing = [ENOENT, ENOTDIR].contains(number)
      throw StorageError(url, isMissing ? problem : "cannot read: \(systemReason(number))")
    }
  }

  /// Whether it holds a run's history, readable or not: the file that only a run has.
  var looksLikeRun: Bool {
    // A pipe must not block.
    let descriptor = open(historyURL.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let magic = Array("SQLite format 3\0".utf8)
    var start = [UInt8](repeating: 0, count: magic.count)
    return read(descriptor, &start, start.count) == magic.count && start == magic
  }

  /// Removes what a process that was killed left half-written, and the checksums of an archive,
  /// which are those of files that will change. Only for the holder of the lock.
  func removePartialFiles() {
    // Names have a lock of their own: another process may be writing them now.
    let names = clusterNamesURL.lastPathComponent
    for name in (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [] {
      guard let final = AtomicFile.finalName(ofPartial: name), final != names else { continue }
      unlink(url.appendingPathComponent(name).path)
    }
    unlink(url.appendingPathComponent(RunArchive.checksumsName).path)
  }
}
