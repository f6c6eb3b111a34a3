import Kernels
import Testing

@testable import Clustering

private struct Rows: PointSource {
  var dimensions: Int
  var values: [Float]

  var count: Int { values.count / dimensions }

  func copy(_ range: Range<Int>, to rows: UnsafeMutablePointer<Float>) {
    for place in 0..<range.count * dimensions {
      rows[place] = values[range.lowerBound * dimensions + place]
    }
  }

  /// Small whole numbers, so that distances are exact and often equal.
  static func whole(count: Int, dimensions: Int, below bound: Int, seed: UInt64) -> Rows {
    var random = RandomStream(seed: seed, purpose: .samples)
    return Rows(
      dimensions: dimensions,
      values: (0..<count * dimensions).map { _ in Float(random.integer(below: bound)) })
  }
}

@Suite struct NearestNeighboursTests {
  private func naive(_ points: Rows, count: Int) -> [NearestNeighbours.Pair] {
    (0..<points.count).flatMap { point in
      let distances = (0..<points.count).map { other in
        (0..<points.dimensions).reduce(Float(0)) { sum, dimension in
          let difference =
            points.values[point * points.dimensions + dimension]
            - points.values[other * points.dimensions + dimension]
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
        let points = Rows.whole(count: count, dimensions: dimensions, below: 4, seed: 9)
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
    let points = Rows.whole(count: 600, dimensions: 2, below: 9, seed: 1)
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
