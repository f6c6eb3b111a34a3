import Kernels

/// Maps `[images, channels, height, width]`, each one contiguous: what a head for segmentation puts
/// out and its loss works on. Copies share the memory.
package struct PlanarMaps: Sendable {
  package let images: Int
  package let channels: Int
  package let height: Int
  package let width: Int
  package let buffer: FloatBuffer

  /// Zeros if no buffer is given, else its first floats.
  package init(images: Int, channels: Int, height: Int, width: Int, buffer: FloatBuffer? = nil) {
    let count = images * channels * height * width
    self.images = images
    self.channels = channels
    self.height = height
    self.width = width
    self.buffer = buffer ?? FloatBuffer(count: count)
    precondition(self.buffer.count >= count, "\(self.buffer.count) floats for \(self)")
  }

  package var pixels: Int { height * width }
  package var count: Int { images * channels * pixels }

  /// The map of one channel of one image, `[height, width]`.
  package func plane(_ image: Int, _ channel: Int) -> UnsafeMutablePointer<Float> {
    buffer.pointer + (image * channels + channel) * pixels
  }
}
