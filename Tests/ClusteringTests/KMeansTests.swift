import Kernels
import Testing

@testable import Clustering

@Suite struct KMeansTests {
  private static func kMeans(
    _ clusters: Int, threads: Int = 2, _ instructions: InstructionSet = .portable
  ) -> KMeans {
    KMeans(
      clusters: clusters, kernels: instructions.kernels, pool: WorkerPool(threads: threads))
  }

  /// Points around `centres` centres that are far apart, each centre in turn.
  private static func blobs(_ centres: Int, points: Int, dimensions: Int, seed: UInt64) -> RowPoints
  {
    var random = RandomStream(seed: seed, purpose: .samples)
    let places = (0..<centres * dimensions).map { _ in random.uniform(-50, 50) }
    let values = (0..<points).flatMap { point in
      (0..<dimensions).map { dimension in
        places[point % centres * dimensions + dimension] + random.uniform(-1, 1)
      }
    }
    return RowPoints(dimensions: dimensions, rows: values)
  }

  /// Lloyd's algorithm in Double, a point at a time.
  private static func naive(
    _ points: RowPoints, from first: [Float], clusters: Int
  ) -> (clusterOfPoint: [Int], inertia: Double) {
    let dimensions = points.dimensions
    var centres = first.map(Double.init)
    var assignment = [Int](repeating: -1, count: points.count)
    while true {
      var next = assignment
      var inertia = 0.0
      for point in 0..<points.count {
        let distances = (0..<clusters).map { cluster in
          (0..<dimensions).reduce(0.0) { sum, dimension in
            let difference =
              Double(points.rows[point * dimensions + dimension])
              - centres[cluster * dimensions + dimension]
            return sum + difference * difference
          }
        }
        next[point] = distances.indices.min { distances[$0] < distances[$1] }!
        inertia += distances[next[point]]
      }
      if next == assignment { return (assignment, inertia) }
      assignment = next
      for cluster in 0..<clusters {
        let own = assignment.indices.filter { assignment[$0] == cluster }
        for dimension in 0..<dimensions where !own.isEmpty {
          centres[cluster * dimensions + dimension] =
            own.reduce(0.0) { $0 + Double(points.rows[$1 * dimensions + dimension]) }
            / Double(own.count)
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available) func agreesWithTheNaiveOne(
    instructions: InstructionSet
  ) throws {
    // Noise without structure, so that many iterations are taken; sizes that fill no block.
    for (count, dimensions, clusters) in [(157, 5, 3), (301, 19, 7), (131, 40, 33)] {
      var random = RandomStream(seed: 7, purpose: .samples)
      let points = RowPoints(
        dimensions: dimensions,
        rows: (0..<count * dimensions).map { _ in random.uniform(-1, 1) })
      let first = Array(points.rows.prefix(clusters * dimensions))
      let result = try #require(
        Self.kMeans(clusters, instructions).lloyd(points, from: first))
      let expected = Self.naive(points, from: first, clusters: clusters)
      #expect(result.hasConverged && result.iterations > 2)
      #expect(result.clusterOfPoint == expected.clusterOfPoint)
      #expect(abs(result.inertia - expected.inertia) <= 1e-5 * expected.inertia)
    }
  }

  @Test func findsBlobs() throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      let points = Self.blobs(6, points: 400, dimensions: 17, seed: seed)
      let result = try #require(try Self.kMeans(6).fit(points, seed: seed))
      let table = ContingencyTable(
        clusters: 6, classes: 6, predictions: result.clusterOfPoint,
        labels: (0..<400).map { $0 % 6 })
      #expect(table.accuracy(under: ClusterAssignment(oneToOne: table)) == 1, "seed \(seed)")
      #expect(result.inertia > 0 && result.inertia < 400 * 17)
    }
  }

  @Test func theThreadsDoNotMatterAndTheSeedDoes() throws {
    var random = RandomStream(seed: 3, purpose: .samples)
    let points = RowPoints(dimensions: 11, rows: (0..<997 * 11).map { _ in random.uniform() })
    let results = try [1, 2, 5].map { threads in
      try #require(try Self.kMeans(12, threads: threads).fit(points, seed: 4))
    }
    #expect(results[0] == results[1] && results[0] == results[2])
    let other = try #require(try Self.kMeans(12).fit(points, seed: 5))
    #expect(other.clusterOfPoint != results[0].clusterOfPoint)
  }

  @Test func tiesGoToTheLowestNumber() throws {
    let points = RowPoints(dimensions: 1, rows: [0, 1, 2])
    let result = try #require(Self.kMeans(2).lloyd(points, from: [0, 2]))
    #expect(result.clusterOfPoint == [0, 0, 1])
    #expect(result.centres == [0.5, 2])
    #expect(result.inertia == 0.5)
  }

  @Test func anEmptyClusterStartsAtTheFarthestPoint() throws {
    let points = RowPoints(dimensions: 1, rows: [0, 1, 9, 10, 30])
    let result = try #require(Self.kMeans(3).lloyd(points, from: [1, 10, 1000]))
    #expect(result.clusterOfPoint == [0, 0, 1, 1, 2])
    #expect(result.centres == [0.5, 9.5, 30])
  }

  @Test func moreClustersThanDifferentPoints() throws {
    let points = RowPoints(dimensions: 1, rows: [4, 4, 4, 4, 7, 7])
    let result = try #require(try Self.kMeans(4).fit(points, seed: 1))
    #expect(result.inertia == 0 && result.hasConverged)
    #expect(Set(result.clusterOfPoint.prefix(4)).count == 1)
    #expect(Set(result.clusterOfPoint).count == 2)
  }

  @Test func fewerPointsThanClusters() {
    #expect(throws: KMeansError.tooFewPoints(3, clusters: 4)) {
      try Self.kMeans(4).fit(RowPoints(dimensions: 1, rows: [1, 2, 3]), seed: 1)
    }
  }

  @Test(arguments: [Float.nan, .infinity]) func whatIsNoNumberIsRefused(value: Float) {
    for point in 0..<5 {
      var values: [Float] = [1, 2, 3, 4, 5]
      values[point] = value
      #expect(throws: KMeansError.notANumber(point: point)) {
        try Self.kMeans(2).fit(RowPoints(dimensions: 1, rows: values), seed: 1)
      }
    }
  }

  @Test func givesUpWhenToldTo() throws {
    let points = Self.blobs(2, points: 50, dimensions: 2, seed: 1)
    #expect(try Self.kMeans(2).fit(points, seed: 1) { true } == nil)
  }
}
