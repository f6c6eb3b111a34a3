import Clustering
import Kernels
import NeuralNet

/// What is counted of one sub-head while images go by, each with a transformed copy.
package struct SubHeadMeasurement {
  package let clusters: Int
  /// The cluster of each measured image, in order.
  package private(set) var assigned: [Int32] = []
  /// Of pairs (image, transformed copy).
  package private(set) var joint: JointSum
  /// Images of each class in each cluster; nil without classes.
  private(set) var contingency: ContingencyTable?
  /// Counts of the images that say which class a cluster stands for; nil where those are the
  /// measured ones.
  private(set) var assignmentTable: ContingencyTable?
  /// `[samples, C]`.
  private(set) var sampleProbabilities: [Float]

  /// - Parameter classes: 0 for images without labels.
  init(clusters: Int, classes: Int, samples: Int) {
    self.clusters = clusters
    contingency = classes > 0 ? ContingencyTable(clusters: clusters, classes: classes) : nil
    joint = JointSum(clusters: clusters)
    sampleProbabilities = Array(repeating: 0, count: samples * clusters)
  }

  /// Measured images in each cluster.
  var sizes: [Int] {
    var sizes = Array(repeating: 0, count: clusters)
    for cluster in assigned { sizes[Int(cluster)] += 1 }
    return sizes
  }

  /// `probabilities` holds the centre crops of `images`, as many as there are.
  mutating func addAssignment(
    _ probabilities: Tensor, subHead: Int, images: ArraySlice<Int>, labels: [Int32]
  ) {
    guard let contingency else { return }
    var table =
      assignmentTable ?? ContingencyTable(clusters: clusters, classes: contingency.classes)
    let stride = probabilities.shape.channelStride
    let base = probabilities.pointer + subHead * clusters
    for (row, image) in images.enumerated() where labels[image] >= 0 {
      let values = UnsafeBufferPointer(start: base + row * stride, count: clusters)
      table.add(cluster: values.indexOfLargest, label: Int(labels[image]))
    }
    assignmentTable = table
  }

  /// `probabilities` holds the centre crops of `images`, then their transformed copies. An image
  /// with a negative label is in no class.
  mutating func add(
    _ probabilities: Tensor, subHead: Int, images: ArraySlice<Int>, labels: [Int32],
    samplePlaces: [Int: [Int]]
  ) {
    let (firstView, secondView) = probabilities.views(subHead: subHead, clusters: clusters)
    joint.accumulate(firstView: firstView, secondView: secondView)
    for (row, image) in images.enumerated() {
      let values = UnsafeBufferPointer(
        start: firstView.base + row * firstView.rowStride, count: clusters)
      let cluster = values.indexOfLargest
      assigned.append(Int32(cluster))
      if labels[image] >= 0 { contingency?.add(cluster: cluster, label: Int(labels[image])) }
      for place in samplePlaces[image] ?? [] {
        sampleProbabilities.replaceSubrange(
          place * clusters..<(place + 1) * clusters, with: values)
      }
    }
  }
}
