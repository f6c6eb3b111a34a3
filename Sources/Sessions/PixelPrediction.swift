import Datasets
import Foundation
import RunStorage
import Snapshots

/// The files that were written of one picture, and what is in them.
package struct PixelPrediction: Sendable {
  package var map: URL
  package var overlay: URL
  /// Of the picture, by cluster, 0...1.
  package var shares: [Double]
  /// What decoders said of the picture, one line each.
  package var warnings: [String]
}

extension PixelPredictor {
  package typealias RGB = (red: UInt8, green: UInt8, blue: UInt8)

  /// Writes a picture's map, `NAME.png`, each value a cluster and an index into its palette, and
  /// `NAME-overlay.png`, the picture with these colours laid over it.
  ///
  /// - Parameters:
  ///   - folder: the folder that the picture was found in or below, whose order is kept; nil for
  ///     one that was named itself.
  ///   - colors: of each cluster.
  ///   - output: the folder for both files. Nothing in it is replaced.
  ///   - written: what other pictures have got there: one of the same name, but for its ending, has
  ///     a number behind it.
  /// - Throws: an error of one line; then neither file is there.
  package func predict(
    _ file: PathBytes, below folder: PathBytes?, colors: [RGB], into output: URL,
    beside written: Set<URL> = []
  ) throws -> PixelPrediction {
    let (picture, warnings) = try PictureFile.decode(path: file)
    let name =
      folder.map { String(file.text.dropFirst($0.text.count).drop { $0 == "/" }) }
      ?? (file.text as NSString).lastPathComponent
    let stem = (name as NSString).deletingPathExtension
    var (mapFile, overlayFile) = (output, output)
    for number in 1... {
      let own = number == 1 ? stem : "\(stem)-\(number)"
      mapFile = output.appendingPathComponent("\(own).png")
      overlayFile = output.appendingPathComponent("\(own)-overlay.png")
      if !written.contains(mapFile), !written.contains(overlayFile) { break }
    }
    for taken in [mapFile, overlayFile]
    where FileManager.default.fileExists(atPath: taken.path) {
      throw SessionError("\(file): \(taken.path) is there already, and is not replaced")
    }
    let clusters = try clusters(of: picture, path: file)
    let map = Picture(width: picture.width, height: picture.height, channels: 1, pixels: clusters)
    let bytes = try map.pngBytes(path: mapFile.path, colors: colors)
    let overlay = try Self.overlay(of: picture, clusters, colors).pngBytes(path: overlayFile.path)
    let place = mapFile.deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    } catch {
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder)
      throw SessionError(
        "\(place.path): "
          + (exists && !isFolder.boolValue
            ? "is a file, expected a folder or nothing" : "no folder can be made there"))
    }
    try AtomicFile.write(Data(bytes), to: mapFile)
    do {
      try AtomicFile.write(Data(overlay), to: overlayFile)
    } catch {
      try? FileManager.default.removeItem(at: mapFile)
      throw error
    }
    var counts = Array(repeating: 0, count: labels.count)
    for cluster in clusters { counts[Int(cluster)] += 1 }
    return PixelPrediction(
      map: mapFile, overlay: overlayFile,
      shares: counts.map { Double($0) / Double(max(1, clusters.count)) }, warnings: warnings)
  }

  /// The picture and the colours of its clusters, half of each. A fourth channel, which the network
  /// may have taken for infrared, is left out and not shone through.
  private static func overlay(
    of picture: Picture, _ clusters: [UInt8], _ colors: [RGB]
  ) -> Picture {
    let channels = picture.channels
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * clusters.count)
    for (pixel, cluster) in clusters.enumerated() {
      let color = colors[Int(cluster)]
      for (channel, value) in [color.red, color.green, color.blue].enumerated() {
        let own = picture.pixels[pixel * channels + (channels < 3 ? 0 : channel)]
        pixels.append(UInt8((Int(own) + Int(value)) / 2))
      }
    }
    return Picture(width: picture.width, height: picture.height, channels: 3, pixels: pixels)
  }
}
