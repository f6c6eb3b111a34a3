import Kernels

/// The points of a set that lie nearest to each of its points, by Euclidean distance.
package struct NearestNeighbours: Equatable, Sendable {
  /// Pairs of a point and one of its nearest, point by point, the nearest first; of equally near
  /// ones the lowest comes first.
  package struct Pair: Equatable, Sendable {
    package var point: Int
    package var neighbour: Int

    package init(point: Int, neighbour: Int) {
      self.point = point
      self.neighbour = neighbour
    }
  }

  package let pairs: [Pair]

  /// Compares every point with every other one; nil if `isCancelled` said so on the way.
  ///
  /// - Parameters:
  ///   - count: neighbours of each point; fewer where there are fewer others.
  ///   - pool: shares the work; the pairs are the same with any number of threads.
  package init?(
    of points: some PointSource, count: Int, kernels: KernelTable, pool: WorkerPool,
    isCancelled: () -> Bool = { false }
  ) {
    let total = points.count
    let count = max(0, min(count, total - 1))
    let dimensions = points.dimensions
    let rows = [Float](unsafeUninitializedCapacity: total * dimensions) { buffer, initialized in
      if let base = buffer.baseAddress { points.copy(0..<total, to: base) }
      initialized = total * dimensions
    }
    let products = RowProducts(rows, dimensions: dimensions, kernels)
    var neighbours = [Int32](repeating: -1, count: total * count)
    let blocks = (total + RowProducts.block - 1) / RowProducts.block
    // Between two slices somebody may ask for the end.
    for slice in stride(from: 0, to: blocks, by: 4 * pool.threads) {
      if isCancelled() { return nil }
      let last = min(slice + 4 * pool.threads, blocks)
      neighbours.withUnsafeMutableBufferPointer { neighbours in
        nonisolated(unsafe) let neighbours = neighbours
        pool.forEach(last - slice) { unit in
          let first = (slice + unit) * RowProducts.block
          let range = first..<min(first + RowProducts.block, total)
          let block = FloatBuffer(count: RowProducts.block * dimensions)
          let ofBlock = FloatBuffer(count: RowProducts.block * products.stride)
          points.copy(range, to: block.pointer)
          products.multiply(block, into: ofBlock)
          for point in range {
            Self.findNearest(
              to: point, ofBlock.pointer + (point - first) * products.stride, products.halfNorms,
              into: neighbours.extracting(point * count..<(point + 1) * count))
          }
        }
      }
    }
    pairs = neighbours.enumerated().compactMap { place, neighbour in
      neighbour < 0 ? nil : Pair(point: place / count, neighbour: Int(neighbour))
    }
  }

  /// - Parameters:
  ///   - products: of the point with every point.
  ///   - nearest: holds −1s, and then the nearest points' numbers, nearest first.
  private static func findNearest(
    to point: Int, _ products: UnsafePointer<Float>, _ halfNorms: [Float],
    into nearest: UnsafeMutableBufferPointer<Int32>
  ) {
    let count = nearest.count
    guard count > 0 else { return }
    var distances = [Float](repeating: .infinity, count: count)
    for other in halfNorms.indices where other != point {
      let distance = halfNorms[other] - products[other]
      guard distance < distances[count - 1] else { continue }
      var place = count - 1
      while place > 0, distance < distances[place - 1] {
        distances[place] = distances[place - 1]
        nearest[place] = nearest[place - 1]
        place -= 1
      }
      distances[place] = distance
      nearest[place] = Int32(other)
    }
  }
}
