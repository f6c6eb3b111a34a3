/// A view of softmax outputs: one row of `clusters` probabilities for each of `count` images.
///
/// Image i's row starts at `base + i * rowStride` and is contiguous. The memory belongs to the
/// caller and must outlive the view.
package struct ProbabilityRows {
  package let base: UnsafePointer<Float>
  /// Floats from one image's row to the next; at least `clusters`.
  package let rowStride: Int
  /// Number of images.
  package let count: Int
  /// Number of clusters C.
  package let clusters: Int

  /// Requires `clusters` ≥ 1, `count` ≥ 0 and `rowStride` ≥ `clusters`.
  package init(base: UnsafePointer<Float>, rowStride: Int, count: Int, clusters: Int) {
    precondition(
      clusters >= 1 && count >= 0 && rowStride >= clusters,
      "\(count) rows of \(clusters) clusters, \(rowStride) floats apart")
    self.base = base
    self.rowStride = rowStride
    self.count = count
    self.clusters = clusters
  }

  /// Rows of memory that can be written; requires what the other initialiser does.
  package init(base: UnsafeMutablePointer<Float>, rowStride: Int, count: Int, clusters: Int) {
    self.init(
      base: UnsafePointer(base), rowStride: rowStride, count: count, clusters: clusters)
  }

  /// The probabilities of image `image`, contiguous.
  func row(_ image: Int) -> UnsafePointer<Float> { base + image * rowStride }
}

/// Where the loss's gradient with respect to `ProbabilityRows` is written, in the same layout.
package struct GradientRows {
  package let base: UnsafeMutablePointer<Float>
  /// Floats from one image's row to the next; at least `clusters`.
  package let rowStride: Int
  /// Number of images.
  package let count: Int
  /// Number of clusters C.
  package let clusters: Int

  /// Requires `clusters` ≥ 1, `count` ≥ 0 and `rowStride` ≥ `clusters`.
  package init(base: UnsafeMutablePointer<Float>, rowStride: Int, count: Int, clusters: Int) {
    precondition(
      clusters >= 1 && count >= 0 && rowStride >= clusters,
      "\(count) rows of \(clusters) clusters, \(rowStride) floats apart")
    self.base = base
    self.rowStride = rowStride
    self.count = count
    self.clusters = clusters
  }

  /// The gradient of image `image`, contiguous.
  func row(_ image: Int) -> UnsafeMutablePointer<Float> { base + image * rowStride }
}

extension UnsafePointer<Float> {
  /// Copies `count` floats to `destination`, widened to Double.
  func widen(into destination: UnsafeMutablePointer<Double>, count: Int) {
    for index in 0..<count { destination[index] = Double(self[index]) }
  }
}
