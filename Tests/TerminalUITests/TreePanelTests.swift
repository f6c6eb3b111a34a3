import Snapshots
import Testing

@testable import TerminalUI

/// What the leaves of a tree are called.
@Suite struct TreePanelTests {
  /// Four clusters: two of class a, one of b, one without an image.
  private static let subHead = SubHeadEvaluation(
    index: 0, loss: 0, mutualInformation: 0, entropy: 0, conditionalEntropy: 0,
    scores: ClassScores(
      accuracy: 0.5, nmi: 0, ari: 0, classOfCluster: [0, 0, 1, -1],
      contingency: [5, 1, 3, 0, 2, 7, 0, 0]),
    joint: [Float](repeating: 0, count: 16), clusterShares: [0.3, 0.2, 0.5, 0],
    sampleProbabilities: [])

  private func name(_ clusters: [Int], names: [String?] = []) -> String {
    TreePanel.name(ofClusters: clusters, Self.subHead, ["a", "b"], names)
  }

  @Test func classes() {
    #expect(name([0]) == "a" && name([0, 1]) == "a" && name([2]) == "b")
    // Classes that have flowed together, that with most images first.
    #expect(name([0, 2]) == "b + a" && name([0, 1, 2, 3]) == "a + b")
    #expect(name([3]) == "?")
  }

  @Test func namesComeFirst() {
    let names = ["cats", nil, "dogs", nil]
    #expect(name([0, 1], names: names) == "cats" && name([1], names: names) == "a")
    #expect(name([0, 2], names: names) == "cats + dogs")
  }

  @Test func numbersWithoutClasses() {
    var bare = Self.subHead
    bare.scores = nil
    #expect(TreePanel.name(ofClusters: [1, 3], bare, [], []) == "1 3")
    #expect(TreePanel.name(ofClusters: [1, 3], bare, [], [nil, "cats", nil, nil]) == "cats")
  }
}
