/// Moves clusters from group to group, one at a time, as long as that gains information, in all of
/// some joints together. A group never loses its last cluster.
final class GroupDescent {
  private let members: [Int]
  private let count: Int
  /// The group of each cluster; −1 for one that is no member.
  private(set) var groups: [Int]
  private var joints: [GroupedJoint]
  /// Clusters in each group.
  private var sizes: [Int]

  /// - Parameters:
  ///   - joints: of the same clusters.
  ///   - members: the clusters that are in a group.
  ///   - groups: where each cluster starts.
  ///   - count: how many groups there are.
  init(_ joints: [JointDistribution], members: [Int], groups: [Int], count: Int) {
    self.members = members
    self.count = count
    self.groups = groups
    self.joints = joints.map {
      GroupedJoint($0, members: members, groups: groups, count: count)
    }
    sizes = [Int](repeating: 0, count: count)
    for cluster in members { sizes[groups[cluster]] += 1 }
  }

  /// I of the joints added up by group, in nats, and added up.
  var information: Double { joints.reduce(0) { $0 + $1.information } }

  /// Sweeps over the clusters until none moves.
  func run() {
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      for cluster in members where sizes[groups[cluster]] > 1 {
        let group = groups[cluster]
        for place in joints.indices { joints[place].take(cluster, outOf: group) }
        let gains = (0..<count).map { group in
          joints.reduce(0) { $0 + $1.gain(ofAdding: cluster, to: group) }
        }
        let best = gains.indices.reduce(group) {
          gains[$1] > gains[$0] + InformativeGroups.tolerance ? $1 : $0
        }
        for place in joints.indices { joints[place].put(cluster, into: best) }
        guard best != group else { continue }
        for place in joints.indices { joints[place].moved(cluster, from: group, to: best) }
        sizes[group] -= 1
        sizes[best] += 1
        groups[cluster] = best
        hasMoved = true
      }
    }
  }
}

/// A joint added up by group, while clusters come and go.
///
/// With f(x) = x ln x, Q the joint added up by group and w its marginal, I = Σ f(Q) − 2 Σ f(w). Let
/// s_c be what a cluster of probability p that is in no group shares with group c, and q what it
/// shares with itself. Adding it to group b changes I by
///
///     2 Σ_{c≠b} (f(Q_bc + s_c) − f(Q_bc)) + f(Q_bb + 2 s_b + q) − f(Q_bb) − 2 (f(w_b + p) − f(w_b)).
private struct GroupedJoint {
  private let joint: JointDistribution
  private let members: [Int]
  /// G.
  private let count: Int
  /// Q, `[G, G]`.
  private var grouped: [Double]
  /// What each cluster shares with the others of each group, `[C, G]`.
  private var shares: [Double]
  /// w, `[G]`.
  private var weights: [Double]

  init(_ joint: JointDistribution, members: [Int], groups: [Int], count: Int) {
    self.joint = joint
    self.members = members
    self.count = count
    grouped = [Double](repeating: 0, count: count * count)
    shares = [Double](repeating: 0, count: joint.clusters * count)
    weights = [Double](repeating: 0, count: count)
    for cluster in members {
      let group = groups[cluster]
      weights[group] += joint.marginal[cluster]
      for other in members {
        grouped[group * count + groups[other]] += joint[cluster, other]
        if other != cluster { shares[cluster * count + groups[other]] += joint[cluster, other] }
      }
    }
  }

  /// I, in nats.
  var information: Double {
    let sum = grouped.reduce(0) { $0 + entropyTerm($1) }
    return weights.reduce(sum) { $0 - 2 * entropyTerm($1) }
  }

  /// What I gains when a cluster that is in no group is added to group `b`.
  func gain(ofAdding cluster: Int, to b: Int) -> Double {
    var sum = 0.0
    for c in 0..<count where c != b {
      let shared = grouped[b * count + c]
      sum += entropyTerm(shared + shares[cluster * count + c]) - entropyTerm(shared)
    }
    let (own, weight) = (grouped[b * count + b], weights[b])
    return 2 * sum + entropyTerm(own + ownShare(cluster, b)) - entropyTerm(own)
      - 2 * (entropyTerm(weight + joint.marginal[cluster]) - entropyTerm(weight))
  }

  /// Leaves a cluster in no group. What the others share with its group stays, until it has moved.
  mutating func take(_ cluster: Int, outOf group: Int) { change(cluster, group, sign: -1) }

  mutating func put(_ cluster: Int, into group: Int) { change(cluster, group, sign: 1) }

  /// Lets the others know that a cluster has gone from one group to another.
  mutating func moved(_ cluster: Int, from old: Int, to new: Int) {
    for other in members where other != cluster {
      let share = joint[cluster, other]
      shares[other * count + old] = max(0, shares[other * count + old] - share)
      shares[other * count + new] += share
    }
  }

  /// What a cluster adds to the share of a group with itself.
  private func ownShare(_ cluster: Int, _ group: Int) -> Double {
    2 * shares[cluster * count + group] + joint[cluster, cluster]
  }

  private mutating func change(_ cluster: Int, _ b: Int, sign: Double) {
    // Rounding must not leave less than nothing.
    for c in 0..<count where c != b {
      let shared = max(0, grouped[b * count + c] + sign * shares[cluster * count + c])
      grouped[b * count + c] = shared
      grouped[c * count + b] = shared
    }
    grouped[b * count + b] = max(0, grouped[b * count + b] + sign * ownShare(cluster, b))
    weights[b] = max(0, weights[b] + sign * joint.marginal[cluster])
  }
}
