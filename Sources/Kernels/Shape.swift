/// The extent of a tensor `[N, H, W, C]`, laid out in memory as `[N/12, H, W, 12, channelStride]`:
/// twelve images side by side, so that each pixel is a small matrix (see `imageBlock`), the last
/// twelve filled up with images of zeros.
package struct Shape: Sendable, Equatable, CustomStringConvertible {
  package var images: Int
  package var height: Int
  package var width: Int
  package var channels: Int
  /// Floats from one image of a block to the next; the surplus over `channels` is zero.
  package var channelStride: Int

  /// `channelStride` defaults to `channels` rounded up to whole vectors.
  package init(images: Int, height: Int, width: Int, channels: Int, channelStride: Int? = nil) {
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
    self.channelStride = channelStride ?? padded(channels)
  }

  package var pixels: Int { height * width }
  /// Floats from one pixel to the next of the same image.
  package var pixelStride: Int { imageBlock * channelStride }
  /// Blocks of 12 images, the last one filled up with images of zeros.
  package var blocks: Int { (images + imageBlock - 1) / imageBlock }
  /// Floats of one block of images.
  package var floatsPerBlock: Int { pixels * pixelStride }
  /// Floats of the whole tensor, with what fills it up.
  package var count: Int { blocks * floatsPerBlock }

  /// The real images of a block.
  package func images(inBlock block: Int) -> Int { min(imageBlock, images - block * imageBlock) }

  /// The place of channel 0 of a pixel of an image.
  package func offset(image: Int, y: Int, x: Int) -> Int {
    (image / imageBlock * pixels + y * width + x) * pixelStride
      + image % imageBlock * channelStride
  }

  package var description: String { "[\(images), \(height), \(width), \(channels)]" }
}
