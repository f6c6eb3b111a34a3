import Foundation

/// The joint distribution P of the cluster assignments of both images of a pair, `[C, C]` in
/// Double: symmetrised and normalised (Ji et al. 2019, eq. 2–3).
package struct JointDistribution: Equatable, Sendable {
  /// Entries of P and of its marginals below this are clamped to it before the logarithm, each
  /// separately, and count in the product with the clamped value: Double's epsilon, as in the
  /// paper's code.
  package static let smallestProbability = 0x1p-52

  /// Number of clusters C.
  package let clusters: Int
  /// P, row-major and symmetric; sums to 1.
  package let probabilities: [Double]
  /// P_c = Σ_c′ P_cc′, the same for rows and columns; sums to 1.
  package let marginal: [Double]
  /// Sum of the raw joint's entries, by which it was divided: the number of pairs, to rounding.
  let total: Double

  /// P = (S + Sᵀ)/2, divided by its sum, of the raw sum S. Requires at least one pair.
  ///
  /// NaN in the sum stays NaN in P and in everything computed from it. A sum of nothing, of pixels
  /// of which none counts, stays zero.
  package init(_ sum: JointSum) {
    precondition(sum.pairs > 0, "a joint distribution of \(sum.pairs) pairs")
    let clusters = sum.clusters
    var joint = [Double](repeating: 0, count: clusters * clusters)
    for row in 0..<clusters {
      for column in 0..<clusters {
        joint[row * clusters + column] =
          (sum.sums[row * clusters + column] + sum.sums[column * clusters + row]) / 2
      }
    }
    let total = joint.reduce(0, +)
    if total != 0 {
      for index in joint.indices { joint[index] /= total }
    }
    self.clusters = clusters
    self.total = total
    probabilities = joint
    marginal = (0..<clusters).map { row in
      joint[row * clusters..<(row + 1) * clusters].reduce(0, +)
    }
  }

  /// P_cc′.
  package subscript(row: Int, column: Int) -> Double { probabilities[row * clusters + column] }

  /// I_λ(P) = Σ_cc′ P_cc′ (ln P_cc′ − λ ln P_c − λ ln P_c′), in nats.
  ///
  /// λ = 1 is the mutual information, between 0 (collapsed, or independent) and ln C.
  package func mutualInformation(lambda: Double = 1) -> Double {
    let logarithms = marginal.map { log(Self.clamped($0)) }
    var sum = 0.0
    for row in 0..<clusters {
      for column in 0..<clusters {
        let probability = Self.clamped(probabilities[row * clusters + column])
        sum += probability * (log(probability) - lambda * (logarithms[row] + logarithms[column]))
      }
    }
    return sum
  }

  /// H(z) = −Σ_c P_c ln P_c, in nats: ln C when every cluster has the same share, 0 when collapsed.
  package var entropy: Double {
    -marginal.reduce(0) { $0 + Self.clamped($1) * log(Self.clamped($1)) }
  }

  /// H(z|z′) = −Σ_cc′ P_cc′ (ln P_cc′ − ln P_c′), in nats: 0 when one image's cluster tells the
  /// other's. I = H(z) − H(z|z′).
  package var conditionalEntropy: Double {
    let logarithms = marginal.map { log(Self.clamped($0)) }
    var sum = 0.0
    for row in 0..<clusters {
      for column in 0..<clusters {
        let probability = Self.clamped(probabilities[row * clusters + column])
        sum += probability * (log(probability) - logarithms[column])
      }
    }
    return -sum
  }

  /// The value that enters the logarithm. NaN passes through.
  static func clamped(_ probability: Double) -> Double {
    probability < smallestProbability ? smallestProbability : probability
  }
}
