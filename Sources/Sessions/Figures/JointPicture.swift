import Datasets
import Snapshots

/// The joint P(z, z′) of a sub-head as a heatmap.
package enum JointPicture {
  /// About so many pixels across, of joints that are smaller.
  private static let side = 256

  /// Clusters of one class stand side by side, in the classes' order, where classes are known; a
  /// clustering that is sure of itself is then bright along the diagonal. Cells are as bright as
  /// the root of their share of the largest one, since most are small.
  ///
  /// - Returns: red, green, blue, a square for each cell; nil for a sub-head without a joint.
  package static func picture(of subHead: SubHeadEvaluation) -> Picture? {
    guard subHead.hasJoint else { return nil }
    let clusters = subHead.clusters
    let order = subHead.clustersByClass
    let largest = subHead.joint.filter(\.isFinite).max() ?? 0
    var pixels: [UInt8] = []
    pixels.reserveCapacity(clusters * clusters * 3)
    for row in order {
      for column in order {
        let value = subHead.joint[row * clusters + column]
        pixels += color(value > 0 && largest > 0 ? (value / largest).squareRoot() : 0)
      }
    }
    return Picture(width: clusters, height: clusters, channels: 3, pixels: pixels)
      .enlarged(by: max(1, side / clusters))
  }

  /// From black over violet and orange to a light yellow.
  private static let ramp: [[Float]] = [
    [0, 0, 4], [66, 10, 104], [147, 38, 103], [221, 81, 58], [252, 165, 10], [252, 255, 164],
  ]

  /// - Parameter value: 0...1.
  private static func color(_ value: Float) -> [UInt8] {
    let place = min(max(value, 0), 1) * Float(ramp.count - 1)
    let index = min(Int(place), ramp.count - 2)
    let share = place - Float(index)
    return zip(ramp[index], ramp[index + 1]).map { UInt8(($0 + ($1 - $0) * share).rounded()) }
  }
}
