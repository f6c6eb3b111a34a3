/// One merge of two groups of a sub-head's clusters into one, the pair whose merging loses least
/// mutual information.
package struct TreeMerge: Sendable, Codable, Equatable {
  /// Nodes of the tree: 0..<C are clusters, C + k is what the merge at position k has made.
  package var first: Int
  package var second: Int
  /// What the joint loses by it, in nats.
  package var cost: Double

  package init(first: Int, second: Int, cost: Double) {
    self.first = first
    self.second = second
    self.cost = cost
  }
}

/// How many classes there seem to be, told without labels.
package struct SuggestedCount: Sendable, Codable, Equatable {
  package var clusters: Int
  /// How clear it is: what the first merge below so many groups costs, as a multiple of the merge
  /// before it.
  package var jump: Double

  package init(clusters: Int, jump: Double) {
    self.clusters = clusters
    self.jump = jump
  }

  /// Whether the jump is so large that one may rely on it.
  package var isClear: Bool { jump >= Self.clearJump }

  /// MNIST has 2.4, Fashion-MNIST 1.3.
  package static let clearJump = 1.6
}
