import Datasets
import Foundation
import RunStorage
import Sessions
import Snapshots
import TerminalUI

extension PredictCommand {
  /// Writes a map and an overlay of every picture that can be read, one after the other. Returns
  /// whether all could be.
  func predictPixels(_ run: RunFolder, into folder: String) throws -> Bool {
    let predictor = try PixelPredictor(run, head: head, number: subHead, best: best)
    let output = URL(fileURLWithPath: UserPath.absolute(folder), isDirectory: true)
    let colors = predictor.colors
    var isComplete = true
    func report(_ line: String) {
      StandardStreams.error("iic-tui: \(line)\n")
      isComplete = false
    }
    if !json, !StandardStreams.output(PixelLine.header(predictor.labels)) { return isComplete }
    for path in paths {
      let argument = PathBytes(argument: path)
      for file in images(at: argument, report) {
        do {
          let line = try write(
            file, below: argument.isFolder ? argument : nil, of: predictor, colors, to: output)
          if !StandardStreams.output(json ? JSONLine.text(line) : line.csv) { return isComplete }
        } catch {
          report("\(error)")
        }
      }
    }
    return isComplete
  }

  private func write(
    _ file: PathBytes, below folder: PathBytes?, of predictor: PixelPredictor,
    _ colors: [(red: UInt8, green: UInt8, blue: UInt8)], to output: URL
  ) throws -> PixelLine {
    let (picture, warnings) = try PictureFile.decode(path: file)
    for warning in warnings { StandardStreams.error("iic-tui: \(warning)\n") }
    // Pictures of a folder keep their places below it.
    let name =
      folder.map { String(file.text.dropFirst($0.text.count).drop { $0 == "/" }) }
      ?? (file.text as NSString).lastPathComponent
    let stem = (name as NSString).deletingPathExtension
    let mapFile = output.appendingPathComponent("\(stem).png")
    let overlayFile = output.appendingPathComponent("\(stem)-overlay.png")
    for taken in [mapFile, overlayFile]
    where FileManager.default.fileExists(atPath: taken.path) {
      throw SessionError("\(file): \(taken.path) is there already, and is not replaced")
    }
    let clusters = try predictor.clusters(of: picture, path: file)
    let map = Picture(width: picture.width, height: picture.height, channels: 1, pixels: clusters)
    let bytes = try map.pngBytes(path: mapFile.path, colors: colors)
    let overlay = try overlay(of: picture, clusters, colors).pngBytes(path: overlayFile.path)
    try FileManager.default.createDirectory(
      at: mapFile.deletingLastPathComponent(), withIntermediateDirectories: true)
    try AtomicFile.write(Data(bytes), to: mapFile)
    try AtomicFile.write(Data(overlay), to: overlayFile)
    var counts = Array(repeating: 0, count: predictor.labels.count)
    for cluster in clusters { counts[Int(cluster)] += 1 }
    return PixelLine(
      path: file.text, map: mapFile.path, overlay: overlayFile.path,
      shares: counts.map { Double($0) / Double(max(1, clusters.count)) },
      labels: PixelLine.names(predictor.labels))
  }

  /// The picture and the colours of its clusters, half of each.
  private func overlay(
    of picture: Picture, _ clusters: [UInt8],
    _ colors: [(red: UInt8, green: UInt8, blue: UInt8)]
  ) -> Picture {
    let base = picture.converted(to: 3, ground: 0)
    var pixels = base.pixels
    for (pixel, cluster) in clusters.enumerated() {
      let color = colors[Int(cluster)]
      for (channel, value) in [color.red, color.green, color.blue].enumerated() {
        let place = 3 * pixel + channel
        pixels[place] = UInt8((Int(pixels[place]) + Int(value)) / 2)
      }
    }
    return Picture(width: base.width, height: base.height, channels: 3, pixels: pixels)
  }
}

extension PixelPredictor {
  /// The colour of each cluster, as on the screen: that of the class it stands for, else its own.
  fileprivate var colors: [(red: UInt8, green: UInt8, blue: UInt8)] {
    classOfCluster.enumerated().map { cluster, label in
      let place = classNames.indices.contains(label) ? label : classNames.count + cluster
      if case .rgb(let red, let green, let blue) = MapPalette.color(place) {
        return (red, green, blue)
      }
      return (0, 0, 0)
    }
  }
}

/// What `predict` says of a picture whose pixels it has clustered.
private struct PixelLine: Encodable {
  var path: String
  var map: String
  var overlay: String
  /// Of the picture, by cluster, 0...1.
  var shares: [Double]
  /// What the clusters are called, each name once.
  var labels: [String]

  /// What the clusters are called; where several have one name, each has its number behind it.
  static func names(_ labels: [ClusterLabel]) -> [String] {
    let texts = labels.map(\.text)
    return texts.enumerated().map { cluster, text in
      texts.count { $0 == text } > 1 ? "\(text) \(cluster)" : text
    }
  }

  static func header(_ labels: [ClusterLabel]) -> String {
    CSV(["path", "map", "overlay"] + names(labels)).text
  }

  var csv: String {
    CSV([path, map, overlay] + shares.map { String(format: "%.4f", $0) }).text
  }
}
