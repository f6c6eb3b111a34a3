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
  private let size: Int
  private let pool: WorkerPool?
  /// The groups that are left, ascending. A group stands at the place of its lowest cluster.
  private var active: [Int]
  /// The tree's node of each group.
  private var nodes: [Int]
  /// P, f(P) and the costs of pairs i < j, each `[C, C]`; places of groups that are gone are stale.
  /// Pointers, because threads write different rows of one memory.
  private let joint: UnsafeMutablePointer<Double>
  private let terms: UnsafeMutablePointer<Double>
  private let costs: UnsafeMutablePointer<Double>
  /// `[C]`.
  private let marginal: UnsafeMutablePointer<Double>
  /// The least of each group's costs with later ones, `[C]`; infinite for the last.
  private let leastCosts: UnsafeMutablePointer<Double>

  /// - Parameter members: the clusters that are to be merged, ascending.
  init(_ distribution: JointDistribution, members: [Int], pool: WorkerPool?) {
    size = distribution.clusters
    self.pool = pool
    active = members
    nodes = Array(0..<size)
    func memory(_ values: [Double]) -> UnsafeMutablePointer<Double> {
      let memory = UnsafeMutablePointer<Double>.allocate(capacity: values.count)
      memory.initialize(from: values, count: values.count)
      return memory
    }
    joint = memory(distribution.probabilities)
    terms = memory(distribution.probabilities.map(entropyTerm))
    costs = memory([Double](repeating: .infinity, count: size * size))
    marginal = memory(distribution.marginal)
    leastCosts = memory([Double](repeating: .infinity, count: size))
  }

  deinit {
    for memory in [joint, terms, costs, marginal, leastCosts] { memory.deallocate() }
  }

  /// Merges down to one group. Once.
  func run() -> [ClusterTree.Merge] {
    updateCosts { position in
      let group = active[position]
      for other in active[(position + 1)...] {
        costs[group * size + other] = cost(group, other)
      }
    }
    var merges: [ClusterTree.Merge] = []
    while active.count > 1 {
      let (first, second) = cheapestPair()
      merges.append(
        ClusterTree.Merge(
          first: nodes[first], second: nodes[second], cost: cost(first, second)))
      merge(first, second)
      nodes[first] = size + merges.count - 1
    }
    return merges
  }

  /// The first of the pairs whose costs count as the lowest.
  private func cheapestPair() -> (Int, Int) {
    let limit = active.reduce(.infinity) { min($0, leastCosts[$1]) } + ClusterTree.tolerance
    for group in active where leastCosts[group] <= limit {
      for other in active where other > group && costs[group * size + other] <= limit {
        return (group, other)
      }
    }
    preconditionFailure("no pair among \(active.count) groups")
  }

  /// Puts group `second` into group `first`, its lower one.
  private func merge(_ first: Int, _ second: Int) {
    let others = active.filter { $0 != first && $0 != second }
    var sums = [Double](repeating: 0, count: size)
    var sumTerms = sums
    for group in others {
      sums[group] = joint[group * size + first] + joint[group * size + second]
      sumTerms[group] = entropyTerm(sums[group])
    }
    changeCosts(of: others, merging: first, second, sums, sumTerms)
    let own =
      joint[first * size + first] + 2 * joint[first * size + second] + joint[second * size + second]
    joint[first * size + first] = own
    terms[first * size + first] = entropyTerm(own)
    for group in others {
      for place in [group * size + first, first * size + group] {
        joint[place] = sums[group]
        terms[place] = sumTerms[group]
      }
    }
    marginal[first] += marginal[second]
    active.removeAll { $0 == second }
    updateCosts { position in
      let group = active[position]
      if group == first {
        for other in active[(position + 1)...] {
          costs[group * size + other] = cost(group, other)
        }
      } else if group < first {
        costs[group * size + first] = cost(group, first)
      }
    }
  }

  /// What columns `first` and `second` add to the costs of all other pairs becomes what their sum
  /// adds.
  private func changeCosts(
    of others: [Int], merging first: Int, _ second: Int, _ sums: [Double], _ sumTerms: [Double]
  ) {
    // Of one group alone: f(sum) less f of both.
    let changes = others.map {
      sumTerms[$0] - terms[$0 * size + first] - terms[$0 * size + second]
    }
    forEach(others.count) { position in
      let group = others[position]
      let (row, sum, change) = (joint + group * size, sums[group], changes[position])
      for position in (position + 1)..<max(position + 1, others.count) {
        let other = others[position]
        let otherRow = joint + other * size
        let gap =
          entropyTerm(row[first] + otherRow[first]) + entropyTerm(row[second] + otherRow[second])
          - entropyTerm(sum + sums[other]) + change + changes[position]
        costs[group * size + other] += 2 * gap
      }
    }
  }

  /// What merging groups i < j costs: the sum above.
  private func cost(_ i: Int, _ j: Int) -> Double {
    let (first, second) = (joint + i * size, joint + j * size)
    let (firstTerms, secondTerms) = (terms + i * size, terms + j * size)
    var shared = 0.0
    for k in active where k != i && k != j {
      shared += entropyTerm(first[k] + second[k]) - firstTerms[k] - secondTerms[k]
    }
    let own =
      entropyTerm(first[i] + 2 * first[j] + second[j])
      - firstTerms[i] - 2 * firstTerms[j] - secondTerms[j]
    let (p, q) = (marginal[i], marginal[j])
    return 2 * (entropyTerm(p + q) - entropyTerm(p) - entropyTerm(q)) - 2 * shared - own
  }

  /// Lets `body` write the costs of each group with later ones, and finds the least of them.
  private func updateCosts(_ body: (_ position: Int) -> Void) {
    forEach(active.count) { position in
      body(position)
      let row = costs + active[position] * size
      var least = Double.infinity
      for other in active[(position + 1)...] { least = min(least, row[other]) }
      leastCosts[active[position]] = least
    }
  }

  private func forEach(_ count: Int, _ body: (Int) -> Void) {
    if let pool { pool.forEach(count, body) } else { (0..<count).forEach(body) }
  }
}

/// x ln x, 0 at 0.
func entropyTerm(_ x: Double) -> Double { x > 0 ? x * log(x) : 0 }
