/// How two partitions of the same images go together, cluster by cluster.
package struct PartitionMatching: Equatable, Sendable {
  /// The second partition's cluster for each of the first's, each at most once, so that they share
  /// the most images; −1 for none.
  package let matchOfCluster: [Int]
  /// The share of the images that lie in matched clusters, 0…1: 1 if both partitions are the same,
  /// whatever their clusters are called. 0 of no images.
  package let agreement: Double

  /// - Parameters:
  ///   - first: the cluster of each image in the first partition, −1 for none.
  ///   - second: in the second, of the same images.
  package init(
    _ first: [Int32], clusters firstClusters: Int, _ second: [Int32], clusters secondClusters: Int
  ) {
    precondition(first.count == second.count, "\(first.count) images, \(second.count) images")
    var table = ContingencyTable(clusters: firstClusters, classes: secondClusters)
    for (cluster, other) in zip(first, second) where cluster >= 0 && other >= 0 {
      table.add(cluster: Int(cluster), label: Int(other))
    }
    let assignment = ClusterAssignment(oneToOne: table)
    matchOfCluster = assignment.classOfCluster
    let matched = assignment.classOfCluster.enumerated().reduce(0) { sum, pair in
      pair.element < 0 ? sum : sum + table[pair.offset, pair.element]
    }
    agreement = Double(matched) / Double(max(1, first.count))
  }
}
