import Clustering
import Kernels
import NeuralNet

/// The clustering loss of one head's maps on a batch of pairs: the mean over its sub-heads (Ji et
/// al. 2019, eq. 5).
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

  /// Each sub-head's maps of probabilities `[2n, h·C, H, W]`, images 0..<n paired with n..<2n in
  /// the same frame.
  ///
  /// - Parameter mask: `[n, H, W]`, 0 where a pixel does not count.
  package func maps(
    of probabilities: PlanarMaps, mask: FloatBuffer, in context: ComputeContext
  ) -> [SegmentationMaps] {
    let pairs = probabilities.images / 2
    let layout = MapLayout(
      images: pairs, clusters: clusters, height: probabilities.height, width: probabilities.width,
      imageStride: probabilities.channels * probabilities.pixels)
    return (0..<probabilities.channels / clusters).map { subHead in
      SegmentationMaps(
        firstView: probabilities.plane(0, subHead * clusters),
        secondView: probabilities.plane(pairs, subHead * clusters), layout: layout,
        mask: mask.pointer, maximumDisplacement: maximumDisplacement,
        in: Engine(kernels: context.kernels, pool: context.pool))
    }
  }

  /// Losses of the sums, and the gradient of their mean with respect to these maps, which are some
  /// or all of those in the sums.
  ///
  /// - Parameter sums: of each sub-head, the raw joint of each displacement.
  package func differentiate(
    _ maps: [SegmentationMaps], _ sums: [[JointSum]], into gradient: PlanarMaps,
    in context: ComputeContext
  ) -> InformationLosses {
    precondition(sums.count == maps.count, "\(sums.count) sums for \(maps.count) sub-heads")
    var result = InformationLosses(losses: [], mutualInformations: [])
    for (subHead, maps) in maps.enumerated() {
      let loss = SegmentationLoss(sums[subHead], lambda: lambda, pool: context.pool)
      maps.writeGradient(
        of: loss, firstView: gradient.plane(0, subHead * clusters),
        secondView: gradient.plane(gradient.images / 2, subHead * clusters),
        scale: 1 / Double(sums.count))
      result.losses.append(loss.value)
      result.mutualInformations.append(loss.mutualInformation)
    }
    return result
  }
}
