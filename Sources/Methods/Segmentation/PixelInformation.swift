import Clustering
import Kernels
import NeuralNet

/// The clustering loss of one head's maps on a batch of pairs: the mean over its sub-heads (Ji et al. 2019, eq. 5).
package struct PixelInformation: Sendable {
  package var clusters: Int
  /// Displacements lie within ± this, in pixels.
  package var maximumDisplacement: Int
  /// Weighs the entropy of the clusters; 1 is mutual information.
  package var lambda: Double

  package init(clusters: Int, maximumDisplacement: Int, lambda: Double) {
    self.clusters = clusters
    self.maximumDisplacement = maximumDisplacement
    self.lambda = lambda
  }

  /// Losses of probabilities `[2n, h·C, H, W]`, images 0..<n paired with n..<2n in the same frame, and the gradient
  /// of their mean with respect to them.
  ///
  /// - Parameter mask: `[n, H, W]`, 0 where a pixel does not count.
  package func differentiate(
    _ probabilities: PlanarMaps, mask: FloatBuffer, into gradient: PlanarMaps,
    in context: ComputeContext
  ) -> InformationLosses {
    let pairs = probabilities.images / 2
    let subHeads = probabilities.channels / clusters
    let layout = MapLayout(
      images: pairs, clusters: clusters, height: probabilities.height, width: probabilities.width,
      imageStride: probabilities.channels * probabilities.pixels)
    var result = InformationLosses(losses: [], mutualInformations: [])
    for subHead in 0..<subHeads {
      let first = subHead * clusters
      let loss = SegmentationLoss(
        plain: probabilities.plane(0, first), transformed: probabilities.plane(pairs, first),
        layout: layout, mask: mask.pointer, halfSide: maximumDisplacement, lambda: lambda,
        in: Engine(kernels: context.kernels, pool: context.pool))
      loss.writeGradient(
        plain: gradient.plane(0, first), transformed: gradient.plane(pairs, first),
        scale: 1 / Double(subHeads))
      result.losses.append(loss.value)
      result.mutualInformations.append(loss.mutualInformation)
    }
    return result
  }
}
