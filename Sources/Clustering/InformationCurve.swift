import Foundation
import Kernels

/// How much of a joint's information so many groups of its clusters keep: what the number of
/// classes is read from.
///
/// The groups are a tree's cuts, improved by moving single clusters. The cuts alone put the number
/// too high: an early wrong merge costs more and more until it is all that is left to be undone.
package struct InformationCurve: Equatable, Sendable {
  /// In nats, by the number of groups; 0 for none and for one.
  package let information: [Double]
  /// Clusters that the joint has.
  package let leaves: Int

  /// Curves of joints of more clusters are their trees' own: with so many, moving them for each
  /// number of groups would take longer than an evaluation.
  private static let mostClusters = 100

  /// - Parameters:
  ///   - tree: of the joint.
  ///   - pool: shares the work; the curve is the same without.
  package init(_ joint: JointDistribution, tree: ClusterTree, pool: WorkerPool? = nil) {
    guard tree.leaves <= Self.mostClusters else {
      self.init(tree)
      return
    }
    let counts = Array(0...Self.mostGroups(of: tree.leaves))
    var information = counts.map { _ in 0.0 }
    information.withUnsafeMutableBufferPointer { information in
      nonisolated(unsafe) let information = information
      func find(_ count: Int) {
        guard count > 1 else { return }
        information[count] =
          InformativeGroups([joint], tree: tree, count: count, randomStarts: 0).information
      }
      if let pool { pool.forEach(counts.count, find) } else { counts.forEach(find) }
    }
    self.init(information: information, leaves: tree.leaves)
  }

  /// What a tree's cuts keep.
  package init(_ tree: ClusterTree) {
    var information = [0.0, 0.0]
    for merge in tree.merges.reversed() { information.append((information.last ?? 0) + merge.cost) }
    self.init(
      information: Array(information.prefix(Self.mostGroups(of: tree.leaves) + 1)),
      leaves: tree.leaves)
  }

  private init(information: [Double], leaves: Int) {
    self.information = information
    self.leaves = leaves
  }

  /// More groups than half of the clusters are no classes, and the last is compared with one more.
  private static func mostGroups(of leaves: Int) -> Int { leaves < 4 ? 1 : leaves / 2 + 1 }

  /// What is lost from `count` groups to one less, in nats; nil if the curve does not go so far.
  private func cost(ofMergeFrom count: Int) -> Double? {
    information.indices.contains(count) ? information[count] - information[count - 1] : nil
  }

  /// How many classes several curves of the same images speak for, and how clearly; nil where they
  /// show none.
  ///
  /// While parts of one class are merged, costs rise slowly; they jump where classes begin to be
  /// merged (as the kink of the information curve: Strouse and Schwab 2017). Costs are averaged
  /// over the curves first, because single ones disagree. Merging n equal groups costs 1/n each
  /// even where there are no classes, so a cost counts n-fold when the largest jump is looked for.
  /// A number of groups that are told apart by less than half of ln n nats is none.
  ///
  /// - Returns: `jump` is the plain ratio of the cost of the first merge below `clusters` groups to
  ///   that of the merge before.
  package static func suggestedCount(
    _ curves: [InformationCurve]
  ) -> (clusters: Int, jump: Double)? {
    let most = mostGroups(of: curves.map(\.leaves).max() ?? 0)
    guard most > 2 else { return nil }
    /// By the number of groups before the merge; nil where no curve goes so far.
    let costs = (0...most).map { count -> Double? in
      let costs = curves.compactMap { count < 2 ? nil : $0.cost(ofMergeFrom: count) }
      return costs.isEmpty ? nil : costs.reduce(0, +) / Double(costs.count)
    }
    var information = 0.0
    var best: (clusters: Int, jump: Double, fair: Double)?
    for count in 2..<most {
      guard let cost = costs[count], let before = costs[count + 1] else { break }
      // What is left when there are so many groups.
      information += cost
      guard before > ClusterTree.tolerance, information >= log(Double(count)) / 2 else { continue }
      let jump = cost / before
      let fair = jump * Double(count) / Double(count + 1)
      if fair > best?.fair ?? smallestJump { best = (count, jump, fair) }
    }
    return best.map { ($0.clusters, $0.jump) }
  }

  /// A jump of n-fold costs that is no more than what costs vary by.
  private static let smallestJump = 1.2
}
