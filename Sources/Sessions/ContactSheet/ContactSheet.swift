import Datasets
import Snapshots

/// A picture of what each cluster of a sub-head holds: a row a cluster, its most typical images at
/// the left and the least certain ones at the right.
package struct ContactSheet {
  /// One cluster's images: those that its probability is highest for, and lowest, in that order.
  package struct Row: Sendable, Equatable {
    package var cluster: Int
    package var label: ClusterLabel
    /// Images of the data set in the cluster.
    package var images = 0
    package var typical: [Int] = []
    package var uncertain: [Int] = []
  }

  package let rows: [Row]
  private let dataset: ImageDataset
  /// Images of each kind in a row, at most.
  private let columns: Int

  /// More pixels than this are no picture that programs open.
  private static let mostPixels = 200_000_000

  /// Looks at every image of the data set.
  ///
  /// - Parameter columns: images of each kind in a row, at least 1.
  /// - Throws: an error of one line if the sheet would be too large.
  package init(_ assigner: ClusterAssigner, columns: Int) throws(SessionError) {
    self.columns = columns
    dataset = assigner.dataset
    let clusters = assigner.subHead.head.clusters
    let geometry = Geometry(dataset.size, columns: columns)
    guard geometry.width * geometry.height(rows: clusters) <= Self.mostPixels else {
      throw SessionError(
        "\(assigner.subHead.run): the sheet would have \(geometry.width) × "
          + "\(geometry.height(rows: clusters)) pixels; fewer --columns make it smaller")
    }
    var typical = [Ranking](repeating: Ranking(limit: columns), count: clusters)
    var uncertain = typical
    var counts = [Int](repeating: 0, count: clusters)
    assigner.forEachImage { image, assignments in
      let own = assignments[assigner.subHead.place]
      counts[own.cluster] += 1
      typical[own.cluster].add(image, own.probability)
      uncertain[own.cluster].add(image, -own.probability)
      return true
    }
    rows = (0..<clusters).map { cluster in
      Row(
        cluster: cluster, label: assigner.subHead.label(cluster), images: counts[cluster],
        typical: typical[cluster].images, uncertain: uncertain[cluster].images)
    }
  }

  /// The best images so far; of equal ones the first.
  private struct Ranking {
    let limit: Int
    private var entries: [(image: Int, score: Float)] = []

    init(limit: Int) { self.limit = limit }

    var images: [Int] { entries.map(\.image) }

    mutating func add(_ image: Int, _ score: Float) {
      if entries.count == limit, let last = entries.last, !(score > last.score) { return }
      let place = entries.firstIndex { $0.score < score } ?? entries.count
      entries.insert((image, score), at: place)
      if entries.count > limit { entries.removeLast() }
    }
  }

  /// Where things stand, in pixels.
  private struct Geometry {
    let tileWidth: Int
    let tileHeight: Int
    let columns: Int
    static let margin = 8
    static let gap = 2
    static let fontScale = 2
    /// Between the typical and the uncertain images.
    static let divider = 16
    /// Above each row of images.
    static let labelHeight = BitmapFont.height * fontScale + 6

    /// Small images are enlarged by a whole factor, large ones brought to 96 pixels.
    init(_ size: ImageSize, columns: Int) {
      self.columns = columns
      let longest = max(size.width, size.height)
      if longest <= 48 {
        let scale = max(1, 64 / longest)
        (tileWidth, tileHeight) = (size.width * scale, size.height * scale)
      } else if longest <= 96 {
        (tileWidth, tileHeight) = (size.width, size.height)
      } else {
        tileWidth = max(1, size.width * 96 / longest)
        tileHeight = max(1, size.height * 96 / longest)
      }
    }

    private var halfWidth: Int { columns * (tileWidth + Self.gap) - Self.gap }
    var width: Int { 2 * Self.margin + 2 * halfWidth + Self.divider }
    var rowHeight: Int { Self.labelHeight + tileHeight + Self.margin }
    func height(rows: Int) -> Int { Self.margin + Self.labelHeight + rows * rowHeight }

    func x(_ column: Int, isUncertain: Bool) -> Int {
      Self.margin + (isUncertain ? halfWidth + Self.divider : 0)
        + column * (tileWidth + Self.gap)
    }
    func y(_ row: Int) -> Int { Self.margin + Self.labelHeight + row * rowHeight }
  }

  private static let ground: [UInt8] = [24, 24, 28]
  private static let quiet: [UInt8] = [150, 150, 160]
  private static let bright: [UInt8] = [240, 240, 240]

  /// The sheet, red, green, blue.
  package func picture() -> Picture {
    let geometry = Geometry(dataset.size, columns: columns)
    var canvas = Canvas(
      width: geometry.width, height: geometry.height(rows: rows.count), ground: Self.ground)
    for (isUncertain, title) in [(false, "most typical"), (true, "least certain")] {
      let x = geometry.x(0, isUncertain: isUncertain)
      canvas.write(
        title, x: x, y: Geometry.margin,
        limit: isUncertain ? geometry.width : geometry.x(0, isUncertain: true) - Geometry.gap,
        Self.quiet, scale: Geometry.fontScale)
    }
    for (place, row) in rows.enumerated() {
      let y = geometry.y(place)
      let end = canvas.write(
        row.text, x: Geometry.margin, y: y, limit: geometry.width - Geometry.margin, Self.bright,
        scale: Geometry.fontScale)
      canvas.write(
        row.images == 1 ? "1 image" : "\(row.images) images", x: end + 12, y: y,
        limit: geometry.width - Geometry.margin, Self.quiet, scale: Geometry.fontScale)
      for (images, isUncertain) in [(row.typical, false), (row.uncertain, true)] {
        for (column, image) in images.enumerated() {
          canvas.draw(
            tile(image, geometry.tileWidth, geometry.tileHeight),
            x: geometry.x(column, isUncertain: isUncertain), y: y + Geometry.labelHeight)
        }
      }
    }
    return Picture(width: canvas.width, height: canvas.height, channels: 3, pixels: canvas.pixels)
  }

  /// An image in red, green, blue; of four channels the last one, infrared, is left out.
  private func tile(_ image: Int, _ width: Int, _ height: Int) -> Picture {
    let size = dataset.size
    var pixels = dataset.source.pixels(of: image)
    if size.channels == 4 {
      pixels = stride(from: 0, to: pixels.count, by: 4).flatMap { pixels[$0..<$0 + 3] }
    }
    let picture = Picture(
      width: size.width, height: size.height, channels: min(3, size.channels), pixels: pixels
    ).converted(to: 3, ground: 0)
    guard width > size.width, width % size.width == 0 else {
      return picture.fitted(width: width, height: height, ground: 0)
    }
    // Whole pixels, as they are.
    let scale = width / size.width
    var enlarged: [UInt8] = []
    enlarged.reserveCapacity(width * height * 3)
    for y in 0..<height {
      for x in 0..<width {
        let source = 3 * (y / scale * size.width + x / scale)
        enlarged += picture.pixels[source..<source + 3]
      }
    }
    return Picture(width: width, height: height, channels: 3, pixels: enlarged)
  }
}

