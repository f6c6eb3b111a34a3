/// How many images of each class each cluster holds, `[clusters, classes]`.
package struct ContingencyTable: Equatable, Sendable {
  package let clusters: Int
  package let classes: Int
  /// Row-major: `counts[cluster * classes + class]`.
  package private(set) var counts: [Int]

  /// No images yet. Requires at least one cluster and one class.
  package init(clusters: Int, classes: Int) {
    precondition(clusters >= 1 && classes >= 1, "\(clusters) clusters, \(classes) classes")
    self.clusters = clusters
    self.classes = classes
    counts = [Int](repeating: 0, count: clusters * classes)
  }

  /// Counts image i as of cluster `predictions[i]` and class `labels[i]`.
  /// Requires as many of both, in 0..<clusters and 0..<classes.
  package init(clusters: Int, classes: Int, predictions: [Int], labels: [Int]) {
    precondition(
      predictions.count == labels.count,
      "\(predictions.count) predictions, \(labels.count) labels")
    self.init(clusters: clusters, classes: classes)
    for (cluster, label) in zip(predictions, labels) { add(cluster: cluster, label: label) }
  }

  /// Counts one more image, or `images` more.
  package mutating func add(cluster: Int, label: Int, images: Int = 1) {
    precondition(
      (0..<clusters).contains(cluster) && (0..<classes).contains(label),
      "cluster \(cluster) of \(clusters), class \(label) of \(classes)")
    counts[cluster * classes + label] += images
  }

  package subscript(cluster: Int, label: Int) -> Int { counts[cluster * classes + label] }

  /// Number of images counted.
  package var total: Int { counts.reduce(0, +) }

  /// Images in each cluster.
  package var clusterSizes: [Int] {
    (0..<clusters).map { counts[$0 * classes..<($0 + 1) * classes].reduce(0, +) }
  }

  /// Images of each class.
  package var classSizes: [Int] {
    (0..<classes).map { label in (0..<clusters).reduce(0) { $0 + self[$1, label] } }
  }

  /// The part of all images that each cluster holds; sums to 1, or all 0 where nothing is counted.
  package var clusterShares: [Double] {
    let total = Double(max(self.total, 1))
    return clusterSizes.map { Double($0) / total }
  }

  /// The part of all images whose cluster maps to their class, 0…1; unmapped clusters match
  /// nothing. 0 where nothing is counted. Requires an assignment of as many clusters.
  package func accuracy(under assignment: ClusterAssignment) -> Double {
    precondition(
      assignment.classOfCluster.count == clusters,
      "an assignment of \(assignment.classOfCluster.count) clusters, counts of \(clusters)")
    var matches = 0
    for (cluster, label) in assignment.classOfCluster.enumerated() where label >= 0 {
      matches += self[cluster, label]
    }
    return Double(matches) / Double(max(total, 1))
  }
}
