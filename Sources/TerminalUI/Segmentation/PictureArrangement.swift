/// How pictures of one size stand in an area, each below a line that says what it is: as many as
/// can be told apart, and those as large as they can be.
package struct PictureArrangement: Sendable, Equatable {
  /// One for each picture that fits, its line included.
  package let places: [Rect]
  /// Of each picture, in pixels: a pixel is a column wide and half a row high.
  package let width: Int
  package let height: Int
  /// Pictures in a row.
  package let columns: Int

  private static let gap = 2
  private static let widestGap = 6
  /// The least that a picture may be shrunk to before one of them is left out.
  private static let leastWidth = 12
  private static let leastHeight = 8

  /// - Parameters:
  ///   - wanted: how many pictures there are.
  ///   - source: the pictures' own size in pixels, which gives their aspect ratio.
  package init(_ wanted: Int, source: (width: Int, height: Int), in area: Rect) {
    guard wanted > 0, source.width > 0, source.height > 0, area.width > 0, area.height > 1 else {
      (places, width, height, columns) = ([], 0, 0, 1)
      return
    }
    let least = (
      width: min(Self.leastWidth, source.width), height: min(Self.leastHeight, source.height)
    )
    var count = wanted
    var best = Self.largest(count, source, in: area)
    while count > 1, best.width < least.width || best.height < least.height {
      count -= 1
      best = Self.largest(count, source, in: area)
    }
    (width, height, columns) = (best.width, best.height, best.columns)
    places = Self.places(count, columns: best.columns, width: width, height: height, in: area)
  }

  /// Pictures of several samples, `each` of every one: of as many samples as fit beside the first.
  ///
  /// A picture that stands alone in a wide area leaves most of it empty, so that others may make it
  /// a little smaller where they fill the area better. Several pictures of one sample stay as large
  /// as they are, and in one row where there are others.
  package static func ofSamples(
    _ samples: Int, each: Int, source: (width: Int, height: Int), in area: Rect
  ) -> PictureArrangement {
    let alone = PictureArrangement(each, source: source, in: area)
    guard samples > 1, each > 0, alone.places.count == each else { return alone }
    let least = each == 1 ? leastShare : 1
    func covered(_ arrangement: PictureArrangement) -> Int {
      arrangement.places.count * arrangement.width * arrangement.height
    }
    var best = alone
    for count in 2...samples {
      let more = PictureArrangement(count * each, source: source, in: area)
      guard more.places.count == count * each,
        Double(more.width) >= least * Double(alone.width),
        Double(more.height) >= least * Double(alone.height)
      else { break }
      if more.columns % each == 0, covered(more) > covered(best) { best = more }
    }
    return best
  }

  /// Of the size of a picture alone, what is left of it beside others.
  private static let leastShare = 0.75

  private typealias Grid = (columns: Int, width: Int, height: Int)

  /// The number of columns at which `count` pictures are largest; of equal ones the most.
  private static func largest(
    _ count: Int, _ source: (width: Int, height: Int), in area: Rect
  ) -> Grid {
    var best: Grid = (count, 0, 0)
    for columns in stride(from: count, through: 1, by: -1) {
      let rows = (count + columns - 1) / columns
      let room = (
        width: (area.width - gap * (columns - 1)) / columns, height: area.height / rows - 1
      )
      guard room.width > 0, room.height > 0 else { continue }
      let scale = min(
        Double(room.width) / Double(source.width), Double(2 * room.height) / Double(source.height))
      let width = min(room.width, max(1, Int((Double(source.width) * scale).rounded())))
      let height = min(2 * room.height, max(1, Int((Double(source.height) * scale).rounded())))
      if width > best.width || height > best.height { best = (columns, width, height) }
    }
    return best
  }

  /// In rows from the top, in the middle of the area's width.
  private static func places(
    _ count: Int, columns: Int, width: Int, height: Int, in area: Rect
  ) -> [Rect] {
    guard width > 0, height > 0 else { return [] }
    let slack = area.width - columns * width
    let gap = columns > 1 ? min(widestGap, slack / (columns - 1)) : 0
    let left = area.x + (slack - gap * (columns - 1)) / 2
    let rows = (height + 1) / 2 + 1
    return (0..<count).map { index in
      Rect(
        x: left + index % columns * (width + gap), y: area.y + index / columns * rows,
        width: width, height: rows)
    }
  }
}
