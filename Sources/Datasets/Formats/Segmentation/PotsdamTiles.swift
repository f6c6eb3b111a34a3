import Foundation
import Kernels
import Synchronization

/// Cuts the aerial pictures of Potsdam as the ISPRS gives them, 6000×6000 pixels each, into tiles
/// that a segmentation folder has: `images`, PNGs of red, green, blue and infrared in the place of
/// alpha, and `labels` of the same names, in the ISPRS's colours.
package enum PotsdamTiles {
  /// Pixels of a tile's side.
  package static let side = 200
  private static let pictureEnding = "_RGBIR.tif"
  private static let labelEnding = "_label.tif"

  /// Cuts all pictures `…_RGBIR.tif` in a folder and those below it, with their labels
  /// `…_label.tif` where these are there too. What is left at the right and at the bottom, less
  /// than a tile, is left out. Tiles that are there already are written again.
  ///
  /// - Parameter progress: told from this thread how many of how many pictures are cut.
  /// - Returns: how many tiles there are.
  /// - Throws: `DatasetError` if there is no picture, one cannot be read, its labels have another
  ///   size, or a tile cannot be written.
  @discardableResult
  package static func cut(
    from folder: String, to target: String,
    threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(DatasetError) -> Int {
    let pairs = try pairs(in: folder)
    for name in ["images", "labels"] {
      do {
        try FileManager.default.createDirectory(
          atPath: "\(target)/\(name)", withIntermediateDirectories: true)
      } catch {
        throw .unwritable(
          path: "\(target)/\(name)", reason: PathBytes(error.localizedDescription).description)
      }
    }
    let pool = WorkerPool(threads: threads)
    defer { pool.shutDown() }
    var tiles = 0
    for (done, pair) in pairs.enumerated() {
      progress(done, pairs.count)
      tiles += try cut(pair, to: target, pool)
    }
    progress(pairs.count, pairs.count)
    return tiles
  }

  private struct Pair {
    /// What the tiles' names begin with.
    var name: String
    var picture: String
    var label: String?
  }

  private static func pairs(in folder: String) throws(DatasetError) -> [Pair] {
    let paths: [String]
    do {
      paths = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
    } catch {
      throw .unreadable(path: folder, reason: PathBytes(error.localizedDescription).description)
    }
    func name(_ path: String, _ ending: String) -> String {
      String(URL(fileURLWithPath: path).lastPathComponent.dropLast(ending.count))
    }
    var labels: [String: String] = [:]
    for path in paths where path.hasSuffix(labelEnding) {
      labels[name(path, labelEnding)] = "\(folder)/\(path)"
    }
    let pairs = paths.filter { $0.hasSuffix(pictureEnding) }.map { path in
      let name = name(path, pictureEnding)
      return Pair(name: name, picture: "\(folder)/\(path)", label: labels[name])
    }
    guard !pairs.isEmpty else {
      throw .fileNotFound(
        dataset: "potsdam", folder: folder, names: ["…\(pictureEnding)"],
        source: DatasetCatalog.potsdamSource)
    }
    return pairs
  }

  private static func open(_ path: String, channels: Int) throws(DatasetError) -> TIFFRows {
    let rows = try TIFFRows(PathBytes(path))
    guard rows.channels == channels else {
      throw .malformed(
        path: rows.path, field: "the number of channels", found: "\(rows.channels)",
        expected: "\(channels)")
    }
    return rows
  }

  private static func cut(
    _ pair: Pair, to target: String, _ pool: WorkerPool
  ) throws(DatasetError) -> Int {
    let picture = try open(pair.picture, channels: 4)
    var sources = [(rows: picture, folder: "images")]
    if let path = pair.label {
      let labels = try open(path, channels: 3)
      guard (labels.width, labels.height) == (picture.width, picture.height) else {
        throw .malformed(
          path: labels.path, field: "size", found: "\(labels.width)×\(labels.height)",
          expected: "\(picture.width)×\(picture.height) as \(picture.path)")
      }
      sources.append((labels, "labels"))
    }
    let (columns, rows) = (picture.width / side, picture.height / side)
    for row in 0..<rows {
      for (source, folder) in sources {
        let band = Picture(
          width: source.width, height: side, channels: source.channels,
          pixels: try source.next(side))
        let failure = Mutex<DatasetError?>(nil)
        pool.forEach(columns) { column in
          let path = "\(target)/\(folder)/\(pair.name)_\(number(row))_\(number(column)).png"
          do throws(DatasetError) {
            try write(band.square(at: column * side), to: path)
          } catch {
            failure.withLock { $0 = $0 ?? error }
          }
        }
        if let error = failure.withLock({ $0 }) { throw error }
      }
    }
    return columns * rows
  }

  /// Two digits at least, so that names are in order.
  private static func number(_ value: Int) -> String { (value < 10 ? "0" : "") + "\(value)" }

  private static func write(_ tile: Picture, to path: String) throws(DatasetError) {
    let bytes = try tile.pngBytes(path: path)
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw .unwritable(path: path, reason: PathBytes(error.localizedDescription).description)
    }
  }
}

extension Picture {
  /// As many columns from `left` on as the picture has rows.
  fileprivate func square(at left: Int) -> Picture {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(height * height * channels)
    for y in 0..<height {
      let first = (y * width + left) * channels
      pixels += self.pixels[first..<first + height * channels]
    }
    return Picture(width: height, height: height, channels: channels, pixels: pixels)
  }
}
