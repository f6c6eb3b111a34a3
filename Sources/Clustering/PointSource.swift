/// Points of one number of dimensions, in memory or made when they are asked for.
package protocol PointSource: Sendable {
  var count: Int { get }
  var dimensions: Int { get }

  /// Writes the points of a range as rows, `[range.count, dimensions]`. May be called from any
  /// thread.
  func copy(_ range: Range<Int>, to rows: UnsafeMutablePointer<Float>)
}

/// Points that lie in memory as rows.
package struct RowPoints: PointSource {
  package let dimensions: Int
  /// `[count, dimensions]`
  package let rows: [Float]

  package init(dimensions: Int, rows: [Float]) {
    self.dimensions = dimensions
    self.rows = rows
  }

  package var count: Int { rows.count / dimensions }

  package func copy(_ range: Range<Int>, to target: UnsafeMutablePointer<Float>) {
    rows.withUnsafeBufferPointer { rows in
      guard let base = rows.baseAddress else { return }
      target.update(
        from: base + range.lowerBound * dimensions, count: range.count * dimensions)
    }
  }
}
