import Foundation
import RunStorage

/// Which weights a run's network is given.
package enum WeightsChoice: Sendable, Equatable {
  case latest
  /// Those with the lowest loss.
  case best
  /// A safetensors file's, under PyTorch's names; it may hold more.
  case file(String)

  /// - Throws: an error of one line where there are none, or they cannot be read.
  func load(_ run: RunFolder) throws -> StoredWeights {
    switch self {
    case .latest: return try run.loadLatestWeights()
    case .best: return try run.loadBestWeights()
    case .file(let path):
      let file = try SafetensorsFile(
        contentsOf: URL(fileURLWithPath: UserPath.absolute(path)))
      // Who did not train it here need not say after which step it was; it goes with what the run
      // knows last.
      let own = (try? run.checkpointStep()) ?? 0
      return StoredWeights(
        step: file.metadata["step"].flatMap { Int($0) } ?? own, tensors: try file.tensors())
    }
  }

  /// Where they lie, for messages.
  func place(in run: RunFolder) -> String {
    if case .file(let path) = self { return path }
    return run.url.path
  }
}
