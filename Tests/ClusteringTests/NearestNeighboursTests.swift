import Kernels
import Testing

@testable import Clustering

@Suite struct NearestNeighboursTests {
  /// Small whole numbers, so that distances are exact and often equal.
  private func points(count: Int, dimensions: Int, below bound: Int, seed: UInt64) -> RowPoints {
    var random = RandomStream(seed: seed, purpose: .samples)
    return RowPoints(
      dimensions: dimensions,
      rows: (0..<count * dimensions).map { _ in Float(random.integer(below: bound)) })
  }

  private func naive(_ points: RowPoints, count: Int) -> [NearestNeighbours.Pair] {
    (0..<points.count).flatMap { point in
      let distances = (0..<points.count).map { other in
        (0..<points.dimensions).reduce(Float(0)) { sum, dimension in
          let difference =
            points.rows[point * points.dimensions + dimension]
            - points.rows[other * points.dimensions + dimension]
          return sum + difference * difference
        }
      }
      return (0..<points.count).filter { $0 != point }
        .sorted { (distances[$0], $0) < (distances[$1], $1) }
        .prefix(count).map { NearestNeighbours.Pair(point: point, neighbour: $0) }
    }
  }

  @Test(arguments: InstructionSet.available)
  func everyPointIsComparedWithEveryOther(instructionSet: InstructionSet) throws {
    let pool = WorkerPool(threads: 3)
    for (count, dimensions) in [(1, 3), (2, 1), (5, 2), (60, 4), (257, 17)] {
      for nearest in [1, 3, 7] {
        let points = points(count: count, dimensions: dimensions, below: 4, seed: 9)
        let found = try #require(
          NearestNeighbours(
            of: points, count: nearest, kernels: instructionSet.kernels, pool: pool))
        #expect(found.pairs == naive(points, count: nearest), "\(count) points")
      }
    }
    pool.shutDown()
  }

  @Test func whoAsksForTheEndGetsNone() {
    let pool = WorkerPool(threads: 1)
    let points = points(count: 600, dimensions: 2, below: 9, seed: 1)
    var asked = 0
    let found = NearestNeighbours(
      of: points, count: 2, kernels: InstructionSet.portable.kernels, pool: pool
    ) {
      asked += 1
      return asked == 2
    }
    #expect(found == nil && asked == 2)
    pool.shutDown()
  }
}
