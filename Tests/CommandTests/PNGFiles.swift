import CImageCodecs
import Foundation
import Testing

/// Writes a picture of `pixels`, `[height, width, channels]`, as PNG; folders above are made.
///
/// - Parameters:
///   - height: as many rows as `width` if nil.
///   - format: libpng's, which says what the channels are.
func writePNG(
  _ pixels: [UInt8], side width: Int = 28, height: Int? = nil, format: Int32 = PNG_FORMAT_GRAY,
  to url: URL
) throws {
  try FileManager.default.createDirectory(
    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
  var image = png_image()
  image.version = png_uint_32(PNG_IMAGE_VERSION)
  image.width = png_uint_32(width)
  image.height = png_uint_32(height ?? width)
  image.format = png_uint_32(format)
  defer { png_image_free(&image) }
  try #require(png_image_write_to_file(&image, url.path, 0, pixels, 0, nil) != 0)
}
