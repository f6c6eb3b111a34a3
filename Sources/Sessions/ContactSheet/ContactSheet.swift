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
  /// Of a tile; pictures of other proportions are fitted into it.
  private let imageSize: ImageSize
  /// Images of each kind in a row, at most.
  private let columns: Int
  /// What images are called: where pixels are clustered, they are pictures with segments.
  package let noun: String
  /// The cluster of each pixel, of the images that are shown; nil where images are clustered as a
  /// whole.
  private let segments: [Int: [UInt8]]?

  /// More pixels than this are no picture that programs open.
  private static let mostPixels = 200_000_000

  /// Looks at every image of the data set.
  ///
  /// - Parameter columns: images of each kind in a row, at least 1.
  /// - Throws: an error of one line if the sheet would be too large.
  package init(_ assigner: ClusterAssigner, columns: Int) throws(SessionError) {
    self.columns = columns
    dataset = assigner.dataset
    imageSize = dataset.size
    noun = "image"
    segments = nil
    let clusters = assigner.subHead.head.clusters
    try Self.check(imageSize, columns: columns, rows: clusters, run: assigner.subHead.run)
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

  /// Looks at every picture of a data set whose pixels are clustered. Typical are those that a
  /// cluster has most of, least certain those where the network is least sure of its segment.
  ///
  /// - Parameter columns: pictures of each kind in a row, at least 1.
  /// - Throws: an error of one line if the sheet would be too large.
  package init(_ assigner: PixelAssigner, columns: Int) throws(SessionError) {
    self.columns = columns
    dataset = assigner.dataset
    imageSize =
      (0..<dataset.count).map { assigner.dataset.source.size(of: $0) }
      .max { max($0.width, $0.height) < max($1.width, $1.height) } ?? dataset.size
    noun = "picture"
    let clusters = assigner.subHead.head.clusters
    try Self.check(imageSize, columns: columns, rows: clusters, run: assigner.subHead.run)
    var typical = [Ranking](repeating: Ranking(limit: columns), count: clusters)
    var uncertain = typical
    var counts = [Int](repeating: 0, count: clusters)
    for image in 0..<dataset.count {
      let (map, probabilities) = assigner.clusters(of: image)
      var (sizes, sums) = (
        [Int](repeating: 0, count: clusters), [Float](repeating: 0, count: clusters)
      )
      for (cluster, probability) in zip(map, probabilities) {
        sizes[Int(cluster)] += 1
        sums[Int(cluster)] += probability
      }
      // A few pixels are no segment to look at.
      for cluster in 0..<clusters where 100 * sizes[cluster] >= map.count {
        counts[cluster] += 1
        typical[cluster].add(image, sums[cluster] / Float(map.count))
        uncertain[cluster].add(image, -sums[cluster] / Float(sizes[cluster]))
      }
    }
    let rows = (0..<clusters).map { cluster in
      Row(
        cluster: cluster, label: assigner.subHead.label(cluster), images: counts[cluster],
        typical: typical[cluster].images, uncertain: uncertain[cluster].images)
    }
    self.rows = rows
    segments = Dictionary(
      uniqueKeysWithValues: Set(rows.flatMap { $0.typical + $0.uncertain }).map {
        ($0, assigner.clusters(of: $0).map)
      })
  }

  private static func check(
    _ size: ImageSize, columns: Int, rows: Int, run: String
  ) throws(SessionError) {
    let geometry = Geometry(size, columns: columns)
    guard geometry.width * geometry.height(rows: rows) <= mostPixels else {
      throw SessionError(
        "\(run): the sheet would have \(geometry.width) × \(geometry.height(rows: rows)) pixels; "
          + "fewer --columns make it smaller")
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
    let geometry = Geometry(imageSize, columns: columns)
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
        row.images == 1 ? "1 \(noun)" : "\(row.images) \(noun)s", x: end + 12, y: y,
        limit: geometry.width - Geometry.margin, Self.quiet, scale: Geometry.fontScale)
      for (images, isUncertain) in [(row.typical, false), (row.uncertain, true)] {
        for (column, image) in images.enumerated() {
          canvas.draw(
            tile(image, row.cluster, geometry.tileWidth, geometry.tileHeight),
            x: geometry.x(column, isUncertain: isUncertain), y: y + Geometry.labelHeight)
        }
      }
    }
    return Picture(width: canvas.width, height: canvas.height, channels: 3, pixels: canvas.pixels)
  }

  /// An image in red, green, blue; of four channels the last one, infrared, is left out. Pixels of
  /// other clusters are dark.
  private func tile(_ image: Int, _ cluster: Int, _ width: Int, _ height: Int) -> Picture {
    let size = dataset.source.size(of: image)
    var pixels = dataset.source.pixels(of: image)
    if size.channels == 4 {
      pixels = stride(from: 0, to: pixels.count, by: 4).flatMap { pixels[$0..<$0 + 3] }
    }
    let picture = Picture(
      width: size.width, height: size.height, channels: min(3, size.channels), pixels: pixels
    ).converted(to: 3, ground: 0)
    if let map = segments?[image] {
      var pixels = picture.pixels
      for (pixel, own) in map.enumerated() where Int(own) != cluster {
        for channel in 3 * pixel..<3 * pixel + 3 { pixels[channel] /= 5 }
      }
      return Picture(width: size.width, height: size.height, channels: 3, pixels: pixels)
        .fitted(width: width, height: height, ground: 0)
    }
    guard width > size.width, width % size.width == 0 else {
      return picture.fitted(width: width, height: height, ground: 0)
    }
    return picture.enlarged(by: width / size.width)
  }
}

extension ContactSheet.Row {
  /// "3: cats", or the number alone.
  package var text: String {
    if case .number = label { return "\(cluster)" }
    return "\(cluster): \(label.text)"
  }
}
