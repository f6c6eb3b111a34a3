import Foundation
import Kernels

/// Points that cannot be clustered.
package enum KMeansError: Error, Equatable, CustomStringConvertible {
  case tooFewPoints(Int, clusters: Int)
  case notANumber(point: Int)

  package var description: String {
    switch self {
    case .tooFewPoints(let points, let clusters):
      "k-means: \(points) points, expected at least one for each of \(clusters) clusters"
    case .notANumber(let point):
      "k-means: point \(point) holds a value that is no finite number"
    }
  }
}

/// Lloyd's k-means from centres that k-means++ has chosen (Arthur, Vassilvitskii 2007).
///
/// The result is a function of the points and the seed alone: work is cut into parts by the number
/// of points, and sums over parts are added in their order.
package struct KMeans {
  package struct Result: Sendable, Equatable {
    /// The nearest centre of each point, the lowest number of several.
    package var clusterOfPoint: [Int]
    /// `[clusters, dimensions]`
    package var centres: [Float]
    /// Sum of the squared distances of all points to their centres.
    package var inertia: Double
    package var iterations: Int
    /// Whether the last iteration left every point where it was.
    package var hasConverged: Bool
  }

  package let clusters: Int
  package var maximumIterations = 300
  private let kernels: KernelTable
  private let pool: WorkerPool

  package init(clusters: Int, kernels: KernelTable, pool: WorkerPool) {
    precondition(clusters >= 1, "\(clusters) clusters")
    self.clusters = clusters
    self.kernels = kernels
    self.pool = pool
  }

  /// Clusters the points; nil if `isCancelled` said so on the way.
  ///
  /// - Throws: `KMeansError` for fewer points than clusters, or a value that is no finite number.
  package func fit(
    _ points: some PointSource, seed: UInt64, isCancelled: () -> Bool = { false }
  ) throws(KMeansError) -> Result? {
    guard points.count >= clusters else {
      throw .tooFewPoints(points.count, clusters: clusters)
    }
    guard let centres = try firstCentres(points, seed: seed, isCancelled) else { return nil }
    return lloyd(points, from: centres, isCancelled)
  }

  /// Moves the centres to the means of their points until no point changes its cluster.
  ///
  /// A cluster that has lost all its points starts again at the point that is farthest from its own
  /// centre, unless every point lies on one.
  func lloyd(
    _ points: some PointSource, from first: [Float], _ isCancelled: () -> Bool = { false }
  ) -> Result? {
    var centres = first
    var clusterOfPoint = [Int](repeating: -1, count: points.count)
    var iterations = 0
    while true {
      if isCancelled() { return nil }
      iterations += 1
      let pass = KMeansPass(points, centres: centres, clusters: clusters, kernels)
      pass.run(pool)
      let hasConverged = pass.clusterOfPoint == clusterOfPoint
      clusterOfPoint = pass.clusterOfPoint
      if hasConverged || iterations == maximumIterations {
        return Result(
          clusterOfPoint: clusterOfPoint, centres: centres,
          inertia: pass.distances.reduce(0) { $0 + Double($1) }, iterations: iterations,
          hasConverged: hasConverged)
      }
      pass.moveCentres(&centres, points)
    }
  }

  /// k-means++: the first centre is any point, each further one a point drawn in proportion to its
  /// squared distance from the nearest centre so far.
  private func firstCentres(
    _ points: some PointSource, seed: UInt64, _ isCancelled: () -> Bool
  ) throws(KMeansError) -> [Float]? {
    let dimensions = points.dimensions
    var random = RandomStream(seed: seed, purpose: .kMeans)
    var centres: [Float] = []
    var nearest = [Float](repeating: .infinity, count: points.count)
    var chosen = random.integer(below: points.count)
    for cluster in 0..<clusters {
      if isCancelled() { return nil }
      let centre = [Float](unsafeUninitializedCapacity: dimensions) { buffer, count in
        if let base = buffer.baseAddress { points.copy(chosen..<chosen + 1, to: base) }
        count = dimensions
      }
      centres += centre
      shorten(&nearest, points, to: centre)
      if cluster == 0, let bad = nearest.firstIndex(where: { !$0.isFinite }) {
        // A point that is no number has no distance; if the centre is one, none has.
        throw .notANumber(point: centre.allSatisfy(\.isFinite) ? bad : chosen)
      }
      let total = nearest.reduce(0) { $0 + Double($1) }
      guard total > 0 else {
        // Every point lies on a centre: there are fewer different points than clusters.
        chosen = random.integer(below: points.count)
        continue
      }
      // 53 bits, uniform in [0, 1).
      let target = Double(random.next() >> 11) * 0x1p-53 * total
      var sum = 0.0
      chosen = nearest.lastIndex { $0 > 0 } ?? 0
      for (point, distance) in nearest.enumerated() where distance > 0 {
        sum += Double(distance)
        if sum > target {
          chosen = point
          break
        }
      }
    }
    return centres
  }

  /// The squared distance of each point to a centre, where that is nearer than before.
  private func shorten(
    _ nearest: inout [Float], _ points: some PointSource, to centre: [Float]
  ) {
    let (count, dimensions) = (points.count, points.dimensions)
    let block = RowProducts.block
    nearest.withUnsafeMutableBufferPointer { nearest in
      nonisolated(unsafe) let nearest = nearest
      pool.forEach((count + block - 1) / block) { unit in
        let range = unit * block..<min((unit + 1) * block, count)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: block * dimensions) { rows in
          guard let base = rows.baseAddress else { return }
          points.copy(range, to: base)
          for (row, point) in range.enumerated() {
            let distance = centre.withUnsafeBufferPointer {
              squaredDistance(base + row * dimensions, $0)
            }
            // Written so that what is no number gets through.
            if !(distance >= nearest[point]) { nearest[point] = distance }
          }
        }
      }
    }
  }
}

/// Σ (x − c)², in sixteen sums side by side.
func squaredDistance(
  _ point: UnsafePointer<Float>, _ centre: UnsafeBufferPointer<Float>
) -> Float {
  guard let base = centre.baseAddress else { return 0 }
  var sums = SIMD16<Float>.zero
  let whole = centre.count / 16 * 16
  for first in stride(from: 0, to: whole, by: 16) {
    let difference =
      UnsafeRawPointer(point + first).loadUnaligned(as: SIMD16<Float>.self)
      - UnsafeRawPointer(base + first).loadUnaligned(as: SIMD16<Float>.self)
    sums += difference * difference
  }
  var sum = sums.sum()
  for index in whole..<centre.count {
    let difference = point[index] - base[index]
    sum += difference * difference
  }
  return sum
}
