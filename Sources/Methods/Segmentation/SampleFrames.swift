import Datasets
import Snapshots

/// The pictures of a run that the screen shows, each made to fit one small frame.
package struct SampleFrames: Sendable {
  /// Indices into the data set.
  package let images: [Int]
  package let width: Int
  package let height: Int
  private let dataset: ImageDataset

  /// The longer side of a frame is at most this, in pixels: a screen has few.
  private static let longest = 96
  /// And the shorter one at least this, where the picture has as many: the screen draws a frame
  /// smaller still, and a line would vanish.
  private static let shortest = 8

  package init(_ images: [Int], of dataset: ImageDataset) {
    self.images = images
    self.dataset = dataset
    let sizes = images.map { Self.fitted(dataset.source.size(of: $0)) }
    width = sizes.map(\.width).max() ?? 0
    height = sizes.map(\.height).max() ?? 0
  }

  private static func fitted(_ size: ImageSize) -> ImageSize {
    let factor = min(1, Double(longest) / Double(max(size.width, size.height)))
    var fitted = size
    func scaled(_ side: Int) -> Int {
      max(min(side, shortest), Int((Double(side) * factor).rounded()))
    }
    fitted.width = scaled(size.width)
    fitted.height = scaled(size.height)
    return fitted
  }

  /// A map of a picture's pixels, `[height, width]` of the picture, in the frame: the nearest pixel
  /// for each, `SampleImages.noClass` outside.
  package func frame(_ map: UnsafePointer<UInt8>, of image: Int) -> [UInt8] {
    let size = dataset.source.size(of: image)
    return place(size, into: [UInt8](repeating: SampleImages.noClass, count: width * height)) {
      frame, target, rows, columns in
      frame[target] =
        map[
          (rows.lowerBound + rows.upperBound) / 2 * size.width
            + (columns.lowerBound + columns.upperBound) / 2]
    }
  }

  /// The pictures and the classes of their pixels, in frames.
  package var snapshot: SampleImages {
    let channels = dataset.channels
    var pixels: [UInt8] = []
    var labelMaps: [UInt8] = []
    for image in images {
      let size = dataset.source.size(of: image)
      pixels += dataset.source.withPixels(of: image) { source in
        let black = [UInt8](repeating: 0, count: width * height * channels)
        return place(size, into: black) { frame, target, rows, columns in
          for channel in 0..<channels {
            var sum = 0
            for y in rows {
              for x in columns { sum += Int(source[(y * size.width + x) * channels + channel]) }
            }
            frame[target * channels + channel] = UInt8(sum / (rows.count * columns.count))
          }
        }
      }
      if let maps = dataset.labelMaps {
        labelMaps += maps.withLabels(of: image) { frame($0, of: image) }
      }
    }
    return SampleImages(
      width: width, height: height, channels: channels, pixels: pixels,
      labels: Array(repeating: -1, count: images.count), labelMaps: labelMaps)
  }

  /// Calls `body` for each pixel of the picture in the middle of the frame, with the rows and the
  /// columns of the picture that it stands for.
  private func place(
    _ size: ImageSize, into frame: [UInt8],
    _ body: (_ frame: inout [UInt8], _ target: Int, _ rows: Range<Int>, _ columns: Range<Int>) ->
      Void
  ) -> [UInt8] {
    var frame = frame
    let fitted = Self.fitted(size)
    let (left, top) = ((width - fitted.width) / 2, (height - fitted.height) / 2)
    for y in 0..<fitted.height {
      let rows = y * size.height / fitted.height..<(y + 1) * size.height / fitted.height
      for x in 0..<fitted.width {
        let columns = x * size.width / fitted.width..<(x + 1) * size.width / fitted.width
        body(&frame, (top + y) * width + left + x, rows, columns)
      }
    }
    return frame
  }
}
