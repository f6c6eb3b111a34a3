import CImageCodecs

/// PNG files through libpng: every colour type and bit depth, interlaced or not.
enum PNGPicture {
  static func decode(
    _ bytes: [UInt8], path: String, _ lease: DecodingMemory.Lease? = nil
  ) throws(DatasetError) -> DecodedPicture {
    try PNGDecoding.run(bytes, path: path) { png throws(DatasetError) in
      let (decoder, source) = (png.decoder, png.source)
      guard openPNG(decoder, source.baseAddress, source.count) else { throw png.failure }
      let (width, height) = (Int(decoder.pointee.width), Int(decoder.pointee.height))
      let channels = Int(decoder.pointee.channels)
      try PictureFile.reserve(width: width, height: height, path: path, lease)
      var pixels = [UInt8](repeating: 0, count: width * height * channels)
      guard readPNG(decoder, &pixels) else { throw png.failure }
      let exif = UnsafeBufferPointer(
        start: decoder.pointee.exif, count: Int(decoder.pointee.exifSize))
      return DecodedPicture(
        picture: Picture(width: width, height: height, channels: channels, pixels: pixels),
        orientation: EXIF.orientation(exif),
        warnings: DecoderText.lines(decoderWarnings(&decoder.pointee.messages)).map {
          "the PNG data has a fault, all pixels are there: \($0)"
        })
    }
  }
}
