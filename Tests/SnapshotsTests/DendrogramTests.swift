import Snapshots
import Testing

@Suite struct DendrogramTests {
  /// Clusters 0 and 3, then 1 and 4, then 2 to the latter, then all.
  private let merges = [
    TreeMerge(first: 0, second: 3, cost: 0.1), TreeMerge(first: 1, second: 4, cost: 0.2),
    TreeMerge(first: 6, second: 2, cost: 0.3), TreeMerge(first: 5, second: 7, cost: 0.9),
  ]

  @Test func leavesStandSoThatNothingCrosses() throws {
    let tree = try #require(Dendrogram(merges, clusters: 5, limit: 10))
    #expect(tree.leaves == 5)
    #expect(tree.nodes.prefix(5).map(\.clusters) == [[0], [3], [1], [4], [2]])
    #expect(tree.nodes.map(\.place) == [0, 1, 2, 3, 4, 0.5, 2.5, 3.25, 1.875])
    #expect(tree.nodes.dropFirst(5).map(\.children) == [[0, 1], [2, 3], [6, 4], [5, 7]])
    #expect(tree.nodes.map(\.cost) == [0, 0, 0, 0, 0, 0.1, 0.2, 0.3, 0.9])
    #expect(tree.groups(2) == [5, 7])
    #expect(tree.groups(3) == [5, 6, 4])
    #expect(tree.groups(9) == [0, 1, 2, 3, 4])
    #expect(tree.groups(1) == [8])
  }

  @Test func whatIsMergedBelowTheLimitIsOneLeaf() throws {
    let tree = try #require(Dendrogram(merges, clusters: 5, limit: 3))
    #expect(tree.nodes.map(\.clusters) == [[0, 3], [1, 4], [2], [1, 2, 4], [0, 1, 2, 3, 4]])
    #expect(tree.groups(3) == [0, 1, 2])
  }

  /// Clusters without images are in no tree.
  @Test func clustersOutsideTheTreeHaveNoLeaf() throws {
    let tree = try #require(
      Dendrogram([TreeMerge(first: 1, second: 3, cost: 0.5)], clusters: 4, limit: 8))
    #expect(tree.nodes.map(\.clusters) == [[1], [3], [1, 3]])
  }

  @Test func withoutMergesThereIsNone() {
    #expect(Dendrogram([], clusters: 3, limit: 8) == nil)
  }
}
