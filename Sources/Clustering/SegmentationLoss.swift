import Kernels

/// The clustering loss of probability maps, −mean over displacements t of I_λ(P_t), and its exact gradient
/// (Ji et al. 2019, eq. 5). Both maps are in the same frame.
///
/// A displacement at which no two pixels of the mask meet has nothing to say and counts 0 in the mean.
package struct SegmentationLoss {
  /// In nats.
  package let value: Double
  /// The mean over displacements of I at λ = 1, in nats.
  package let mutualInformation: Double

  private let engine: Engine
  private let layout: MapLayout
  private let halfSide: Int
  private let mask: UnsafePointer<Float>?
  private let plain: MaskedPlanes
  private let transformed: MaskedPlanes
  /// Of each displacement's raw joint, `[C, C]`, its share of the mean included.
  private let jointGradients: [[Double]]

  /// - Parameters:
  ///   - plain, transformed: Φ(x) and g⁻¹Φ(g x), both laid out as `layout` says.
  ///   - mask: `[images, height, width]`, 0 where a pixel does not count; it must outlive the loss. nil if all count.
  ///   - halfSide: displacements lie within ± this; smaller than the maps.
  package init(
    plain: UnsafePointer<Float>, transformed: UnsafePointer<Float>, layout: MapLayout,
    mask: UnsafePointer<Float>? = nil, halfSide: Int, lambda: Double = 1, in engine: Engine
  ) {
    precondition(
      halfSide >= 0 && halfSide < min(layout.height, layout.width),
      "displacements of ±\(halfSide) on \(layout.height) × \(layout.width) maps")
    self.engine = engine
    self.layout = layout
    self.halfSide = halfSide
    self.mask = mask
    self.plain = MaskedPlanes(
      plain, layout, mask: mask, halfSide: halfSide, pool: engine.pool)
    self.transformed = MaskedPlanes(
      transformed, layout, mask: mask, halfSide: halfSide, pool: engine.pool)
    let joint = SegmentationJoint(
      plain: self.plain, transformed: self.transformed, halfSide: halfSide, in: engine)
    let share = 1 / Double(joint.sums.count)
    let none = (value: 0.0, information: 0.0, gradient: [Double]())
    var parts = Array(repeating: none, count: joint.sums.count)
    parts.withUnsafeMutableBufferPointer { parts in
      nonisolated(unsafe) let parts = parts
      engine.pool.forEach(parts.count) { displacement in
        let sum = joint.sums[displacement]
        if sum.sums.allSatisfy({ $0 == 0 }) {
          parts[displacement].gradient = sum.sums
          return
        }
        let distribution = JointDistribution(sum)
        let loss = InformationLoss(distribution, lambda: lambda)
        parts[displacement] = (
          loss.value, lambda == 1 ? -loss.value : distribution.mutualInformation(),
          loss.jointGradient.map { share * $0 }
        )
      }
    }
    value = parts.reduce(0) { $0 + $1.value } * share
    mutualInformation = parts.reduce(0) { $0 + $1.information } * share
    jointGradients = parts.map(\.gradient)
  }

  /// Writes `scale` · ∂loss/∂Φ for both maps, laid out as they are; zero outside the mask. The gradient may take the
  /// place of the probabilities.
  ///
  /// Two correlations with the joints' gradients G_t: Σ_t G_t Φ_{u+t}(x′) and Σ_t G_tᵀ Φ_{u−t}(x).
  package func writeGradient(
    plain plainGradient: UnsafeMutablePointer<Float>,
    transformed transformedGradient: UnsafeMutablePointer<Float>, scale: Double = 1
  ) {
    write(
      from: transformed, weights(scale) { $0 }, to: plainGradient)
    let last = jointGradients.count - 1
    write(from: plain, weights(scale) { last - $0 }, to: transformedGradient)
  }

  /// `[tiles, displacements, C, 3]`: what a channel of the other map counts for each of a tile's channels. All G are
  /// symmetric.
  private func weights(
    _ scale: Double, _ displacement: (Int) -> Int
  ) -> [Float] {
    let clusters = layout.clusters
    let tileCount = jointGradients.count * clusters * correlationTile
    var weights = [Float](repeating: 0, count: plain.tiles * tileCount)
    for index in jointGradients.indices {
      let gradient = jointGradients[displacement(index)]
      for row in 0..<clusters {
        for column in 0..<clusters {
          let place = (index * clusters + row) * correlationTile + column % correlationTile
          weights[column / correlationTile * tileCount + place] =
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
    let tileCount = weights.count / source.tiles
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
                halfSide: halfSide, weights: weights + tile * tileCount, row: y,
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
