import Clustering
import Datasets
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
  /// `[samples, C]`; empty where pixels are measured.
  private(set) var sampleProbabilities: [Float]
  /// Pixels that were counted.
  private var counted = 0
  /// Measured images, or pixels, in each cluster.
  private(set) var sizes: [Int]
  /// Of a head that clusters pixels, the raw joint of each displacement, of which `joint` is the
  /// middle one.
  var displacements: [JointSum] = [] {
    didSet { if !displacements.isEmpty { joint = displacements[displacements.count / 2] } }
  }
  /// The cluster of each pixel of the sample images, `[samples, height, width]`.
  var sampleMaps: [UInt8] = []

  /// - Parameter classes: 0 for images without labels.
  init(clusters: Int, classes: Int, samples: Int) {
    self.clusters = clusters
    contingency = classes > 0 ? ContingencyTable(clusters: clusters, classes: classes) : nil
    joint = JointSum(clusters: clusters)
    sizes = Array(repeating: 0, count: clusters)
    sampleProbabilities = Array(repeating: 0, count: samples * clusters)
  }

  /// −I with the run's λ and I, in nats; of pixels the means over displacements, and I at each.
  func loss(
    lambda: Double
  ) -> (value: Double, mutualInformation: Double, byDisplacement: [Float]) {
    guard !displacements.isEmpty else {
      let distribution = JointDistribution(joint)
      return (
        -distribution.mutualInformation(lambda: lambda), distribution.mutualInformation(), []
      )
    }
    var (value, information, byDisplacement) = (0.0, 0.0, [Float]())
    for sum in displacements {
      // A displacement at which no two pixels meet counts as 0, as in training.
      guard sum.sums.contains(where: { $0 != 0 }) else {
        byDisplacement.append(0)
        continue
      }
      let distribution = JointDistribution(sum)
      value -= distribution.mutualInformation(lambda: lambda)
      information += distribution.mutualInformation()
      byDisplacement.append(Float(distribution.mutualInformation()))
    }
    let count = Double(displacements.count)
    return (value / count, information / count, byDisplacement)
  }

  /// Counts the pixels of one picture.
  ///
  /// - Parameters:
  ///   - map: the cluster of each pixel.
  ///   - labels: the class of each, `LabelMap.noLabel` for none; nil without classes.
  ///   - spacing: one pixel in so many is kept to compare sub-heads by.
  mutating func add(map: [UInt8], labels: UnsafePointer<UInt8>?, spacing: Int) {
    for (pixel, cluster) in map.enumerated() {
      sizes[Int(cluster)] += 1
      if (counted + pixel) % spacing == 0 { assigned.append(Int32(cluster)) }
      if let labels, labels[pixel] != LabelMap.noLabel {
        contingency?.add(cluster: Int(cluster), label: Int(labels[pixel]))
      }
    }
    counted += map.count
  }

  /// Counts the pixels of a picture that says which class a cluster stands for.
  mutating func addAssignment(map: [UInt8], labels: UnsafePointer<UInt8>) {
    guard let contingency else { return }
    var table =
      assignmentTable ?? ContingencyTable(clusters: clusters, classes: contingency.classes)
    for (pixel, cluster) in map.enumerated() where labels[pixel] != LabelMap.noLabel {
      table.add(cluster: Int(cluster), label: Int(labels[pixel]))
    }
    assignmentTable = table
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
      sizes[cluster] += 1
      if labels[image] >= 0 { contingency?.add(cluster: cluster, label: Int(labels[image])) }
      for place in samplePlaces[image] ?? [] {
        sampleProbabilities.replaceSubrange(
          place * clusters..<(place + 1) * clusters, with: values)
      }
    }
  }
}
