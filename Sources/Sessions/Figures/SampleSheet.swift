import Datasets
import Snapshots

/// The run's sample images, each beside a bar for each cluster's probability, as in the paper's
/// Figure 5; where pixels are clustered, beside a map of their clusters and one of their classes.
package struct SampleSheet {
  private let subHead: SubHeadEvaluation
  private let samples: SampleImages
  private let classNames: [String]
  /// The clusters from left to right.
  private let order: [Int]
  /// Of the images, brought to about 64 pixels.
  private let tileWidth: Int
  private let tileHeight: Int

  private static let ground: [UInt8] = [24, 24, 28]
  private static let text: [UInt8] = [240, 240, 240]
  private static let truth: [UInt8] = [80, 200, 120]
  private static let wrong: [UInt8] = [224, 80, 72]
  private static let other: [UInt8] = [88, 136, 216]
  private static let chosen: [UInt8] = [230, 180, 60]
  private static let gap = 4
  private static let margin = 10
  private static let caption = BitmapFont.height + 4
  /// Of the whole sheet, at most, unless one sample is wider.
  private static let longestRow = 1200

  package init(_ subHead: SubHeadEvaluation, of samples: SampleImages, classNames: [String]) {
    self.subHead = subHead
    self.samples = samples
    self.classNames = classNames
    order = subHead.clustersByClass
    let longest = max(samples.width, samples.height, 1)
    if longest <= 96 {
      let scale = max(1, 64 / longest)
      (tileWidth, tileHeight) = (samples.width * scale, samples.height * scale)
    } else {
      tileWidth = max(1, samples.width * 96 / longest)
      tileHeight = max(1, samples.height * 96 / longest)
    }
  }

  /// Samples that there is something to show of.
  private var count: Int {
    guard samples.width > 0, samples.height > 0, (1...4).contains(samples.channels),
      subHead.clusters > 0
    else { return 0 }
    return subHead.hasMaps
      ? min(samples.count, subHead.sampleMaps.count / (samples.width * samples.height))
      : min(samples.count, subHead.sampleProbabilities.count / subHead.clusters)
  }

  /// A bar and what is free behind it.
  private var barWidth: Int { max(1, min(10, 160 / subHead.clusters)) }

  /// What stands to the right of an image.
  private var figureWidth: Int {
    guard subHead.hasMaps else { return subHead.clusters * barWidth }
    return samples.labelMaps.isEmpty ? tileWidth : 2 * tileWidth + Self.gap
  }

  /// Red, green, blue; nil if there is nothing to show.
  package func picture() -> Picture? {
    guard count > 0 else { return nil }
    let width = tileWidth + Self.gap + figureWidth + Self.margin
    let height = Self.caption + tileHeight + Self.margin
    let columns = min(count, max(1, Self.longestRow / width))
    let rows = (count + columns - 1) / columns
    var canvas = Canvas(
      width: Self.margin + columns * width, height: Self.margin + rows * height,
      ground: Self.ground)
    for sample in 0..<count {
      let x = Self.margin + sample % columns * width
      let y = Self.margin + sample / columns * height
      let top = y + Self.caption
      canvas.draw(image(sample), x: x, y: top)
      let figure = x + tileWidth + Self.gap
      if subHead.hasMaps {
        canvas.draw(map(subHead.sampleMaps, sample, areClusters: true), x: figure, y: top)
        if !samples.labelMaps.isEmpty {
          canvas.draw(
            map(samples.labelMaps, sample, areClusters: false),
            x: figure + tileWidth + Self.gap, y: top)
        }
      } else {
        drawBars(sample, x: figure, y: top, limit: x + width - Self.margin, into: &canvas)
      }
    }
    return Picture(width: canvas.width, height: canvas.height, channels: 3, pixels: canvas.pixels)
  }

  private func image(_ sample: Int) -> Picture {
    let bytes = samples.width * samples.height * samples.channels
    var pixels = Array(samples.pixels[sample * bytes..<(sample + 1) * bytes])
    // A fourth channel is infrared.
    if samples.channels == 4 {
      pixels = stride(from: 0, to: pixels.count, by: 4).flatMap { pixels[$0..<$0 + 3] }
    }
    let picture = Picture(
      width: samples.width, height: samples.height, channels: min(3, samples.channels),
      pixels: pixels)
    return tile(picture.converted(to: 3, ground: 0))
  }

  private func tile(_ picture: Picture) -> Picture {
    tileWidth >= picture.width && tileWidth % picture.width == 0
      ? picture.enlarged(by: tileWidth / picture.width)
      : picture.fitted(width: tileWidth, height: tileHeight, ground: 0)
  }

  /// The caption, and the bars, in the order of their classes: green for clusters of the image's
  /// class, red for a wrong prediction, blue for the others. Without classes the prediction alone
  /// stands out.
  private func drawBars(
    _ sample: Int, x: Int, y: Int, limit: Int, into canvas: inout Canvas
  ) {
    let clusters = subHead.clusters
    let row = Array(subHead.sampleProbabilities[sample * clusters..<(sample + 1) * clusters])
    let predicted = row.indices.max { row[$0] < row[$1] } ?? 0
    let classes = subHead.scores?.classOfCluster
    let label = classes == nil ? -1 : samples.labels[sample]
    let name = classes.map { Self.name($0[predicted], classNames) } ?? "\(predicted)"
    let isRight = label >= 0 && classes?[predicted] == label
    let percent = row[predicted].isFinite ? "\(Int((row[predicted] * 100).rounded()))%" : "?"
    var end = x - Self.gap - tileWidth
    let line = y - Self.caption
    if label >= 0 {
      end = canvas.write(
        Self.name(label, classNames), x: end, y: line, limit: limit, Self.truth, scale: 1)
      end += BitmapFont.width + 1
    }
    if !isRight {
      end = canvas.write(
        "> \(name)", x: end, y: line, limit: limit, label >= 0 ? Self.wrong : Self.chosen, scale: 1)
      end += BitmapFont.width + 1
    }
    canvas.write(percent, x: end, y: line, limit: limit, Self.text, scale: 1)
    for (place, cluster) in order.enumerated() {
      // NaN is nothing.
      let height = Int((min(max(0, row[cluster]), 1) * Float(tileHeight)).rounded())
      let isTruth = label >= 0 && classes?[cluster] == label
      let color =
        isTruth
        ? Self.truth
        : cluster != predicted ? Self.other : label >= 0 ? Self.wrong : Self.chosen
      canvas.fill(
        x: x + place * barWidth, y: y + tileHeight - max(1, height),
        width: max(1, barWidth - 1), height: max(1, height), color)
    }
  }

  private static func name(_ label: Int, _ names: [String]) -> String {
    names.indices.contains(label) ? names[label] : label < 0 ? "?" : "\(label)"
  }

  /// A class has one colour in both maps; a cluster without a class has its own.
  private func map(_ values: [UInt8], _ sample: Int, areClusters: Bool) -> Picture {
    let size = samples.width * samples.height
    let classes = areClusters ? subHead.scores?.classOfCluster : nil
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * size)
    for value in values[sample * size..<(sample + 1) * size] {
      guard value != SampleImages.noClass else {
        pixels += [0, 0, 0]
        continue
      }
      var place = Int(value)
      if areClusters {
        let own = classes.flatMap { $0.indices.contains(place) ? $0[place] : nil } ?? -1
        place = own >= 0 ? own : classNames.count + place
      }
      pixels += Self.color(place)
    }
    return tile(Picture(width: samples.width, height: samples.height, channels: 3, pixels: pixels))
  }

  /// Colours that follow each other differ most: each turns on by the golden ratio.
  private static func color(_ place: Int) -> [UInt8] {
    let turn = (Double(place) * 0.618_034).truncatingRemainder(dividingBy: 1) * 6
    return [5.0, 3.0, 1.0].map { offset in
      let part = (offset + turn).truncatingRemainder(dividingBy: 6)
      let share = max(0, min(part, 4 - part, 1))
      return UInt8(230 - 170 * share)
    }
  }
}
