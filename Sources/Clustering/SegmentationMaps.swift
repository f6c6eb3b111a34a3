import Kernels

/// The probability maps of both views of a batch, or of a piece of it, in the same frame: what the
/// segmentation loss is computed of, in two phases. Sums of pieces are added up between them.
package struct SegmentationMaps {
  private let engine: Engine
  private let layout: MapLayout
  private let maximumDisplacement: Int
  private let mask: UnsafePointer<Float>?
  private let firstView: MaskedPlanes
  private let secondView: MaskedPlanes

  /// - Parameters:
  ///   - firstView, secondView: Φ(x) and g⁻¹Φ(g x), both laid out as `layout` says.
  ///   - mask: `[images, height, width]`, 0 where a pixel does not count; it must outlive the maps.
  ///     nil if all count.
  ///   - maximumDisplacement: displacements lie within ± this; smaller than the maps.
  package init(
    firstView: UnsafePointer<Float>, secondView: UnsafePointer<Float>, layout: MapLayout,
    mask: UnsafePointer<Float>? = nil, maximumDisplacement: Int, in engine: Engine
  ) {
    precondition(
      maximumDisplacement >= 0 && maximumDisplacement < min(layout.height, layout.width),
      "displacements of ±\(maximumDisplacement) on \(layout.height) × \(layout.width) maps")
    self.engine = engine
    self.layout = layout
    self.maximumDisplacement = maximumDisplacement
    self.mask = mask
    self.firstView = MaskedPlanes(
      firstView, layout, mask: mask, maximumDisplacement: maximumDisplacement, pool: engine.pool)
    self.secondView = MaskedPlanes(
      secondView, layout, mask: mask, maximumDisplacement: maximumDisplacement,
      pool: engine.pool)
  }

  /// The raw joint of each displacement, row by row: the vertical displacement, then the horizontal
  /// one.
  package func sums() -> [JointSum] {
    SegmentationJoint(
      firstView: firstView, secondView: secondView, maximumDisplacement: maximumDisplacement,
      in: engine
    ).sums
  }

  /// Writes `scale` · ∂loss/∂Φ for both maps, laid out as they are; zero outside the mask. The
  /// gradient may take the place of the probabilities.
  ///
  /// Two correlations with the joints' gradients G_t: Σ_t G_t Φ_{u+t}(x′) and Σ_t G_tᵀ Φ_{u−t}(x).
  ///
  /// - Parameter loss: of sums that these maps are a part of.
  package func writeGradient(
    of loss: SegmentationLoss, firstView firstViewGradient: UnsafeMutablePointer<Float>,
    secondView secondViewGradient: UnsafeMutablePointer<Float>, scale: Double = 1
  ) {
    let joints = loss.jointGradients
    write(from: secondView, weights(joints, scale), to: firstViewGradient)
    write(from: firstView, weights(joints.reversed(), scale), to: secondViewGradient)
  }

  /// `[tiles, displacements, C, 3]`: what a channel of the other map counts for each of a tile's
  /// channels.
  private func weights(_ joints: [[Double]], _ scale: Double) -> [Float] {
    let clusters = layout.clusters
    let floatsPerTile = joints.count * clusters * correlationTile
    var weights = [Float](repeating: 0, count: firstView.tiles * floatsPerTile)
    for (index, gradient) in joints.enumerated() {
      for row in 0..<clusters {
        for column in 0..<clusters {
          let place = (index * clusters + row) * correlationTile + column % correlationTile
          weights[column / correlationTile * floatsPerTile + place] =
            Float(scale * gradient[row * clusters + column])
        }
      }
    }
    return weights
  }

  private func write(
    from source: MaskedPlanes, _ weights: [Float], to target: UnsafeMutablePointer<Float>
  ) {
    let planes = source.planes
    let floatsPerTile = weights.count / source.tiles
    weights.withUnsafeBufferPointer { weights in
      nonisolated(unsafe) let weights = weights.baseAddress!
      engine.pool.forEach(layout.images * layout.height) { unit in
        let (image, y) = (unit / layout.height, unit % layout.height)
        withUnsafeTemporaryAllocation(
          of: Float.self, capacity: correlationTile * planes.width
        ) { rows in
          for tile in 0..<source.tiles {
            engine.kernels.correlationGradient(
              CorrelationGradientArguments(
                planes: planes, source: source.tile(image, 0), channels: layout.clusters,
                maximumDisplacement: maximumDisplacement, weights: weights + tile * floatsPerTile,
                row: y,
                output: rows.baseAddress!))
            let first = tile * correlationTile
            for cluster in first..<min(first + correlationTile, layout.clusters) {
              copy(
                rows.baseAddress! + (cluster - first) * planes.width, image, y,
                target + layout.offset(image: image, cluster: cluster) + y * layout.width)
            }
          }
        }
      }
    }
  }

  private func copy(
    _ row: UnsafePointer<Float>, _ image: Int, _ y: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    guard let mask else {
      target.update(from: row, count: layout.width)
      return
    }
    let maskRow = mask + image * layout.pixels + y * layout.width
    for x in 0..<layout.width { target[x] = maskRow[x] * row[x] }
  }
}