extension ContactSheet.Row {
  /// "3: cats", or the number alone.
  package var text: String {
    if case .number = label { return "\(cluster)" }
    return "\(cluster): \(label.text)"
  }
}

/// Pixels that pictures and letters are laid on.
private struct Canvas {
  let width: Int
  let height: Int
  /// `[height, width, 3]`.
  private(set) var pixels: [UInt8]

  init(width: Int, height: Int, ground: [UInt8]) {
    self.width = width
    self.height = height
    pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, count in
      for place in 0..<width * height * 3 { target[place] = ground[place % 3] }
      count = width * height * 3
    }
  }

  mutating func draw(_ picture: Picture, x: Int, y: Int) {
    for row in 0..<min(picture.height, height - y) {
      let count = min(picture.width, width - x) * 3
      let start = ((y + row) * width + x) * 3
      let source = row * picture.width * 3
      pixels.replaceSubrange(
        start..<start + count, with: picture.pixels[source..<source + count])
    }
  }

  /// Writes text up to column `limit`; returns the column behind it.
  @discardableResult
  mutating func write(
    _ text: String, x: Int, y: Int, limit: Int, _ color: [UInt8], scale: Int
  ) -> Int {
    BitmapFont.draw(text) { column, row in
      for dy in 0..<scale {
        for dx in 0..<scale {
          let (px, py) = (x + column * scale + dx, y + row * scale + dy)
          guard px < min(limit, width), py < height else { continue }
          for channel in 0..<3 { pixels[(py * width + px) * 3 + channel] = color[channel] }
        }
      }
    }
    return x + BitmapFont.width(of: text) * scale
  }
}
