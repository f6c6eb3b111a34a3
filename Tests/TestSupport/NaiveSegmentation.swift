import Foundation

/// The segmentation loss and its gradient with respect to both maps,
/// `[images, clusters, height, width]`, pixel pair by pixel pair in Double.
package func naiveSegmentationLoss(
  _ x: [Double], _ y: [Double], mask: [Double], images: Int, clusters: Int, height: Int,
  width: Int, maximumDisplacement: Int, lambda: Double
) -> (loss: Double, xGradient: [Double], yGradient: [Double]) {
  let smallest = 0x1p-52
  let side = 2 * maximumDisplacement + 1
  var loss = 0.0
  var xGradient = x.map { _ in 0.0 }
  var yGradient = xGradient
  func place(_ image: Int, _ cluster: Int, _ row: Int, _ column: Int) -> Int {
    ((image * clusters + cluster) * height + row) * width + column
  }
  /// Every pair of pixels in both masks at the displacement.
  func forEachPair(_ vertical: Int, _ horizontal: Int, _ body: (Int, Int, Int) -> Void) {
    for image in 0..<images {
      for row in 0..<height where (0..<height).contains(row + vertical) {
        for column in 0..<width where (0..<width).contains(column + horizontal) {
          let (here, there) = (
            row * width + column, (row + vertical) * width + column + horizontal
          )
          if mask[image * height * width + here] * mask[image * height * width + there] != 0 {
            body(image, here, there)
          }
        }
      }
    }
  }
  for vertical in -maximumDisplacement...maximumDisplacement {
    for horizontal in -maximumDisplacement...maximumDisplacement {
      var joint = [Double](repeating: 0, count: clusters * clusters)
      forEachPair(vertical, horizontal) { image, here, there in
        for c in 0..<clusters {
          for d in 0..<clusters {
            joint[c * clusters + d] +=
              x[place(image, c, 0, here)] * y[place(image, d, 0, there)]
          }
        }
      }
      let total = joint.reduce(0, +)
      if total == 0 { continue }
      // Normalised, then symmetrised.
      let p = joint.indices.map { index in
        (joint[index] + joint[index % clusters * clusters + index / clusters]) / total / 2
      }
      let marginal = (0..<clusters).map { c in
        (0..<clusters).reduce(0) { $0 + p[c * clusters + $1] }
      }
      func raised(_ value: Double) -> Double { max(value, smallest) }
      for c in 0..<clusters {
        for d in 0..<clusters {
          let value = raised(p[c * clusters + d])
          loss -=
            value
            * (log(value) - lambda * log(raised(marginal[c])) - lambda * log(raised(marginal[d])))
        }
      }
      // d(−I)/dP, where nothing is as small as the clamp; then through the division by the total.
      let slope = p.indices.map { index in
        let (c, d) = (index / clusters, index % clusters)
        return -(log(p[index]) - lambda * log(marginal[c]) - lambda * log(marginal[d])) - 1
          + 2 * lambda
      }
      let mean = zip(slope, p).reduce(0) { $0 + $1.0 * $1.1 }
      let gradient = slope.map { ($0 - mean) / total / Double(side * side) }
      forEachPair(vertical, horizontal) { image, here, there in
        for c in 0..<clusters {
          for d in 0..<clusters {
            let weight = gradient[c * clusters + d]
            xGradient[place(image, c, 0, here)] += weight * y[place(image, d, 0, there)]
            yGradient[place(image, d, 0, there)] += weight * x[place(image, c, 0, here)]
          }
        }
      }
    }
  }
  return (loss / Double(side * side), xGradient, yGradient)
}
