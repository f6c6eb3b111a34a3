import Foundation

extension ClusterTree {
  /// How many classes several trees of the same images speak for, and how clearly; nil where they
  /// show none.
  ///
  /// While parts of one class are merged, costs rise slowly; they jump where classes begin to be
  /// merged (as the kink of the information curve: Strouse and Schwab 2017). Costs are averaged
  /// over the trees first, because single ones disagree. Merging n equal groups costs 1/n each even
  /// where there are no classes, so a cost counts n-fold when the largest jump is looked for. A
  /// number of groups that the trees tell apart by less than half of ln n nats is none.
  ///
  /// - Returns: `jump` is the plain ratio of the cost of the first merge below `clusters` groups to
  ///   that of the merge before.
  package static func suggestedCount(
    _ trees: [ClusterTree]
  ) -> (clusters: Int, jump: Double)? {
    let most = trees.map(\.leaves).max() ?? 0
    guard most >= 4 else { return nil }
    /// By the number of groups before the merge; nil where no tree has so many.
    let costs = (0...most).map { count -> Double? in
      let costs = trees.compactMap { $0.cost(ofMergeFrom: count) }
      return costs.isEmpty ? nil : costs.reduce(0, +) / Double(costs.count)
    }
    var information = 0.0
    var best: (clusters: Int, jump: Double, fair: Double)?
    for count in 2...most / 2 {
      guard let cost = costs[count], let before = costs[count + 1] else { break }
      // What is left when there are so many groups.
      information += cost
      guard before > tolerance, information >= log(Double(count)) / 2 else { continue }
      let jump = cost / before
      let fair = jump * Double(count) / Double(count + 1)
      if fair > best?.fair ?? smallestJump { best = (count, jump, fair) }
    }
    return best.map { ($0.clusters, $0.jump) }
  }

  /// A jump of n-fold costs that is no more than what costs vary by.
  private static let smallestJump = 1.2
}
