/// Bilinear resizing of one plane with half-pixel centres: PyTorch's `interpolate` with
/// `align_corners` false.
struct BilinearResize: Sendable {
  private let vertical: Axis
  private let horizontal: Axis

  init(height: Int, width: Int, toHeight: Int, toWidth: Int) {
    vertical = Axis(from: height, to: toHeight)
    horizontal = Axis(from: width, to: toWidth)
  }

  /// Along one axis, each output is a mean of two neighbouring inputs.
  private struct Axis: Sendable {
    let sourceCount: Int
    var first: [Int] = []
    var second: [Int] = []
    /// Weight of the second neighbour; the first has the rest of 1.
    var weight: [Float] = []

    init(from sourceCount: Int, to count: Int) {
      self.sourceCount = sourceCount
      for place in 0..<count {
        let centre = (Double(place) + 0.5) * Double(sourceCount) / Double(count) - 0.5
        // The border's value goes on outside.
        let source = min(max(centre, 0), Double(sourceCount - 1))
        let whole = Int(source)
        first.append(whole)
        second.append(min(whole + 1, sourceCount - 1))
        weight.append(Float(source - Double(whole)))
      }
    }
  }

  /// `[height, width]` → `[toHeight, toWidth]`
  func forward(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    let (sourceWidth, width) = (horizontal.sourceCount, horizontal.first.count)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: sourceWidth) { row in
      for y in vertical.first.indices {
        let above = source + vertical.first[y] * sourceWidth
        let below = source + vertical.second[y] * sourceWidth
        let weight = vertical.weight[y]
        for x in 0..<sourceWidth { row[x] = above[x] + weight * (below[x] - above[x]) }
        let output = target + y * width
        for x in 0..<width {
          let left = row[horizontal.first[x]]
          output[x] = left + horizontal.weight[x] * (row[horizontal.second[x]] - left)
        }
      }
    }
  }

  /// The gradient of the output → the gradient of the input, which is overwritten: the transpose of
  /// `forward`.
  func backward(_ gradient: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    let (sourceWidth, width) = (horizontal.sourceCount, horizontal.first.count)
    target.update(repeating: 0, count: vertical.sourceCount * sourceWidth)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: sourceWidth) { row in
      for y in vertical.first.indices {
        let output = gradient + y * width
        for x in 0..<sourceWidth { row[x] = 0 }
        for x in 0..<width {
          let right = horizontal.weight[x] * output[x]
          row[horizontal.first[x]] += output[x] - right
          row[horizontal.second[x]] += right
        }
        let above = target + vertical.first[y] * sourceWidth
        let below = target + vertical.second[y] * sourceWidth
        let weight = vertical.weight[y]
        for x in 0..<sourceWidth { above[x] += (1 - weight) * row[x] }
        for x in 0..<sourceWidth { below[x] += weight * row[x] }
      }
    }
  }
}
