/// By what the data that a run learns from are known again.
package struct DataIdentity: Sendable, Codable, Equatable, CustomStringConvertible {
  /// All of them, with labels or without.
  package var images: Int
  /// Of an image, or of the smallest.
  package var height: Int
  package var width: Int
  package var channels: Int
  /// Of labels and pixels.
  package var checksum: String

  package init(images: Int, height: Int, width: Int, channels: Int, checksum: String) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
    self.checksum = checksum
  }

  /// Such as "5,000 images of 28×28×1, checksum 1a2b3c4d" without the comma.
  package var description: String {
    "\(images) images of \(height)×\(width)×\(channels), checksum \(checksum)"
  }
}
