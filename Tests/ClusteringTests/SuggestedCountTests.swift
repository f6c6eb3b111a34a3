import Kernels
import Testing

@testable import Clustering

@Suite struct SuggestedCountTests {
  /// The curve of a tree of `costs.count + 1` clusters; only what merges cost matters here.
  private func curve(_ costs: [Double]) -> InformationCurve {
    InformationCurve(
      ClusterTree(
        clusters: costs.count + 1, isPresent: Array(repeating: true, count: costs.count + 1),
        merges: costs.enumerated().map { position, cost in
          ClusterTree.Merge(first: 0, second: position + 1, cost: cost)
        }))
  }

  /// As the digits' trees: slow, then twice as much from ten groups on.
  private let digits =
    (11...20).reversed().map { 0.4 / Double($0) } + (2...10).reversed().map { 1.2 / Double($0) }

  @Test func classesStandOutWhereTheirMergingBegins() throws {
    let suggestion = try #require(InformationCurve.suggestedCount([curve(digits)]))
    #expect(suggestion.clusters == 10)
    #expect(abs(suggestion.jump - 1.2 / 10 / (0.4 / 11)) < 1e-12)
  }

  /// Merging n equal groups costs 1/n each: nothing stands out, although the last merges cost most.
  @Test func equalGroupsAtEveryLevelSuggestNothing() {
    let costs = (2...20).reversed().map { 1 / Double($0) }
    #expect(InformationCurve.suggestedCount([curve(costs)]) == nil)
  }

  @Test func costsAreAveragedBeforeTheJumpIsLookedFor() throws {
    // One curve jumps at 9, two at 10.
    var early = digits
    early[10] = 0.4 / 10
    let suggestion = try #require(
      InformationCurve.suggestedCount([curve(digits), curve(early), curve(digits)]))
    #expect(suggestion.clusters == 10)
  }

  /// Fifty clusters that hardly tell images apart have jumps as well.
  @Test func whatHardlyTellsImagesApartSuggestsNothing() {
    #expect(InformationCurve.suggestedCount([curve(digits.map { $0 / 5 })]) == nil)
  }

  @Test func aJumpAmongMoreThanHalfOfTheClustersIsNone() {
    let costs = Array(repeating: 0.01, count: 2) + Array(repeating: 0.3, count: 7)
    #expect(InformationCurve.suggestedCount([curve(costs)])?.clusters != 8)
  }

  @Test func noCurvesAndSmallOnesSuggestNothing() {
    #expect(InformationCurve.suggestedCount([]) == nil)
    #expect(InformationCurve.suggestedCount([curve([0.1, 0.6])]) == nil)
    #expect(InformationCurve.suggestedCount([curve([])]) == nil)
  }
}

@Suite struct InformationCurveTests {
  @Test func groupsOfManyClustersKeepWhatTheTreeKeeps() {
    let joint = ClusterTreeTests.joint(clusters: 120, classes: 6, noise: 0.3, seed: 1)
    let tree = ClusterTree(joint)
    #expect(InformationCurve(joint, tree: tree) == InformationCurve(tree))
    #expect(InformationCurve(tree).information.count == 62)
  }

  @Test func movingClustersKeepsMore() {
    let pool = WorkerPool(threads: 3)
    defer { pool.shutDown() }
    let joint = ClusterTreeTests.joint(clusters: 40, classes: 8, noise: 0.8, seed: 2)
    let tree = ClusterTree(joint)
    let curve = InformationCurve(joint, tree: tree)
    #expect(curve == InformationCurve(joint, tree: tree, pool: pool))
    #expect(curve.information.count == 22)
    for (count, pair) in zip(curve.information, InformationCurve(tree).information).enumerated() {
      #expect(pair.0 >= pair.1 - 1e-9)
      guard count > 1 else { continue }
      let groups = InformativeGroups([joint], tree: tree, count: count, randomStarts: 0)
      #expect(pair.0 == groups.information)
    }
    #expect(zip(curve.information, InformationCurve(tree).information).contains { $0 > $1 + 1e-3 })
  }

  @Test func aJointThatIsNotANumberHasNoCurve() {
    let joint = JointDistribution(
      JointSum(clusters: 8, sums: [Double](repeating: .nan, count: 64), pairs: 1))
    let curve = InformationCurve(joint, tree: ClusterTree(joint))
    #expect(curve.information.allSatisfy { $0 == 0 })
    #expect(InformationCurve.suggestedCount([curve]) == nil)
  }
}

@Suite struct PartitionMatchingTests {
  @Test func namesOfClustersDoNotMatter() {
    let matching = PartitionMatching([0, 0, 1, 2, 2], clusters: 3, [2, 2, 0, 1, 1], clusters: 3)
    #expect(matching.agreement == 1)
    #expect(matching.matchOfCluster == [2, 0, 1])
  }

  @Test func aClusterCutInTwoCountsOnce() {
    let matching = PartitionMatching([0, 0, 0, 1, 1], clusters: 2, [0, 0, 1, 2, 2], clusters: 3)
    #expect(matching.agreement == 0.8)
    #expect(matching.matchOfCluster == [0, 2])
    let turned = PartitionMatching([0, 0, 1, 2, 2], clusters: 3, [0, 0, 0, 1, 1], clusters: 2)
    #expect(turned.agreement == 0.8)
    #expect(turned.matchOfCluster == [0, -1, 1])
  }

  @Test func imagesWithoutAClusterAgreeWithNothing() {
    #expect(PartitionMatching([0, -1], clusters: 1, [0, 0], clusters: 1).agreement == 0.5)
    #expect(PartitionMatching([], clusters: 2, [], clusters: 2).agreement == 0)
  }
}
