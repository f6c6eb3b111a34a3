import Kernels

/// The raw joints of two sets of cluster maps at every displacement t of at most
/// `maximumDisplacement` pixels in each direction (Ji et al. 2019, eq. 5):
/// P_t = Σᵢ Σ_u Φ_u(xᵢ) Φ_{u+t}(x′ᵢ)ᵀ, pixels outside an image or its mask left out.
///
/// All of them are one correlation of C-channel maps: each is C × C products of rows shifted
/// against one another.
struct SegmentationJoint {
  /// Row by row: the vertical displacement, then the horizontal one.
  let sums: [JointSum]

  init(
    firstView: MaskedPlanes, secondView: MaskedPlanes, maximumDisplacement: Int, in engine: Engine
  ) {
    let side = 2 * maximumDisplacement + 1
    let tiles = firstView.tiles
    let tilePairs = tiles * tiles
    // As many images at a time as there are sums to hold; the number depends on the batch alone.
    let groups = min(firstView.images, 4)
    let sumsPerRow = tilePairs * side * 9
    var partial = [Double](repeating: 0, count: groups * side * sumsPerRow)
    partial.withUnsafeMutableBufferPointer { partial in
      nonisolated(unsafe) let sums = partial.baseAddress!
      engine.pool.forEach(groups * side) { unit in
        let (group, vertical) = (unit / side, unit % side)
        for image in firstView.images * group / groups..<firstView.images * (group + 1) / groups {
          for pair in 0..<tilePairs {
            engine.kernels.correlate(
              CorrelationArguments(
                planes: firstView.planes, firstView: firstView.tile(image, pair / tiles),
                secondView: secondView.tile(image, pair % tiles),
                verticalShift: vertical - maximumDisplacement,
                maximumDisplacement: maximumDisplacement,
                sums: sums + unit * sumsPerRow + pair * side * 9))
          }
        }
      }
    }
    let clusters = firstView.clusters
    let pairs = firstView.images * firstView.planes.height * firstView.planes.width
    sums = (0..<side * side).map { displacement in
      let (vertical, horizontal) = (displacement / side, displacement % side)
      var joint = [Double](repeating: 0, count: clusters * clusters)
      for group in 0..<groups {
        for row in 0..<clusters {
          for column in 0..<clusters {
            let pair = row / correlationTile * tiles + column / correlationTile
            let entry = row % correlationTile * correlationTile + column % correlationTile
            let at =
              (group * side + vertical) * sumsPerRow + (pair * side + horizontal) * 9 + entry
            joint[row * clusters + column] += partial[at]
          }
        }
      }
      return JointSum(clusters: clusters, sums: joint, pairs: pairs)
    }
  }
}

/// The kernels and the threads of a computation.
package struct Engine: Sendable {
  package let kernels: KernelTable
  package let pool: WorkerPool

  package init(kernels: KernelTable, pool: WorkerPool) {
    self.kernels = kernels
    self.pool = pool
  }
}
