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
    try run.refuseOutput(to: folder)
    let predictor = try PixelPredictor(run, head: head, number: subHead, weights: weights.choice)
    let output = URL(fileURLWithPath: UserPath.absolute(folder), isDirectory: true)
    let labels = PixelLine.names(predictor.labels, amongClasses: !predictor.classNames.isEmpty)
    var isComplete = true
    func report(_ line: String) {
      StandardStreams.note(line)
      isComplete = false
    }
    if !json, !StandardStreams.output(PixelLine.header(labels)) { return isComplete }
    var written: Set<URL> = []
    for path in paths {
      let argument = PathBytes(argument: path)
      for file in images(at: argument, report) {
        do {
          let prediction = try predictor.predict(
            file, below: argument.isFolder ? argument : nil, colors: predictor.colors,
            into: output, beside: written)
          written.formUnion([prediction.map, prediction.overlay])
          prediction.warnings.forEach { StandardStreams.note($0) }
          let line = PixelLine(file.text, prediction, labels)
          if !StandardStreams.output(json ? JSONLine.text(line) : line.csv) { return isComplete }
        } catch {
          report("\(error)")
        }
      }
    }
    return isComplete
  }
}

extension PixelPredictor {
  /// The colour of each cluster, as on the screen: that of the class it stands for, else its own.
  fileprivate var colors: [RGB] {
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

  init(_ path: String, _ prediction: PixelPrediction, _ labels: [String]) {
    self.path = path
    map = prediction.map.path
    overlay = prediction.overlay.path
    shares = prediction.shares
    self.labels = labels
  }

  /// What the clusters are called; where several have one name, each has its number behind it.
  static func names(_ labels: [ClusterLabel], amongClasses: Bool) -> [String] {
    let texts = labels.map { $0.text(amongClasses: amongClasses) }
    return texts.enumerated().map { cluster, text in
      texts.count { $0 == text } > 1 ? "\(text) \(cluster)" : text
    }
  }

  static func header(_ labels: [String]) -> String {
    CSV(["path", "map", "overlay"] + labels).text
  }

  var csv: String {
    CSV([path, map, overlay] + shares.map { String(format: "%.4f", $0) }).text
  }
}
