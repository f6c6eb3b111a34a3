import Snapshots

/// The joint distribution of a sub-head, or how its predictions and the classes go together where
/// it has no joint, brought to a number of square groups that fits the screen.
package struct JointGrid: Sendable, Equatable {
  /// Groups along each side; as many as there are clusters unless those do not fit.
  package let groups: Int
  /// Places of the cluster order by group.
  package let members: [Range<Int>]
  /// `[groups, groups]`: mass against what a group holds when each cluster is used equally and
  /// pairs always agree; 1 on the diagonal of a perfect clustering.
  package let levels: [Double]
  /// The mass of each group against its share of equal use: 1 when clusters are used equally.
  package let marginals: [Double]

  package init(_ subHead: SubHeadEvaluation, order: ClusterOrder, groups wanted: Int) {
    let clusters = subHead.clusters
    let matrix = subHead.hasJoint ? subHead.joint : subHead.confusion
    let groups = max(0, min(wanted, clusters))
    self.groups = groups
    let members = (0..<groups).map { group in
      group * clusters / groups..<(group + 1) * clusters / groups
    }
    self.members = members
    var levels = Array(repeating: 0.0, count: groups * groups)
    var marginals = Array(repeating: 0.0, count: groups)
    for row in 0..<groups {
      for column in 0..<groups {
        var mass = 0.0
        for upper in members[row] {
          let base = order.clusters[upper] * clusters
          for lower in members[column] {
            mass += Double(matrix[base + order.clusters[lower]])
          }
        }
        let size = max(members[row].count, members[column].count)
        levels[row * groups + column] = mass * Double(clusters) / Double(size)
        marginals[row] += mass * Double(clusters) / Double(members[row].count)
      }
    }
    self.levels = levels
    self.marginals = marginals
  }

  /// Screen brightness of a cell: the square root lets small off-diagonal masses show.
  package func brightness(row: Int, column: Int) -> Float {
    Float(unitInterval(levels[row * groups + column]).squareRoot())
  }
}

extension SubHeadEvaluation {
  /// The share of the labelled images of each predicted and each true class, `[C, C]`, for a head
  /// whose clusters are classes; zeros where nothing is counted.
  fileprivate var confusion: [Float] {
    let counts = scores?.contingency ?? []
    guard counts.count == clusters * clusters else {
      return Array(repeating: 0, count: clusters * clusters)
    }
    let total = Float(max(1, counts.reduce(0, +)))
    return counts.map { Float($0) / total }
  }
}
