/// What the pictures of a data set look like, to tell when somebody's own do not look like them.
package struct TypicalPictures: Sendable {
  /// The value that most of the border has, 0…255: the median of the border's samples in all
  /// channels. Transparent parts lie on it, and what a picture leaves open around it is filled with
  /// it.
  package let ground: UInt8
  /// Mean and standard deviation of the pictures' mean luminances, 0…255.
  private let brightness: (mean: Double, deviation: Double)
  /// The median of the standard deviations of luminance within each picture, 0…255.
  private let contrast: Double

  /// - Parameter pixels: `[pictures, height, width, channels]`, 0…255. Requires at least one
  ///   picture.
  package init(pixels: [UInt8], width: Int, height: Int, channels: Int) {
    let count = width * height * channels
    precondition(
      count > 0 && !pixels.isEmpty && pixels.count.isMultiple(of: count),
      "\(pixels.count) bytes for pictures of [\(height), \(width), \(channels)]")
    var border = [Int](repeating: 0, count: 256)
    var levels: [(mean: Double, deviation: Double)] = []
    for first in stride(from: 0, to: pixels.count, by: count) {
      let picture = Picture(
        width: width, height: height, channels: channels,
        pixels: Array(pixels[first..<first + count])
      )
      for y in 0..<height {
        for x in 0..<width where x == 0 || y == 0 || x == width - 1 || y == height - 1 {
          for channel in 0..<channels {
            border[Int(picture.pixels[(y * width + x) * channels + channel])] += 1
          }
        }
      }
      levels.append(Self.levels(picture))
    }
    let half = border.reduce(0, +) / 2
    var seen = 0
    ground = UInt8(
      border.firstIndex {
        seen += $0
        return seen > half
      } ?? 0)
    let mean = levels.reduce(0) { $0 + $1.mean } / Double(levels.count)
    let variance = levels.reduce(0) { $0 + ($1.mean - mean) * ($1.mean - mean) }
    brightness = (mean, (variance / Double(levels.count)).squareRoot())
    contrast = levels.map(\.deviation).sorted()[levels.count / 2]
  }

  /// Why this picture is unlike all of the data set's, in half a sentence; nil if it is not.
  ///
  /// It is blank if its contrast is at most a twentieth of what is usual. Its brightness is odd if
  /// it is further from the mean than four standard deviations and 32 levels.
  package func oddity(of picture: Picture) -> String? {
    let levels = Self.levels(picture.converted(to: 1, ground: ground))
    func rounded(_ value: Double) -> Int { Int(value.rounded()) }
    if !(levels.deviation > max(0.5, contrast / 20)) {
      return "it is blank, brightness \(rounded(levels.mean)) all over"
    }
    let limit = max(4 * brightness.deviation, 32)
    if abs(levels.mean - brightness.mean) <= limit { return nil }
    return "its mean brightness is \(rounded(levels.mean)), the run's own pictures have "
      + "\(rounded(brightness.mean)) ± \(rounded(brightness.deviation))"
  }

  /// Mean and standard deviation of a picture's luminance.
  private static func levels(_ picture: Picture) -> (mean: Double, deviation: Double) {
    let grey = picture.converted(to: 1, ground: 0).pixels
    var (sum, squares) = (0, 0)
    for value in grey {
      sum += Int(value)
      squares += Int(value) * Int(value)
    }
    let mean = Double(sum) / Double(grey.count)
    return (mean, max(0, Double(squares) / Double(grey.count) - mean * mean).squareRoot())
  }
}
