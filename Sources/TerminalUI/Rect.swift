/// A rectangle of cells; never negative in size.
package struct Rect: Sendable, Equatable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  package static let zero = Rect(x: 0, y: 0, width: 0, height: 0)

  package var isEmpty: Bool { width == 0 || height == 0 }
  package var maxX: Int { x + width }
  package var maxY: Int { y + height }

  /// The first `count` rows, or all there are, and the rest.
  package func splitTop(_ count: Int) -> (top: Rect, rest: Rect) {
    let count = min(max(0, count), height)
    return (
      Rect(x: x, y: y, width: width, height: count),
      Rect(x: x, y: y + count, width: width, height: height - count)
    )
  }

  /// The last `count` rows, or all there are, and what is above.
  package func splitBottom(_ count: Int) -> (rest: Rect, bottom: Rect) {
    let (top, rest) = splitTop(height - count)
    return (top, rest)
  }

  /// The first `count` columns, or all there are, and the rest after a gap.
  package func splitLeft(_ count: Int, gap: Int = 0) -> (left: Rect, rest: Rect) {
    let count = min(max(0, count), width)
    let start = min(count + gap, width)
    return (
      Rect(x: x, y: y, width: count, height: height),
      Rect(x: x + start, y: y, width: width - start, height: height)
    )
  }

  /// `count` columns of equal width with gaps between them; the last takes what is left over.
  package func columns(_ count: Int, gap: Int = 0) -> [Rect] {
    guard count > 0 else { return [] }
    let each = max(0, (width - gap * (count - 1)) / count)
    return (0..<count).map { index in
      let start = index * (each + gap)
      let wanted = index == count - 1 ? width - start : each
      return Rect(x: x + start, y: y, width: min(wanted, width - start), height: height)
    }
  }

  /// Without `amount` cells on each side.
  package func inset(horizontally: Int = 0, vertically: Int = 0) -> Rect {
    Rect(
      x: x + horizontally, y: y + vertically, width: width - 2 * horizontally,
      height: height - 2 * vertically)
  }

  package func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(
      x: left, y: top, width: min(maxX, other.maxX) - left, height: min(maxY, other.maxY) - top)
  }
}
