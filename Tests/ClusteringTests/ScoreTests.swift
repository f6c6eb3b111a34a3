import Kernels
import Testing

@testable import Clustering

@Suite struct ScoreTests {
  /// The largest sum over all ways to match rows with columns.
  private static func bruteForce(_ weights: [[Int]], row: Int = 0, taken: Set<Int> = []) -> Int {
    guard row < weights.count else { return 0 }
    let columns = weights[row].count
    var best = Int.min
    for column in 0..<columns where !taken.contains(column) {
      let rest = bruteForce(weights, row: row + 1, taken: taken.union([column]))
      best = max(best, weights[row][column] + rest)
    }
    // A row may stay without a column only where there are more rows than columns.
    if weights.count > columns, row - taken.count < weights.count - columns {
      best = max(best, bruteForce(weights, row: row + 1, taken: taken))
    }
    return best
  }

  @Test func hungarianMatchesBruteForce() {
    var random = RandomStream(seed: 7, purpose: .samples)
    for rows in 1...6 {
      for columns in 1...6 {
        for trial in 0..<6 {
          // Few values make many ties.
          let bound = trial < 3 ? 4 : 1000
          let weights = (0..<rows).map { _ in
            (0..<columns).map { _ in random.integer(below: bound) - (trial % 3) }
          }
          let assignment = HungarianAssignment.maximizing(weights)
          #expect(assignment.count == rows)
          let used = assignment.filter { $0 >= 0 }
          #expect(used.count == min(rows, columns) && Set(used).count == used.count)
          #expect(used.allSatisfy { $0 < columns })
          let sum = zip(weights, assignment).reduce(0) { $1.1 < 0 ? $0 : $0 + $1.0[$1.1] }
          #expect(sum == Self.bruteForce(weights))
        }
      }
    }
    #expect(HungarianAssignment.maximizing([]) == [])
  }

  @Test func tiesTakeTheLowestIndex() {
    let equal = ContingencyTable(clusters: 4, classes: 3)
    #expect(ClusterAssignment(oneToOne: equal).classOfCluster == [0, 1, 2, -1])
    var tied = ContingencyTable(clusters: 2, classes: 3)
    tied.add(cluster: 0, label: 2, images: 5)
    tied.add(cluster: 0, label: 1, images: 5)
    #expect(ClusterAssignment(majority: tied).classOfCluster == [1, -1])
  }

  @Test func countsAndAccuracy() {
    let counts = ContingencyTable(
      clusters: 3, classes: 2, predictions: [0, 0, 1, 2, 2, 2, 2], labels: [1, 1, 0, 0, 0, 0, 1])
    #expect(counts.total == 7)
    #expect(counts[2, 0] == 3 && counts[0, 1] == 2 && counts[1, 1] == 0)
    #expect(counts.clusterSizes == [2, 1, 4])
    #expect(counts.classSizes == [4, 3])
    let masses: [Double] = [2, 1, 4].map { $0 / 7 }
    #expect(counts.clusterShares == masses)
    let oneToOne = ClusterAssignment(oneToOne: counts)
    #expect(oneToOne.classOfCluster == [1, -1, 0])
    #expect(counts.accuracy(under: oneToOne) == 5.0 / 7)
    let majority = ClusterAssignment(majority: counts)
    #expect(majority.classOfCluster == [1, 0, 0])
    #expect(counts.accuracy(under: majority) == 6.0 / 7)
    let empty = ContingencyTable(clusters: 2, classes: 2)
    #expect(empty.accuracy(under: ClusterAssignment(oneToOne: empty)) == 0)
    #expect(empty.clusterShares == [0, 0])
  }

  private static func counts(_ labels: [Int], _ predictions: [Int]) -> ContingencyTable {
    ContingencyTable(clusters: 3, classes: 3, predictions: predictions, labels: labels)
  }

  @Test func agreementMatchesKnownValues() {
    // Worked by hand, the last with scikit-learn.
    let cases: [(labels: [Int], predictions: [Int], information: Double, rand: Double)] = [
      ([0, 0, 1, 2], [0, 0, 1, 1], 0.8, 0.5714285714285714),
      ([0, 0, 1, 1], [0, 0, 1, 2], 0.8, 0.5714285714285714),
      ([0, 0, 1, 1], [1, 1, 0, 0], 1, 1),
      ([0, 0, 1, 1], [0, 1, 0, 1], 0, -0.5),
      ([0, 1, 2, 0], [0, 0, 0, 0], 0, 0),
      ([1, 1, 1], [2, 2, 2], 1, 1),
      (
        [0, 0, 0, 1, 1, 1, 2, 2, 2, 2], [0, 0, 1, 1, 1, 2, 2, 2, 0, 2], 0.44270128334605,
        0.20454545454545456
      ),
    ]
    for item in cases {
      let counts = Self.counts(item.labels, item.predictions)
      let informationError = abs(counts.normalizedMutualInformation - item.information)
      #expect(informationError <= 1e-12, "\(item)")
      let randError = abs(counts.adjustedRandIndex - item.rand)
      #expect(randError <= 1e-12, "\(item)")
    }
  }
}
