/// The raw sum over pairs Σᵢ Φ(xᵢ) Φ(x′ᵢ)ᵀ, `[C, C]` in Double: all that the loss keeps of a batch.
///
/// A batch may be summed whole, piece after piece into one sum, or in pieces that are added up
/// later. Pairs are added one after the other, so the first two give the same bits.
package struct JointSum: Equatable, Sendable {
  /// Number of clusters C.
  package let clusters: Int
  /// Row c, column c′: the sum over pairs of Φ_c(x) Φ_c′(x′).
  package private(set) var sums: [Double]
  /// Number of pairs added so far.
  package private(set) var pairs = 0

  /// An empty sum. Requires `clusters` ≥ 1.
  package init(clusters: Int) {
    precondition(clusters >= 1, "\(clusters) clusters")
    self.clusters = clusters
    sums = [Double](repeating: 0, count: clusters * clusters)
  }

  /// A sum over `pairs` pairs made elsewhere, `[C, C]`.
  package init(clusters: Int, sums: [Double], pairs: Int) {
    precondition(sums.count == clusters * clusters, "\(sums.count) sums of \(clusters) clusters")
    self.clusters = clusters
    self.sums = sums
    self.pairs = pairs
  }

  /// Adds pair i = (row i of `firstView`, row i of `secondView`) for every i, in that order.
  /// Requires as many rows and clusters on both sides.
  package mutating func accumulate(firstView: ProbabilityRows, secondView: ProbabilityRows) {
    precondition(
      firstView.clusters == clusters && secondView.clusters == clusters,
      "a joint of \(clusters) clusters, rows of \(firstView.clusters) and \(secondView.clusters)")
    precondition(
      firstView.count == secondView.count,
      "\(firstView.count) first views, \(secondView.count) second views")
    let group = 4
    let clusters = self.clusters
    let count = firstView.count
    sums.withUnsafeMutableBufferPointer { sums in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: group * clusters) { scratch in
        let wide = scratch.baseAddress!
        let joint = sums.baseAddress!
        var first = 0
        while first + group <= count {
          for member in 0..<group {
            secondView.row(first + member).widen(into: wide + member * clusters, count: clusters)
          }
          addFour(firstView: firstView, first: first, secondView: wide, into: joint)
          first += group
        }
        while first < count {
          secondView.row(first).widen(into: wide, count: clusters)
          let row = firstView.row(first)
          for cluster in 0..<clusters {
            let weight = Double(row[cluster])
            let target = joint + cluster * clusters
            for other in 0..<clusters { target[other] += weight * wide[other] }
          }
          first += 1
        }
      }
    }
    pairs += count
  }

  /// Adds the pairs that `other` has summed. Requires as many clusters.
  package mutating func accumulate(_ other: JointSum) {
    precondition(
      other.clusters == clusters, "a joint of \(clusters) clusters, another of \(other.clusters)")
    for index in sums.indices { sums[index] += other.sums[index] }
    pairs += other.pairs
  }
}

/// Adds pairs first…first+3 in one pass over the joint, each entry in the order of the pairs.
private func addFour(
  firstView: ProbabilityRows, first: Int, secondView: UnsafePointer<Double>,
  into joint: UnsafeMutablePointer<Double>
) {
  let clusters = firstView.clusters
  let (x0, x1) = (firstView.row(first), firstView.row(first + 1))
  let (x2, x3) = (firstView.row(first + 2), firstView.row(first + 3))
  let (y0, y1) = (secondView, secondView + clusters)
  let (y2, y3) = (secondView + 2 * clusters, secondView + 3 * clusters)
  for cluster in 0..<clusters {
    let (w0, w1) = (Double(x0[cluster]), Double(x1[cluster]))
    let (w2, w3) = (Double(x2[cluster]), Double(x3[cluster]))
    let target = joint + cluster * clusters
    for other in 0..<clusters {
      var sum = target[other]
      sum += w0 * y0[other]
      sum += w1 * y1[other]
      sum += w2 * y2[other]
      sum += w3 * y3[other]
      target[other] = sum
    }
  }
}
