import Foundation
import Kernels
import Testing

@testable import Clustering

@Suite struct ClusterTreeTests {
  /// Merges by trying every pair on a joint that is added up anew each time: O(C⁵).
  private func naiveMerges(_ joint: [[Double]]) -> [(first: Int, second: Int, cost: Double)] {
    var groups = joint.indices.filter { joint[$0].reduce(0, +) > 0 }.map {
      (node: $0, members: [$0])
    }
    func information(_ groups: [[Int]]) -> Double {
      let merged = groups.map { row in
        groups.map { column in
          row.reduce(0.0) { sum, i in sum + column.reduce(0.0) { $0 + joint[i][$1] } }
        }
      }
      return plainInformation(merged)
    }
    var merges: [(first: Int, second: Int, cost: Double)] = []
    while groups.count > 1 {
      let before = information(groups.map(\.members))
      var pairs: [(i: Int, j: Int, cost: Double)] = []
      for i in groups.indices {
        for j in groups.indices where j > i {
          var merged = groups.map(\.members)
          merged[i] += merged[j]
          merged.remove(at: j)
          pairs.append((i, j, before - information(merged)))
        }
      }
      let least = pairs.map(\.cost).min() ?? 0
      guard let chosen = pairs.first(where: { $0.cost <= least + ClusterTree.tolerance }) else {
        break
      }
      merges.append((groups[chosen.i].node, groups[chosen.j].node, chosen.cost))
      groups[chosen.i].members += groups[chosen.j].members
      groups[chosen.i].node = joint.count + merges.count - 1
      groups.remove(at: chosen.j)
      groups.sort { ($0.members.min() ?? 0) < ($1.members.min() ?? 0) }
    }
    return merges
  }

  /// A joint of `clusters` clusters that hide `classes` classes: pairs fall into one class, and
  /// mostly into one cluster of it.
  static func joint(
    clusters: Int, classes: Int, noise: Double, seed: UInt64
  ) -> JointDistribution {
    var random = RandomStream(seed: seed, purpose: .samples)
    var sums = [Double](repeating: 0, count: clusters * clusters)
    for i in 0..<clusters {
      for j in 0..<clusters {
        let isSameClass = i % classes == j % classes
        let value = Double(random.uniform()) * (isSameClass ? 1 : noise) + (i == j ? 1 : 0)
        sums[i * clusters + j] = value
      }
    }
    return JointDistribution(JointSum(clusters: clusters, sums: sums, pairs: 1000))
  }

  private func expectNaive(
    _ joint: JointDistribution, _ instructionSet: InstructionSet = .fastest,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let rows = (0..<joint.clusters).map { row in
      Array(joint.probabilities[row * joint.clusters..<(row + 1) * joint.clusters])
    }
    let expected = naiveMerges(rows)
    let tree = ClusterTree(joint, kernels: instructionSet.kernels)
    #expect(tree.merges.count == expected.count, sourceLocation: location)
    for (merge, naive) in zip(tree.merges, expected) {
      #expect(merge.first == naive.first && merge.second == naive.second, sourceLocation: location)
      #expect(abs(merge.cost - naive.cost) < 1e-12, sourceLocation: location)
    }
  }

  @Test(arguments: 2...9) func equalsTheNaiveVersionOnRandomJoints(clusters: Int) {
    for seed in 1...4 as ClosedRange<UInt64> {
      expectNaive(Self.joint(clusters: clusters, classes: 3, noise: 0.1, seed: seed))
      expectNaive(Self.joint(clusters: clusters, classes: clusters, noise: 1, seed: seed))
    }
  }

  /// More clusters than the kernels take at a time, and enough for gaps to be closed on the way.
  @Test(arguments: InstructionSet.available) func equalsTheNaiveVersion(kernels: InstructionSet) {
    expectNaive(Self.joint(clusters: 21, classes: 5, noise: 0.1, seed: 5), kernels)
  }

  @Test func threadsLeaveNoTrace() {
    let joint = Self.joint(clusters: 40, classes: 7, noise: 0.05, seed: 3)
    let pool = WorkerPool(threads: 3)
    #expect(ClusterTree(joint, pool: pool) == ClusterTree(joint))
  }

  @Test func hiddenClassesAreTheLastGroups() {
    let tree = ClusterTree(Self.joint(clusters: 24, classes: 4, noise: 0.01, seed: 1))
    #expect(tree.groups(4) == (0..<24).map { $0 % 4 })
    #expect(tree.groups(24) == Array(0..<24))
    #expect(tree.groups(100) == Array(0..<24))
    #expect(tree.groups(1) == Array(repeating: 0, count: 24))
    let costs = tree.merges.map(\.cost)
    // The jump is where classes begin to be merged.
    let jumps = (1..<costs.count).map { costs[$0] / costs[$0 - 1] }
    #expect(jumps.firstIndex(of: jumps.max() ?? 0) == 24 - 4 - 1)
  }

  /// Equal clusters all cost the same: the first pairs go first.
  @Test func tiesGoToTheFirstPair() {
    let clusters = 6
    var sums = [Double](repeating: 0, count: clusters * clusters)
    for cluster in 0..<clusters { sums[cluster * clusters + cluster] = 0.1 }
    let joint = JointDistribution(JointSum(clusters: clusters, sums: sums, pairs: 10))
    let tree = ClusterTree(joint)
    #expect(tree.merges.map(\.first) == [0, 2, 4, 6, 9])
    #expect(tree.merges.map(\.second) == [1, 3, 5, 7, 8])
    expectNaive(joint)
  }

  @Test func emptyClustersAreLeftOut() {
    let clusters = 5
    var sums = [Double](repeating: 0, count: clusters * clusters)
    for (i, j, value) in [(0, 0, 0.4), (2, 2, 0.3), (4, 4, 0.2), (2, 4, 0.05)] {
      sums[i * clusters + j] = value
    }
    let joint = JointDistribution(JointSum(clusters: clusters, sums: sums, pairs: 10))
    let tree = ClusterTree(joint)
    #expect(tree.isPresent == [true, false, true, false, true])
    #expect(tree.merges.count == 2)
    #expect(tree.groups(2) == [0, -1, 1, -1, 1])
    expectNaive(joint)
  }

  @Test func oneClusterHoldsEverything() {
    let joint = JointDistribution(
      JointSum(clusters: 3, sums: [0, 0, 0, 0, 7, 0, 0, 0, 0], pairs: 7))
    let tree = ClusterTree(joint)
    #expect(tree.merges.isEmpty)
    #expect(tree.groups(2) == [-1, 0, -1])
  }

  @Test func whatIsNoNumberHasNoTree() {
    let joint = JointDistribution(JointSum(clusters: 2, sums: [1, .nan, 0, 1], pairs: 2))
    let tree = ClusterTree(joint)
    #expect(tree.merges.isEmpty)
    #expect(tree.groups(1) == [-1, -1])
  }
}
