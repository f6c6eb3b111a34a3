/// Moves the clusters of a joint from group to group, one at a time, as long as that gains
/// information. A group never loses its last cluster.
///
/// With f(x) = x ln x, Q the joint added up by group and w its marginal, I = Σ f(Q) − 2 Σ f(w). Let
/// s_c be what a cluster of probability p that is in no group shares with group c, and q what it
/// shares with itself. Adding it to group b changes I by
///
///     2 Σ_{c≠b} (f(Q_bc + s_c) − f(Q_bc)) + f(Q_bb + 2 s_b + q) − f(Q_bb) − 2 (f(w_b + p) − f(w_b)).
final class GroupDescent {
  private let joint: JointDistribution
  private let members: [Int]
  private let count: Int
  /// The group of each cluster; −1 for one that is no member.
  private(set) var groups: [Int]
  /// Q, `[G, G]`.
  private var grouped: [Double]
  /// What each cluster shares with each group, `[C, G]`.
  private var shares: [Double]
  /// w, `[G]`.
  private var weights: [Double]
  /// Clusters in each group.
  private var sizes: [Int]

  /// - Parameters:
  ///   - members: the clusters that are in a group.
  ///   - groups: where each cluster starts.
  ///   - count: G.
  init(_ joint: JointDistribution, members: [Int], groups: [Int], count: Int) {
    self.joint = joint
    self.members = members
    self.count = count
    self.groups = groups
    grouped = [Double](repeating: 0, count: count * count)
    shares = [Double](repeating: 0, count: joint.clusters * count)
    weights = [Double](repeating: 0, count: count)
    sizes = [Int](repeating: 0, count: count)
    for cluster in members {
      sizes[groups[cluster]] += 1
      weights[groups[cluster]] += joint.marginal[cluster]
      for other in members {
        shares[cluster * count + groups[other]] += joint[cluster, other]
      }
      for group in 0..<count {
        grouped[groups[cluster] * count + group] += shares[cluster * count + group]
      }
    }
  }

  /// I of the joint added up by group, in nats.
  var information: Double {
    let sum = grouped.reduce(0) { $0 + entropyTerm($1) }
    return weights.reduce(sum) { $0 - 2 * entropyTerm($1) }
  }

  /// Sweeps over the clusters until none moves.
  func run() {
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      for cluster in members where sizes[groups[cluster]] > 1 {
        let group = groups[cluster]
        add(cluster, to: group, sign: -1)
        let gains = (0..<count).map { gain(cluster, $0) }
        let best = gains.indices.reduce(group) {
          gains[$1] > gains[$0] + InformativeGroups.tolerance ? $1 : $0
        }
        add(cluster, to: best, sign: 1)
        if best != group { hasMoved = true }
      }
    }
  }

  /// What I gains when `cluster`, which is in no group, is added to group `b`.
  private func gain(_ cluster: Int, _ b: Int) -> Double {
    var sum = 0.0
    for c in 0..<count where c != b {
      let shared = grouped[b * count + c]
      sum += entropyTerm(shared + shares[cluster * count + c]) - entropyTerm(shared)
    }
    let own = grouped[b * count + b]
    let shared = 2 * shares[cluster * count + b] + joint[cluster, cluster]
    return 2 * sum + entropyTerm(own + shared) - entropyTerm(own)
      - 2 * (entropyTerm(weights[b] + joint.marginal[cluster]) - entropyTerm(weights[b]))
  }

  /// Puts `cluster` into group `b`, or with `sign` −1 takes it out. While it is in no group, its
  /// shares are those with the others alone.
  private func add(_ cluster: Int, to b: Int, sign: Double) {
    if sign < 0 { shares[cluster * count + b] -= joint[cluster, cluster] }
    for c in 0..<count where c != b {
      let shared = max(0, grouped[b * count + c] + sign * shares[cluster * count + c])
      grouped[b * count + c] = shared
      grouped[c * count + b] = shared
    }
    let own = 2 * shares[cluster * count + b] + joint[cluster, cluster]
    grouped[b * count + b] = max(0, grouped[b * count + b] + sign * own)
    weights[b] += sign * joint.marginal[cluster]
    sizes[b] += sign < 0 ? -1 : 1
    groups[cluster] = b
    for other in members where other != cluster {
      shares[other * count + b] = max(
        0, shares[other * count + b] + sign * joint[cluster, other])
    }
    if sign > 0 { shares[cluster * count + b] += joint[cluster, cluster] }
  }
}
