import Clustering
import Kernels
import NeuralNet

/// The clustering loss of one head's maps on a batch of pairs: the mean over its sub-heads.
struct SegmentationObjective {
  /// −mean over displacements of I with the configured λ, in nats, of each sub-head.
  var losses: [Double]
  /// The same of I at λ = 1.
  var mutualInformations: [Double]

  var loss: Double { losses.reduce(0, +) / Double(losses.count) }

  /// Reads probabilities `[2n, h·C, H, W]`, images 0..<n paired with n..<2n in the same frame, and writes the
  /// gradient of the mean loss with respect to them.
  ///
  /// - Parameters:
  ///   - mask: `[n, H, W]`, 0 where a pixel does not count.
  ///   - halfSide: displacements lie within ± this.
  init(
    probabilities: PlanarMaps, gradient: PlanarMaps, mask: FloatBuffer, clusters: Int,
    halfSide: Int, lambda: Double, in context: ComputeContext
  ) {
    let pairs = probabilities.images / 2
    let subHeads = probabilities.channels / clusters
    let layout = MapLayout(
      images: pairs, clusters: clusters, height: probabilities.height, width: probabilities.width,
      imageStride: probabilities.channels * probabilities.pixels)
    losses = []
    mutualInformations = []
    for subHead in 0..<subHeads {
      let first = subHead * clusters
      let loss = SegmentationLoss(
        plain: probabilities.plane(0, first), transformed: probabilities.plane(pairs, first),
        layout: layout, mask: mask.pointer, halfSide: halfSide, lambda: lambda,
        in: Engine(kernels: context.kernels, pool: context.pool))
      loss.writeGradient(
        plain: gradient.plane(0, first), transformed: gradient.plane(pairs, first),
        scale: 1 / Double(subHeads))
      losses.append(loss.value)
      mutualInformations.append(loss.mutualInformation)
    }
  }
}
