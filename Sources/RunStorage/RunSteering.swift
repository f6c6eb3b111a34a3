import Foundation
import Kernels
import Snapshots

/// What another process may ask of the one that trains a run.
package enum SteeringRequest: Sendable, Equatable {
  case setPaused(Bool)
  case evaluate
  case checkpoint
  case setLearningRate(Double)

  /// One line without its newline.
  var line: String {
    switch self {
    case .setPaused(let isPaused): isPaused ? "pause" : "resume"
    case .evaluate: "evaluate"
    case .checkpoint: "checkpoint"
    case .setLearningRate(let rate): "learning_rate \(rate)"
    }
  }

  /// nil for a line that asks for nothing known.
  init?(line: Substring) {
    let words = line.split(separator: " ")
    switch (words.first, words.count) {
    case ("pause", 1): self = .setPaused(true)
    case ("resume", 1): self = .setPaused(false)
    case ("evaluate", 1): self = .evaluate
    case ("checkpoint", 1): self = .checkpoint
    case ("learning_rate", 2):
      guard let rate = Double(words[1]), rate > 0, rate <= 10 else { return nil }
      self = .setLearningRate(rate)
    default: return nil
    }
  }
}

/// A pipe with a name in the run's folder, through which its owner's other processes steer it. It
/// is there while the run is trained.
extension RunFolder {
  private var steeringURL: URL { url.appendingPathComponent("control") }

  /// Does what is asked for through the pipe, until the process ends or `stopSteering`.
  ///
  /// - Throws: if the file system has no such pipes, or the system no thread; the run can be
  ///   trained all the same.
  package func startSteering(_ control: TrainingControl) throws {
    // What a process that was killed left. Only the holder of the run's lock comes here.
    unlink(steeringURL.path)
    guard mkfifo(steeringURL.path, 0o600) == 0 else {
      throw StorageError(steeringURL, "cannot make a pipe: \(systemReason())")
    }
    // For writing too: a pipe without writers would be at its end again and again.
    let descriptor = open(steeringURL.path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StorageError(steeringURL, "cannot open: \(systemReason())")
    }
    try SystemThread.start(name: "steering", stackSize: 1 << 20) {
      var rest: [UInt8] = []
      var bytes = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = read(descriptor, &bytes, bytes.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        rest += bytes.prefix(count)
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
          let line = String(decoding: rest[..<end], as: UTF8.self)
          rest.removeSubrange(...end)
          SteeringRequest(line: line[...]).map(control.take)
        }
        // Nobody has lines so long.
        if rest.count > 4096 { rest = [] }
      }
      close(descriptor)
    }
  }

  /// Takes the pipe away.
  package func stopSteering() { unlink(steeringURL.path) }

  /// Asks something of the process that trains the run.
  ///
  /// - Throws: if none does, or it is another user's.
  package func steer(_ request: SteeringRequest) throws(StorageError) {
    let descriptor = open(steeringURL.path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      let reason =
        errno == ENXIO || errno == ENOENT
        ? "no process that can be steered trains it" : "cannot steer it: \(systemReason())"
      throw StorageError(url, reason)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
      throw StorageError(steeringURL, "is not a pipe, expected the one of the process that trains")
    }
    let line = request.line + "\n"
    guard line.withCString({ Foundation.write(descriptor, $0, strlen($0)) }) == line.utf8.count
    else {
      throw StorageError(url, "the process that trains it takes no more requests")
    }
  }
}

extension TrainingControl {
  fileprivate func take(_ request: SteeringRequest) {
    switch request {
    case .setPaused(let isPaused): setPaused(isPaused)
    case .evaluate: evaluate()
    case .checkpoint: checkpoint()
    case .setLearningRate(let rate): setLearningRate(rate)
    }
  }
}
