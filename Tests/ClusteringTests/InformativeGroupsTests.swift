import Kernels
import Testing

@testable import Clustering

@Suite struct InformativeGroupsTests {
  /// I of the joint added up by group, with everything added anew.
  private func information(_ joint: JointDistribution, _ groups: [Int]) -> Double {
    let count = (groups.max() ?? -1) + 1
    var grouped = [[Double]](repeating: .init(repeating: 0, count: count), count: count)
    for i in 0..<joint.clusters where groups[i] >= 0 {
      for j in 0..<joint.clusters where groups[j] >= 0 {
        grouped[groups[i]][groups[j]] += joint.probabilities[i * joint.clusters + j]
      }
    }
    return plainInformation(grouped)
  }

  /// Every way to put `clusters` clusters into exactly `count` groups, by their lowest clusters.
  private func partitions(_ clusters: Int, _ count: Int) -> [[Int]] {
    var partitions: [[Int]] = [[]]
    for _ in 0..<clusters {
      partitions = partitions.flatMap { partition in
        let used = (partition.max() ?? -1) + 1
        return (0...min(used, count - 1)).map { partition + [$0] }
      }
    }
    return partitions.filter { Set($0).count == count }
  }

  @Test(arguments: 1...12)
  func noGroupsOfFewClustersKeepMore(seed: UInt64) {
    for (clusters, count) in [(5, 2), (6, 3), (7, 3), (8, 4)] {
      let joint = ClusterTreeTests.joint(
        clusters: clusters, classes: count, noise: 0.6, seed: seed)
      let other = ClusterTreeTests.joint(
        clusters: clusters, classes: count, noise: 0.8, seed: seed + 100)
      let both = InformativeGroups([joint, other], tree: ClusterTree(joint), count: count)
      let mostOfBoth =
        partitions(clusters, count)
        .map { information(joint, $0) + information(other, $0) }.max() ?? .nan
      #expect(abs(both.information - mostOfBoth) < 1e-9)
      let found = InformativeGroups([joint], tree: ClusterTree(joint), count: count)
      let most = partitions(clusters, count).map { information(joint, $0) }.max() ?? .nan
      #expect(abs(found.information - most) < 1e-9)
      #expect(abs(found.information - information(joint, found.groups)) < 1e-9)
    }
  }

  @Test func mergesOfTheTreeAreUndone() {
    var gains: [Double] = []
    for seed in UInt64(1)...10 {
      let joint = ClusterTreeTests.joint(clusters: 30, classes: 6, noise: 0.8, seed: seed)
      let tree = ClusterTree(joint)
      let found = InformativeGroups([joint], tree: tree, count: 6)
      #expect(abs(found.information - information(joint, found.groups)) < 1e-9)
      gains.append(found.information - information(joint, tree.groups(6)))
    }
    #expect(gains.allSatisfy { $0 > -1e-9 })
    #expect(gains.contains { $0 > 1e-3 })
  }

  /// Four clusters of two classes and a fifth that its copies say nothing of; images that look alike
  /// tell where it belongs.
  @Test func aSecondKindOfPairsDecidesWhereTheFirstDoesNot() {
    func joint(_ pairs: [(Int, Int, Double)]) -> JointDistribution {
      var sums = [Double](repeating: 0.01, count: 25)
      for i in 0..<5 { sums[i * 5 + i] += 4 }
      for (i, j, share) in pairs {
        sums[i * 5 + j] += share
        sums[j * 5 + i] += share
      }
      return JointDistribution(JointSum(clusters: 5, sums: sums, pairs: 1))
    }
    let copies = joint([
      (0, 1, 2), (2, 3, 2), (0, 4, 0.20), (1, 4, 0.20), (2, 4, 0.19), (3, 4, 0.19),
    ])
    let alike = joint([(0, 1, 2), (2, 3, 2), (2, 4, 0.5), (3, 4, 0.5)])
    let knowsNothing = JointDistribution(
      JointSum(clusters: 5, sums: [Double](repeating: 1, count: 25), pairs: 1))
    let tree = ClusterTree(copies)
    #expect(InformativeGroups([copies], tree: tree, count: 2).groups == [0, 0, 1, 1, 0])
    #expect(InformativeGroups([copies, alike], tree: tree, count: 2).groups == [0, 0, 1, 1, 1])
    #expect(
      InformativeGroups([copies, knowsNothing], tree: tree, count: 2).groups == [0, 0, 1, 1, 0])
  }

  @Test func theGroupsOfATreeThatNothingImprovesStay() {
    let joint = ClusterTreeTests.joint(clusters: 20, classes: 5, noise: 0, seed: 3)
    let tree = ClusterTree(joint)
    #expect(InformativeGroups([joint], tree: tree, count: 5).groups == tree.groups(5))
  }

  @Test func anyNumberOfThreadsFindsTheSame() {
    let pool = WorkerPool(threads: 3)
    defer { pool.shutDown() }
    for seed in UInt64(1)...5 {
      let joint = ClusterTreeTests.joint(clusters: 40, classes: 8, noise: 0.7, seed: seed)
      let tree = ClusterTree(joint)
      #expect(
        InformativeGroups([joint], tree: tree, count: 8)
          == InformativeGroups([joint], tree: tree, count: 8, pool: pool))
    }
  }

  @Test func emptyClustersAreInNoGroup() {
    var sums = [Double](repeating: 0, count: 25)
    for i in [0, 2, 3, 4] { sums[i * 5 + i] = 1 }
    sums[2 * 5 + 4] = 0.5
    sums[4 * 5 + 2] = 0.5
    let joint = JointDistribution(JointSum(clusters: 5, sums: sums, pairs: 1))
    let tree = ClusterTree(joint)
    #expect(InformativeGroups([joint], tree: tree, count: 3).groups == [0, -1, 1, 2, 1])
    #expect(InformativeGroups([joint], tree: tree, count: 4).groups == [0, -1, 1, 2, 3])
    #expect(InformativeGroups([joint], tree: tree, count: 9).groups == [0, -1, 1, 2, 3])
    #expect(InformativeGroups([joint], tree: tree, count: 1).groups == [0, -1, 0, 0, 0])
    #expect(InformativeGroups([joint], tree: tree, count: 1).information == 0)
  }

  @Test func aJointThatIsNotANumberHasNoGroups() {
    let joint = JointDistribution(
      JointSum(clusters: 3, sums: [Double](repeating: .nan, count: 9), pairs: 1))
    let found = InformativeGroups([joint], tree: ClusterTree(joint), count: 2)
    #expect(found.groups == [-1, -1, -1])
    #expect(found.information == 0)
  }
}
