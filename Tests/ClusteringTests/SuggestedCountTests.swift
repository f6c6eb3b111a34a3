import Clustering
import Testing

@Suite struct SuggestedCountTests {
  /// A tree of `costs.count + 1` clusters; only what merges cost matters here.
  private func tree(_ costs: [Double]) -> ClusterTree {
    ClusterTree(
      clusters: costs.count + 1, isPresent: Array(repeating: true, count: costs.count + 1),
      merges: costs.enumerated().map { position, cost in
        ClusterTree.Merge(first: 0, second: position + 1, cost: cost)
      })
  }

  /// As the digits' trees: slow, then twice as much from ten groups on.
  private let digits =
    (11...20).reversed().map { 0.4 / Double($0) } + (2...10).reversed().map { 1.2 / Double($0) }

  @Test func classesStandOutWhereTheirMergingBegins() throws {
    let suggestion = try #require(ClusterTree.suggestedCount([tree(digits)]))
    #expect(suggestion.clusters == 10)
    #expect(abs(suggestion.jump - 1.2 / 10 / (0.4 / 11)) < 1e-12)
  }

  /// Merging n equal groups costs 1/n each: nothing stands out, although the last merges cost most.
  @Test func equalGroupsAtEveryLevelSuggestNothing() {
    let costs = (2...20).reversed().map { 1 / Double($0) }
    #expect(ClusterTree.suggestedCount([tree(costs)]) == nil)
  }

  @Test func costsAreAveragedBeforeTheJumpIsLookedFor() throws {
    // One tree jumps at 9, two at 10.
    var early = digits
    early[10] = 0.4 / 10
    let suggestion = try #require(
      ClusterTree.suggestedCount([tree(digits), tree(early), tree(digits)]))
    #expect(suggestion.clusters == 10)
  }

  /// Fifty clusters that hardly tell images apart have jumps as well.
  @Test func whatHardlyTellsImagesApartSuggestsNothing() {
    #expect(ClusterTree.suggestedCount([tree(digits.map { $0 / 5 })]) == nil)
  }

  @Test func aJumpAmongMoreThanHalfOfTheClustersIsNone() {
    let costs = Array(repeating: 0.01, count: 2) + Array(repeating: 0.3, count: 7)
    #expect(ClusterTree.suggestedCount([tree(costs)])?.clusters != 8)
  }

  @Test func noTreesAndSmallOnesSuggestNothing() {
    #expect(ClusterTree.suggestedCount([]) == nil)
    #expect(ClusterTree.suggestedCount([tree([0.1, 0.6])]) == nil)
    #expect(ClusterTree.suggestedCount([tree([])]) == nil)
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
