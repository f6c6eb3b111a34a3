import Kernels

/// One pass of Lloyd's algorithm over all points: each one's nearest centre, and the sums that give
/// the next centres.
final class KMeansPass<Points: PointSource>: @unchecked Sendable {
  // Unchecked: each part writes its own points' places and its own sums.
  private(set) var clusterOfPoint: [Int]
  /// The squared distance of each point to its centre.
  private(set) var distances: [Float]

  private let points: Points
  private let clusters: Int
  private let centres: [Float]
  private let products: RowProducts
  private let parts: Int
  /// `[parts, clusters, dimensions]`
  private var sums: [Double]

  init(_ points: Points, centres: [Float], clusters: Int, _ kernels: KernelTable) {
    self.points = points
    self.clusters = clusters
    self.centres = centres
    products = RowProducts(centres, dimensions: points.dimensions, kernels)
    clusterOfPoint = Array(repeating: 0, count: points.count)
    distances = Array(repeating: 0, count: points.count)
    parts = Self.parts(of: points, clusters: clusters)
    sums = Array(repeating: 0, count: parts * clusters * points.dimensions)
  }

  /// As many as give 64 threads work, while their sums stay below 64 MiB; never a matter of how
  /// many threads there are.
  private static func parts(of points: Points, clusters: Int) -> Int {
    let blocks = (points.count + RowProducts.block - 1) / RowProducts.block
    let affordable = (64 << 20) / (8 * clusters * max(points.dimensions, 1))
    return max(1, min(64, blocks, affordable))
  }

  func run(_ pool: WorkerPool) {
    let blocks = (points.count + RowProducts.block - 1) / RowProducts.block
    let sumsPerPart = clusters * points.dimensions
    clusterOfPoint.withUnsafeMutableBufferPointer { nearest in
      distances.withUnsafeMutableBufferPointer { distances in
        sums.withUnsafeMutableBufferPointer { sums in
          nonisolated(unsafe) let (nearest, distances, sums) = (nearest, distances, sums)
          pool.forEach(parts) { part in
            let own = sums.extracting(part * sumsPerPart..<(part + 1) * sumsPerPart)
            let rows = FloatBuffer(count: RowProducts.block * points.dimensions)
            let productsOfBlock = FloatBuffer(count: RowProducts.block * products.stride)
            for block in part * blocks / parts..<(part + 1) * blocks / parts {
              let first = block * RowProducts.block
              let range = first..<min(first + RowProducts.block, points.count)
              points.copy(range, to: rows.pointer)
              products.multiply(rows, into: productsOfBlock)
              assign(
                rows, productsOfBlock, nearest.extracting(range), distances.extracting(range),
                sums: own)
            }
          }
        }
      }
    }
  }

  /// Writes the cluster and the distance of each point of a block and adds the point to its
  /// cluster's sums, `[clusters, dimensions]`.
  private func assign(
    _ rows: FloatBuffer, _ productsOfBlock: FloatBuffer, _ nearest: UnsafeMutableBufferPointer<Int>,
    _ distances: UnsafeMutableBufferPointer<Float>, sums: UnsafeMutableBufferPointer<Double>
  ) {
    let dimensions = points.dimensions
    centres.withUnsafeBufferPointer { centres in
      for row in nearest.indices {
        let cluster = nearestCentre(productsOfBlock.pointer + row * products.stride)
        let values = rows.pointer + row * dimensions
        let own = cluster * dimensions..<(cluster + 1) * dimensions
        nearest[row] = cluster
        distances[row] = squaredDistance(values, centres.extracting(own))
        let target = sums.extracting(own)
        for dimension in 0..<dimensions { target[dimension] += Double(values[dimension]) }
      }
    }
  }

  /// The lowest number of equally near ones.
  private func nearestCentre(_ ofPoint: UnsafePointer<Float>) -> Int {
    let halfNorms = products.halfNorms
    var nearest = 0
    var least = halfNorms[0] - ofPoint[0]
    for cluster in 1..<max(clusters, 1) {
      let distance = halfNorms[cluster] - ofPoint[cluster]
      if distance < least {
        least = distance
        nearest = cluster
      }
    }
    return nearest
  }

  /// Replaces the centres by the means of their points.
  func moveCentres(_ centres: inout [Float], _ points: Points) {
    let dimensions = points.dimensions
    var sizes = [Int](repeating: 0, count: clusters)
    for cluster in clusterOfPoint { sizes[cluster] += 1 }
    var taken: Set<Int> = []
    for cluster in 0..<clusters {
      let first = cluster * dimensions
      if sizes[cluster] > 0 {
        var total = [Double](repeating: 0, count: dimensions)
        sums.withUnsafeBufferPointer { sums in
          for part in 0..<parts {
            let own = (part * clusters + cluster) * dimensions
            for dimension in 0..<dimensions { total[dimension] += sums[own + dimension] }
          }
        }
        for dimension in 0..<dimensions {
          centres[first + dimension] = Float(total[dimension] / Double(sizes[cluster]))
        }
      } else if let point = farthestPoint(besides: taken) {
        taken.insert(point)
        centres.withUnsafeMutableBufferPointer { centres in
          if let base = centres.baseAddress { points.copy(point..<point + 1, to: base + first) }
        }
      }
    }
  }

  /// The first of those that are farthest from their centres; nil if all that are left lie on
  /// theirs.
  private func farthestPoint(besides taken: Set<Int>) -> Int? {
    var farthest: Int?
    var most: Float = 0
    for (point, distance) in distances.enumerated()
    where distance > most && !taken.contains(point) {
      most = distance
      farthest = point
    }
    return farthest
  }
}
