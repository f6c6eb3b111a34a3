import Foundation

/// The clustering loss −I_λ(P) and its exact gradient (Ji et al. 2019, eq. 3).
///
/// A batch in pieces: sum the pieces into one `JointSum`, make the loss once, then write the
/// gradient of each piece with it.
package struct InformationLoss: Sendable {
  /// Number of clusters C.
  package let clusters: Int
  /// −I_λ(P), in nats.
  package let value: Double
  /// Derivative of the loss with respect to the raw joint sum, `[C, C]`, row-major and symmetric.
  package let jointGradient: [Double]

  /// The loss of joint distribution P at weight λ (1 is mutual information; more weighs the
  /// marginal entropy more).
  ///
  /// With P̂ the clamped entries,
  /// ∂(−I)/∂P_cc′ = −(ln P̂_cc′ − λ ln P̂_c − λ ln P̂_c′) − 1
  ///   + λ Σ_k P̂_ck / P̂_c + λ Σ_k P̂_kc′ / P̂_c′.
  /// A term whose own entry lies below the clamp has no derivative. Then follows the division by
  /// the total; symmetrising leaves a symmetric matrix as it is.
  package init(_ joint: JointDistribution, lambda: Double = 1) {
    let clusters = joint.clusters
    let smallest = JointDistribution.smallestProbability
    let clamped = joint.probabilities.map(JointDistribution.clamped)
    let logarithms = joint.marginal.map { log(JointDistribution.clamped($0)) }
    let marginalTerm = (0..<clusters).map { row in
      joint.marginal[row] < smallest
        ? 0
        : lambda * clamped[row * clusters..<(row + 1) * clusters].reduce(0, +)
          / joint.marginal[row]
    }
    var gradient = [Double](repeating: 0, count: clusters * clusters)
    var mean = 0.0
    for row in 0..<clusters {
      for column in 0..<clusters {
        let index = row * clusters + column
        var derivative = marginalTerm[row] + marginalTerm[column]
        if !(joint.probabilities[index] < smallest) {
          derivative -=
            log(clamped[index]) - lambda * (logarithms[row] + logarithms[column]) + 1
        }
        gradient[index] = derivative
        mean += derivative * joint.probabilities[index]
      }
    }
    for index in gradient.indices { gradient[index] = (gradient[index] - mean) / joint.total }
    self.clusters = clusters
    value = -joint.mutualInformation(lambda: lambda)
    jointGradient = gradient
  }

  /// Writes `scale` · ∂loss/∂Φ(x) and `scale` · ∂loss/∂Φ(x′) of these pairs, which are some or all
  /// of those in the joint: row i becomes scale · G Φ(x′ᵢ) and scale · Gᵀ Φ(xᵢ), G the joint's
  /// gradient.
  ///
  /// `scale` is 1/h where the head's loss is the mean over h sub-heads. Rows are independent, so
  /// pieces may be written on several threads. The gradient may take the place of the probabilities
  /// themselves. Requires equal counts and clusters everywhere.
  package func writeGradient(
    firstView: ProbabilityRows, secondView: ProbabilityRows,
    firstViewGradient: GradientRows, secondViewGradient: GradientRows, scale: Double = 1
  ) {
    for (count, width) in [
      (firstView.count, firstView.clusters), (secondView.count, secondView.clusters),
      (firstViewGradient.count, firstViewGradient.clusters),
      (secondViewGradient.count, secondViewGradient.clusters),
    ] {
      precondition(
        count == firstView.count && width == clusters,
        "[\(count), \(width)] rows, expected [\(firstView.count), \(clusters)]")
    }
    let clusters = self.clusters
    jointGradient.withUnsafeBufferPointer { gradient in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * clusters) { scratch in
        let matrix = gradient.baseAddress!
        let x = scratch.baseAddress!
        let (y, product) = (x + clusters, x + 2 * clusters)
        for pair in 0..<firstView.count {
          firstView.row(pair).widen(into: x, count: clusters)
          secondView.row(pair).widen(into: y, count: clusters)
          multiply(matrix, y, clusters: clusters, into: product)
          let xGradient = firstViewGradient.row(pair)
          for cluster in 0..<clusters { xGradient[cluster] = Float(scale * product[cluster]) }
          multiply(matrix, x, clusters: clusters, into: product)
          let yGradient = secondViewGradient.row(pair)
          for cluster in 0..<clusters { yGradient[cluster] = Float(scale * product[cluster]) }
        }
      }
    }
  }
}

/// `product` = Σ_c vector_c · (row c of the symmetric `matrix`), four rows at a time.
private func multiply(
  _ matrix: UnsafePointer<Double>, _ vector: UnsafePointer<Double>, clusters: Int,
  into product: UnsafeMutablePointer<Double>
) {
  product.update(repeating: 0, count: clusters)
  var row = 0
  while row + 4 <= clusters {
    let g0 = matrix + row * clusters
    let (g1, g2, g3) = (g0 + clusters, g0 + 2 * clusters, g0 + 3 * clusters)
    let (w0, w1, w2, w3) = (vector[row], vector[row + 1], vector[row + 2], vector[row + 3])
    for column in 0..<clusters {
      product[column] +=
        w0 * g0[column] + w1 * g1[column] + (w2 * g2[column] + w3 * g3[column])
    }
    row += 4
  }
  while row < clusters {
    let weights = matrix + row * clusters
    for column in 0..<clusters { product[column] += vector[row] * weights[column] }
    row += 1
  }
}
