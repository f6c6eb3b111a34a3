import Foundation
import Kernels

/// The joint of a `ClusterTree` while it shrinks.
///
/// With f(x) = x ln x and D(x, y) = f(x + y) − f(x) − f(y), merging groups i and j costs
///
///     2 D(p_i, p_j) − 2 Σ_k D(P_ik, P_jk)
///       − (f(P_ii + 2 P_ij + P_jj) − f(P_ii) − 2 f(P_ij) − f(P_jj)),
///
/// k being all other groups. A merge changes two columns, so the costs of all other pairs change by
/// the terms of these, and only those of the new group are summed anew: O(C²) a merge.
final class Agglomeration {
  private let kernels: KernelTable
  private let pool: WorkerPool?
  /// C of the whole joint.
  private let clusters: Int
  /// Columns from one row to the next, a multiple of `columnMultiple`.
  private let stride: Int
  /// The columns that are in use, so rounded.
  private var width: Int
  /// The places of the groups that are left, ascending. Groups stand in the order of their lowest
  /// clusters.
  private var active: [Int]
  /// The tree's node at each place.
  private var nodes: [Int]
  /// P and the costs of pairs i < j, `[stride, stride]`. Where no group is, P is 0 and no cost
  /// counts. Pointers, because threads write different rows of one memory.
  private let joint: UnsafeMutablePointer<Double>
  private let costs: UnsafeMutablePointer<Double>
  /// The least of each group's costs with later ones, `[stride]`; infinite for the last.
  private let leastCosts: UnsafeMutablePointer<Double>
  /// The rest is `[stride]` too: p_i, Σ_k f(P_ik), and how much that changes with the next merge.
  private var marginal: [Double]
  private var rowTerms: [Double]
  private var changes: [Double]

  /// What the kernels take columns in.
  private static let columnMultiple = 8

  /// - Parameter members: the clusters that are to be merged, ascending.
  init(
    _ distribution: JointDistribution, members: [Int], kernels: KernelTable, pool: WorkerPool?
  ) {
    self.kernels = kernels
    self.pool = pool
    clusters = distribution.clusters
    stride = Self.rounded(members.count)
    width = stride
    active = Array(members.indices)
    nodes = members
    func memory(_ count: Int, of value: Double) -> UnsafeMutablePointer<Double> {
      let memory = UnsafeMutablePointer<Double>.allocate(capacity: count)
      memory.initialize(repeating: value, count: count)
      return memory
    }
    joint = memory(stride * stride, of: 0)
    costs = memory(stride * stride, of: .infinity)
    leastCosts = memory(stride, of: .infinity)
    marginal = [Double](repeating: 0, count: stride)
    rowTerms = marginal
    changes = marginal
    for (row, cluster) in members.enumerated() {
      marginal[row] = distribution.marginal[cluster]
      for (column, other) in members.enumerated() {
        joint[row * stride + column] = distribution[cluster, other]
      }
      rowTerms[row] = termsOfRow(row)
    }
  }

  deinit {
    for memory in [joint, costs, leastCosts] { memory.deallocate() }
  }

  /// Merges down to one group. Once.
  func run() -> [ClusterTree.Merge] {
    updateCosts { position in
      for other in active[(position + 1)...] { writeCost(active[position], other) }
    }
    var merges: [ClusterTree.Merge] = []
    while active.count > 1 {
      closeGaps()
      let (first, second) = cheapestPair()
      merges.append(
        ClusterTree.Merge(
          first: nodes[first], second: nodes[second], cost: cost(first, second)))
      merge(first, second)
      nodes[first] = clusters + merges.count - 1
    }
    return merges
  }

  /// The first of the pairs whose costs count as the lowest.
  private func cheapestPair() -> (Int, Int) {
    let limit = active.reduce(.infinity) { min($0, leastCosts[$1]) } + ClusterTree.tolerance
    for group in active where leastCosts[group] <= limit {
      for other in active where other > group && costs[group * stride + other] <= limit {
        return (group, other)
      }
    }
    preconditionFailure("no pair among \(active.count) groups")
  }

