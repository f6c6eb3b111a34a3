import CImageCodecs

/// JPEG files through libjpeg: grey, colour, CMYK and YCCK; sequential and progressive.
enum JPEGPicture {
  static func decode(
    _ bytes: [UInt8], path: String, _ lease: DecodingMemory.Lease? = nil
  ) throws(DatasetError) -> DecodedPicture {
    // libjpeg keeps its address.
    let decoder = UnsafeMutablePointer<JPEGDecoder>.allocate(capacity: 1)
    decoder.initialize(to: JPEGDecoder())
    defer {
      closeJPEG(decoder)
      decoder.deallocate()
    }
    func failure() -> DatasetError {
      let said = DecoderText.line(decoderError(&decoder.pointee.messages))
      return .unreadable(path: path, reason: DecoderText.reason(format: "JPEG", said))
    }
    return try bytes.withUnsafeBufferPointer { source throws(DatasetError) in
      guard openJPEG(decoder, source.baseAddress, source.count) else { throw failure() }
      let (width, height) = (Int(decoder.pointee.width), Int(decoder.pointee.height))
      let channels = Int(decoder.pointee.channels)
      // Of several scans libjpeg keeps all coefficients.
      let hasScans = jpeg_has_multiple_scans(&decoder.pointee.state) != 0
      try PictureFile.reserve(
        width: width, height: height,
        bytesPerPixel: hasScans ? DecodingMemory.mostBytesPerPixel : 8, path: path, lease)
      var pixels = [UInt8](repeating: 0, count: width * height * channels)
      let orientation = EXIF.orientation(
        UnsafeBufferPointer(start: decoder.pointee.exif, count: Int(decoder.pointee.exifSize)))
      guard readJPEG(decoder, &pixels) else { throw failure() }
      return DecodedPicture(
        picture: Picture(width: width, height: height, channels: channels, pixels: pixels),
        orientation: orientation,
        warnings: DecoderText.lines(decoderWarnings(&decoder.pointee.messages)).map {
          "the JPEG data has a fault, all pixels are there: \($0)"
        })
    }
  }
}
