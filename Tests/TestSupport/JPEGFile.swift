import CImageCodecs
import Foundation

/// A JPEG file made by libjpeg.
package struct JPEGFile {
  package var width: Int
  package var height: Int
  /// How many samples a pixel of `samples` has, and what they are.
  package var channels: Int32 = 1
  package var space = JCS_GRAYSCALE
  /// What the file stores.
  package var stored = JCS_GRAYSCALE
  package var isProgressive = false
  package var hasAdobeMarker: Bool?
  package var exif: [UInt8] = []
  /// 1 to 100; libjpeg's own if nil.
  package var quality: Int32? = 97
  package var samples: [UInt8]

  package init(
    width: Int, height: Int, channels: Int32 = 1, space: J_COLOR_SPACE = JCS_GRAYSCALE,
    stored: J_COLOR_SPACE = JCS_GRAYSCALE, isProgressive: Bool = false,
    hasAdobeMarker: Bool? = nil, exif: [UInt8] = [], quality: Int32? = 97, samples: [UInt8]
  ) {
    self.width = width
    self.height = height
    self.channels = channels
    self.space = space
    self.stored = stored
    self.isProgressive = isProgressive
    self.hasAdobeMarker = hasAdobeMarker
    self.exif = exif
    self.quality = quality
    self.samples = samples
  }

  package var bytes: [UInt8] {
    let state = UnsafeMutablePointer<jpeg_compress_struct>.allocate(capacity: 1)
    let errors = UnsafeMutablePointer<jpeg_error_mgr>.allocate(capacity: 1)
    defer {
      jpeg_destroy_compress(state)
      state.deallocate()
      errors.deallocate()
    }
    state.initialize(to: jpeg_compress_struct())
    state.pointee.err = jpeg_std_error(errors)
    jpeg_CreateCompress(state, JPEG_LIB_VERSION, MemoryLayout<jpeg_compress_struct>.size)
    var buffer: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    jpeg_mem_dest(state, &buffer, &size)
    state.pointee.image_width = UInt32(width)
    state.pointee.image_height = UInt32(height)
    state.pointee.input_components = channels
    state.pointee.in_color_space = space
    jpeg_set_defaults(state)
    jpeg_set_colorspace(state, stored)
    if let quality { jpeg_set_quality(state, quality, 1) }
    if isProgressive { jpeg_simple_progression(state) }
    if let hasAdobeMarker { state.pointee.write_Adobe_marker = hasAdobeMarker ? 1 : 0 }
    jpeg_start_compress(state, 1)
    if !exif.isEmpty {
      let block = Array("Exif\0\0".utf8) + exif
      jpeg_write_marker(state, JPEG_APP0 + 1, block, UInt32(block.count))
    }
    var samples = samples
    samples.withUnsafeMutableBufferPointer { buffer in
      for y in 0..<height {
        var row: UnsafeMutablePointer<UInt8>? = buffer.baseAddress! + y * width * Int(channels)
        jpeg_write_scanlines(state, &row, 1)
      }
    }
    jpeg_finish_compress(state)
    defer { free(buffer) }
    return Array(UnsafeBufferPointer(start: buffer, count: Int(size)))
  }
}