  /// Puts group `second` into group `first`, its lower one.
  private func merge(_ first: Int, _ second: Int) {
    let (firstRow, secondRow) = (joint + first * stride, joint + second * stride)
    let others = active.filter { $0 != first && $0 != second }
    for group in others {
      let (a, b) = (firstRow[group], secondRow[group])
      changes[group] = entropyTerm(a + b) - entropyTerm(a) - entropyTerm(b)
    }
    changeCosts(of: others, merging: firstRow, secondRow)
    let own = firstRow[first] + 2 * firstRow[second] + secondRow[second]
    for group in others {
      firstRow[group] += secondRow[group]
      joint[group * stride + first] = firstRow[group]
      joint[group * stride + second] = 0
      rowTerms[group] += changes[group]
    }
    firstRow[first] = own
    firstRow[second] = 0
    rowTerms[first] = termsOfRow(first)
    marginal[first] += marginal[second]
    secondRow.update(repeating: 0, count: width)
    active.removeAll { $0 == second }
    updateCosts { position in
      let group = active[position]
      if group == first {
        for other in active[(position + 1)...] { writeCost(group, other) }
      } else if group < first {
        writeCost(group, first)
      }
    }
  }

  /// What columns a and b add to the costs of all other pairs becomes what their sum adds. P is
  /// symmetric, so their rows hold them.
  private func changeCosts(
    of others: [Int], merging a: UnsafePointer<Double>, _ b: UnsafePointer<Double>
  ) {
    changes.withUnsafeBufferPointer { changes in
      guard let changes = changes.baseAddress else { return }
      forEach(others.count) { position in
        let row = others[position]
        let start = row / Self.columnMultiple * Self.columnMultiple
        kernels.changeMergeCosts(
          MergeArguments(
            first: a + start, second: b + start, changes: changes + start, ownFirst: a[row],
            ownSecond: b[row], ownChange: changes[row]),
          width - start, costs + row * stride + start)
      }
    }
  }

  private func writeCost(_ group: Int, _ other: Int) {
    costs[group * stride + other] = cost(group, other)
  }

  /// What merging groups i < j costs: the sum above, with k = i and k = j taken out of sums over
  /// all groups.
  private func cost(_ i: Int, _ j: Int) -> Double {
    let (first, second) = (joint + i * stride, joint + j * stride)
    let (a, b, c) = (first[i], first[j], second[j])
    let (p, q) = (marginal[i], marginal[j])
    let shared = kernels.sumEntropyTerms(width, first, second) - rowTerms[i] - rowTerms[j]
    return 2 * (entropyTerm(p + q) - entropyTerm(p) - entropyTerm(q) - shared)
      + 2 * (entropyTerm(a + b) + entropyTerm(b + c)) - entropyTerm(a + 2 * b + c)
      - entropyTerm(a) - 2 * entropyTerm(b) - entropyTerm(c)
  }

  private func termsOfRow(_ row: Int) -> Double {
    (0..<width).reduce(0) { $0 + entropyTerm(joint[row * stride + $1]) }
  }

  /// Lets `body` write the costs of each group with later ones, and finds the least of them.
  private func updateCosts(_ body: (_ position: Int) -> Void) {
    forEach(active.count) { position in
      body(position)
      let row = costs + active[position] * stride
      var least = Double.infinity
      for other in active[(position + 1)...] { least = min(least, row[other]) }
      leastCosts[active[position]] = least
    }
  }

  /// Moves the groups together once an eighth of the places are empty.
  private func closeGaps() {
    guard active.count <= width - width / 8 - Self.columnMultiple else { return }
    // No place is moved up, so what is read has not been written over.
    for (row, from) in active.enumerated() {
      for (column, other) in active.enumerated() {
        joint[row * stride + column] = joint[from * stride + other]
        costs[row * stride + column] = costs[from * stride + other]
      }
      leastCosts[row] = leastCosts[from]
      marginal[row] = marginal[from]
      rowTerms[row] = rowTerms[from]
      nodes[row] = nodes[from]
    }
    width = Self.rounded(active.count)
    for row in active.indices {
      (joint + row * stride + active.count).update(repeating: 0, count: width - active.count)
    }
    active = Array(active.indices)
  }

  private static func rounded(_ columns: Int) -> Int {
    (columns + columnMultiple - 1) / columnMultiple * columnMultiple
  }

  private func forEach(_ count: Int, _ body: (Int) -> Void) {
    if let pool { pool.forEach(count, body) } else { (0..<count).forEach(body) }
  }
}

/// x ln x, 0 at 0.
func entropyTerm(_ x: Double) -> Double { x > 0 ? x * log(x) : 0 }
