import Kernels

/// A dense `[N, H, W, C]` array of Doubles: what the naive layers compute with.
package struct NaiveMap: Sendable, Equatable {
  package let images: Int
  package let height: Int
  package let width: Int
  package let channels: Int
  package var values: [Double]

  /// Zeros.
  package init(images: Int, height: Int, width: Int, channels: Int) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
    values = Array(repeating: 0, count: images * height * width * channels)
  }

  /// Uniform in [−1, 1), each value exact in Float.
  package init(images: Int, height: Int, width: Int, channels: Int, seed: UInt64) {
    self.init(images: images, height: height, width: width, channels: channels)
    values = randomValues(values.count, seed: seed)
  }

  /// The place of an entry in `values`.
  package func index(_ image: Int, _ y: Int, _ x: Int, _ channel: Int) -> Int {
    ((image * height + y) * width + x) * channels + channel
  }

  package subscript(image: Int, y: Int, x: Int, channel: Int) -> Double {
    get { values[index(image, y, x, channel)] }
    set { values[index(image, y, x, channel)] = newValue }
  }

  /// Zeros of the same extent.
  package var zeros: NaiveMap {
    NaiveMap(images: images, height: height, width: width, channels: channels)
  }
}

/// `count` numbers uniform in [−1, 1), each exact in Float.
package func randomValues(_ count: Int, seed: UInt64) -> [Double] {
  var random = RandomStream(seed: seed, purpose: .samples)
  return (0..<count).map { _ in Double(random.uniform(-1, 1)) }
}

/// The largest absolute difference of two arrays over the largest absolute entry of `expected`;
/// NaN if any entry is, infinite if the counts differ.
package func relativeError(_ actual: [Double], _ expected: [Double]) -> Double {
  guard actual.count == expected.count else { return .infinity }
  var (worst, largest) = (0.0, 0.0)
  for (value, wanted) in zip(actual, expected) {
    let error = abs(value - wanted)
    if error.isNaN { return .nan }
    worst = max(worst, error)
    largest = max(largest, abs(wanted))
  }
  return worst == 0 ? 0 : worst / largest
}
