import Clustering
import NeuralNet

/// The clustering loss of one head on a batch of pairs: the mean over its sub-heads.
struct HeadObjective {
  /// −I with the configured λ, in nats, of each sub-head.
  var losses: [Double]
  /// I at λ = 1, in nats, of each sub-head.
  var mutualInformations: [Double]

  var loss: Double { losses.reduce(0, +) / Double(losses.count) }
  var mutualInformation: Double {
    mutualInformations.reduce(0, +) / Double(mutualInformations.count)
  }

  /// Reads probabilities `[2n, 1, 1, h·C]`, images 0..<n paired with n..<2n, and writes the gradient of the
  /// mean loss with respect to them.
  init(
    probabilities: Tensor, gradient: Tensor, clusters: Int, subHeads: Int, lambda: Double,
    in context: ComputeContext
  ) {
    let pairs = probabilities.shape.images / 2
    var results = [(loss: Double, information: Double)](repeating: (0, 0), count: subHeads)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      context.pool.forEach(subHeads) { subHead in
        let (plain, transformed) = probabilities.sides(
          subHead: subHead, clusters: clusters, pairs: pairs)
        var sum = JointSum(clusters: clusters)
        sum.accumulate(plain: plain, transformed: transformed)
        let joint = JointDistribution(sum)
        let loss = InformationLoss(joint, lambda: lambda)
        let stride = gradient.shape.channelStride
        let base = gradient.pointer + subHead * clusters
        loss.writeGradient(
          plain: plain, transformed: transformed,
          plainGradient: GradientRows(
            base: base, rowStride: stride, count: pairs, clusters: clusters),
          transformedGradient: GradientRows(
            base: base + pairs * stride, rowStride: stride, count: pairs, clusters: clusters),
          scale: 1 / Double(subHeads))
        results[subHead] = (loss.value, lambda == 1 ? -loss.value : joint.mutualInformation())
      }
    }
    losses = results.map(\.loss)
    mutualInformations = results.map(\.information)
  }
}

extension Tensor {
  /// One sub-head's probabilities of both sides of a batch of pairs.
  func sides(
    subHead: Int, clusters: Int, pairs: Int
  ) -> (plain: ProbabilityRows, transformed: ProbabilityRows) {
    let base = pointer + subHead * clusters
    let stride = shape.channelStride
    return (
      ProbabilityRows(base: base, rowStride: stride, count: pairs, clusters: clusters),
      ProbabilityRows(
        base: base + pairs * stride, rowStride: stride, count: pairs, clusters: clusters)
    )
  }
}
