import CZlib
import Synchronization

extension ImageDataset {
  /// Beyond so many bytes of pixels, evenly spread images stand for all.
  private static let mostBytes = 256 << 20

  /// A checksum of labels and pixels, by which other data are known for what they are: eight
  /// hexadecimal digits.
  ///
  /// All labels count, and all pixels up to 256 MiB; of more, as many images as that are, evenly
  /// spread.
  package var checksum: String {
    knownChecksum.value.withLock { known in
      let checksum = known ?? computedChecksum
      known = checksum
      return checksum
    }
  }

  private var computedChecksum: String {
    var value = labels.withUnsafeBytes { crc32_z(0, $0.baseAddress, $0.count) }
    let bytes = max(1, size.height * size.width * size.channels)
    let images = max(1, min(count, Self.mostBytes / bytes))
    for place in 0..<min(images, count) {
      let image = place * count / images
      let size = source.size(of: image)
      source.withPixels(of: image) { pixels in
        value = crc32_z(value, pixels, size.height * size.width * size.channels)
      }
      labelMaps?.withLabels(of: image) { labels in
        value = crc32_z(value, labels, size.height * size.width)
      }
    }
    let digits = String(UInt32(truncatingIfNeeded: value), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// A checksum once somebody has asked for it; all copies of a data set share it.
final class KnownChecksum: Sendable {
  let value = Mutex<String?>(nil)
}
