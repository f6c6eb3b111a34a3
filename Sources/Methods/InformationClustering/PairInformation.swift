import Clustering
import NeuralNet

/// The clustering loss of one head on a batch of pairs: −I, the mean over the head's sub-heads (Ji
/// et al. 2019, eq. 3).
///
/// In two phases: a batch in pieces, or on several machines, adds up its sums between them.
package struct PairInformation: Sendable {
  package var clusters: Int
  package var subHeads: Int
  /// Weighs the entropy of the clusters; 1 is mutual information.
  package var lambda: Double

  package init(clusters: Int, subHeads: Int, lambda: Double) {
    self.clusters = clusters
    self.subHeads = subHeads
    self.lambda = lambda
  }

  /// The joint's raw sums of each sub-head over probabilities `[2n, 1, 1, h·C]`, images 0..<n
  /// paired with n..<2n.
  package func sums(of probabilities: Tensor, in context: ComputeContext) -> [JointSum] {
    var sums = Array(repeating: JointSum(clusters: clusters), count: subHeads)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      context.pool.forEach(subHeads) { subHead in
        let (first, second) = probabilities.views(subHead: subHead, clusters: clusters)
        sums[subHead].accumulate(firstView: first, secondView: second)
      }
    }
    return sums
  }

  /// Losses of the sums, and the gradient of their mean with respect to these probabilities, which
  /// are some or all of those in the sums.
  package func differentiate(
    _ probabilities: Tensor, _ sums: [JointSum], into gradient: Tensor, in context: ComputeContext
  ) -> InformationLosses {
    precondition(sums.count == subHeads, "\(sums.count) sums for \(subHeads) sub-heads")
    let pairs = probabilities.shape.images / 2
    var results = [(loss: Double, information: Double)](repeating: (0, 0), count: subHeads)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      context.pool.forEach(subHeads) { subHead in
        let joint = JointDistribution(sums[subHead])
        let loss = InformationLoss(joint, lambda: lambda)
        let (first, second) = probabilities.views(subHead: subHead, clusters: clusters)
        let stride = gradient.shape.channelStride
        let base = gradient.pointer + subHead * clusters
        loss.writeGradient(
          firstView: first, secondView: second,
          firstViewGradient: GradientRows(
            base: base, rowStride: stride, count: pairs, clusters: clusters),
          secondViewGradient: GradientRows(
            base: base + pairs * stride, rowStride: stride, count: pairs, clusters: clusters),
          scale: 1 / Double(subHeads))
        results[subHead] = (loss.value, lambda == 1 ? -loss.value : joint.mutualInformation())
      }
    }
    return InformationLosses(
      losses: results.map(\.loss), mutualInformations: results.map(\.information))
  }
}

/// What an objective says of each sub-head.
package struct InformationLosses: Sendable, Equatable {
  /// −I with the configured λ, or the cross-entropy, in nats.
  package var losses: [Double]
  /// I at λ = 1, in nats; NaN where the objective has none.
  package var mutualInformations: [Double]

  package var loss: Double { losses.reduce(0, +) / Double(losses.count) }
  package var mutualInformation: Double {
    mutualInformations.reduce(0, +) / Double(mutualInformations.count)
  }
}

extension Tensor {
  /// One sub-head's probabilities of both views of a batch of pairs.
  func views(
    subHead: Int, clusters: Int
  ) -> (first: ProbabilityRows, second: ProbabilityRows) {
    let pairs = shape.images / 2
    let base = pointer + subHead * clusters
    let stride = shape.channelStride
    return (
      ProbabilityRows(base: base, rowStride: stride, count: pairs, clusters: clusters),
      ProbabilityRows(
        base: base + pairs * stride, rowStride: stride, count: pairs, clusters: clusters)
    )
  }
}
