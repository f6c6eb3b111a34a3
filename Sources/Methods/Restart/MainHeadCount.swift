import NeuralNet
import Snapshots

/// Waits for the over-clustering head's trees to speak for one number of classes, for a main head
/// that is to have as many clusters.
struct MainHeadCount: Equatable {
  /// The newest suggestion; nil before the first, and after an epoch that has none.
  private(set) var suggested: Int?
  /// In how many epochs in a row it was that.
  private(set) var times = 0

  /// So often must one number be suggested in a row. How clear it is does not count: early in
  /// training trees show other numbers, each for an epoch, and the wrong ones may be the clearest.
  static let enough = 3

  /// Takes note of what the trees say at the beginning of an epoch.
  mutating func note(_ suggestion: SuggestedCount?) {
    guard let suggestion else {
      self = MainHeadCount()
      return
    }
    times = suggestion.clusters == suggested ? times + 1 : 1
    suggested = suggestion.clusters
  }

  /// The number that the trees have settled on; nil before.
  var settled: Int? { times >= Self.enough ? suggested : nil }

  // MARK: Checkpoints

  private static let tensorName = "main_head_count"

  var memory: [NamedTensor] {
    guard let suggested else { return [] }
    return [
      NamedTensor(name: Self.tensorName, shape: [2], values: [Float(suggested), Float(times)])
    ]
  }

  /// Takes over what `memory` gave.
  ///
  /// - Throws: `StateMismatch` for what it cannot have given.
  mutating func recall(_ tensors: [String: NamedTensor]) throws(StateMismatch) {
    guard tensors[Self.tensorName] != nil else { return }
    let values = try tensors.values(of: Self.tensorName, shape: [2])
    guard values.allSatisfy({ (1...1_000_000).contains($0) && $0 == $0.rounded() }) else {
      throw StateMismatch(
        description: "tensor '\(Self.tensorName)' is \(values), expected a number of clusters and "
          + "how often it was suggested")
    }
    (suggested, times) = (Int(values[0]), Int(values[1]))
  }
}

extension HeadTurns {
  /// Gives a main head that was waiting the clusters that it has in a run's weights, if it is
  /// there.
  package mutating func adoptMainHead(from weights: [NamedTensor]) {
    guard awaitsMainHead else { return }
    let name = "\(HeadID.b.tensorPrefix).heads.0.0.weight"
    if let clusters = weights.first(where: { $0.name == name })?.shape.first, clusters >= 2 {
      headB.clusters = clusters
    }
  }
}
