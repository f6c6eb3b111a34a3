import Kernels

/// The kinds of work in a training step.
package enum WorkKind: String, Sendable, CaseIterable {
  case forward
  case inputGradient = "input gradient"
  case weightGradient = "weight gradient"
  case normalization = "batch-norm, ReLU, pool: forward"
  case normalizationGradient = "batch-norm, ReLU, pool: backward"
  case softmax
  case loss
  case optimizer
  case augmentation
}

/// Adds up how long each layer's work takes. Attached to a `ComputeContext` for benchmarks; without
/// one, measuring costs a comparison.
package final class Profiler: @unchecked Sendable {
  // Unchecked: only the thread that runs the network records.
  package struct Row: Sendable, Equatable {
    package var layer: String
    package var kind: WorkKind
    package var seconds = 0.0
    /// Multiply-adds by the direct-convolution count, padding included, as PyTorch counts.
    package var multiplyAdds = 0.0
    /// Read and written once each, were nothing kept in a cache.
    package var bytes = 0.0
    package var calls = 0
  }

  /// In the order of their first call.
  package private(set) var rows: [Row] = []

  package init() {}

  package func reset() { rows = [] }

  func add(
    _ layer: String, _ kind: WorkKind, _ seconds: Double, _ multiplyAdds: Double, _ bytes: Double
  ) {
    let index = rows.firstIndex { $0.layer == layer && $0.kind == kind }
    if index == nil { rows.append(Row(layer: layer, kind: kind)) }
    let row = index ?? rows.count - 1
    rows[row].seconds += seconds
    rows[row].multiplyAdds += multiplyAdds
    rows[row].bytes += bytes
    rows[row].calls += 1
  }
}

extension ComputeContext {
  /// Runs `work`, and tells the profiler about it if there is one.
  package func measure<Result>(
    _ layer: String, _ kind: WorkKind, multiplyAdds: Double = 0, bytes: Double = 0,
    _ work: () throws -> Result
  ) rethrows -> Result {
    guard let profiler else { return try work() }
    let start = ContinuousClock.now
    defer {
      profiler.add(layer, kind, start.duration(to: .now).seconds, multiplyAdds, bytes)
    }
    return try work()
  }
}
