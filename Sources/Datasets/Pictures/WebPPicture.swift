import CImageCodecs

/// WebP files through libwebp: lossy and lossless, with and without alpha; the first frame of
/// animations.
enum WebPPicture {
  static func decode(
    _ bytes: [UInt8], path: String, _ lease: DecodingMemory.Lease? = nil
  ) throws(DatasetError) -> DecodedPicture {
    try bytes.withUnsafeBufferPointer { source throws(DatasetError) in
      try decode(
        WebPData(bytes: source.baseAddress, size: source.count), path: path, lease)
    }
  }

  private static func decode(
    _ source: WebPData, path: String, _ lease: DecodingMemory.Lease?
  ) throws(DatasetError) -> DecodedPicture {
    func damaged(_ reason: String) -> DatasetError {
      .unreadable(path: path, reason: "the WebP data is damaged: \(reason)")
    }
    var source = source
    var state = WEBP_DEMUX_PARSE_ERROR
    guard let file = WebPDemuxPartial(&source, &state) else { throw damaged("its header is wrong") }
    defer { WebPDemuxDelete(file) }
    guard state == WEBP_DEMUX_DONE else { throw damaged("it ends early") }
    let width = Int(WebPDemuxGetI(file, WEBP_FF_CANVAS_WIDTH))
    let height = Int(WebPDemuxGetI(file, WEBP_FF_CANVAS_HEIGHT))
    try PictureFile.reserve(width: width, height: height, path: path, lease)

    var frame = WebPIterator()
    guard WebPDemuxGetFrame(file, 1, &frame) != 0 else { throw damaged("it has no picture") }
    defer { WebPDemuxReleaseIterator(&frame) }
    var features = WebPBitstreamFeatures()
    guard WebPGetFeatures(frame.fragment.bytes, frame.fragment.size, &features) == VP8_STATUS_OK
    else { throw damaged("the picture's header is wrong") }
    let (left, top) = (Int(frame.x_offset), Int(frame.y_offset))
    let (frameWidth, frameHeight) = (Int(features.width), Int(features.height))
    guard left >= 0 && top >= 0 && left + frameWidth <= width && top + frameHeight <= height else {
      throw damaged("a frame of \(frameWidth)×\(frameHeight) lies outside \(width)×\(height)")
    }
    let isWhole = (frameWidth, frameHeight) == (width, height)
    // What a smaller frame leaves open is transparent.
    let channels = features.has_alpha != 0 || !isWhole ? 4 : 3
    var pixels = [UInt8](repeating: 0, count: width * height * channels)
    let stride = width * channels
    let isRead = pixels.withUnsafeMutableBufferPointer { target in
      let decode = channels == 4 ? WebPDecodeRGBAInto : WebPDecodeRGBInto
      let offset = top * stride + left * channels
      return decode(
        frame.fragment.bytes, frame.fragment.size, target.baseAddress! + offset,
        target.count - offset, Int32(stride)) != nil
    }
    guard isRead else { throw damaged("its pixels cannot be decoded") }
    let frames = WebPDemuxGetI(file, WEBP_FF_FRAME_COUNT)
    return DecodedPicture(
      picture: Picture(width: width, height: height, channels: channels, pixels: pixels),
      orientation: orientation(file),
      warnings: frames > 1 ? ["an animation of \(frames) frames, of which the first is taken"] : [])
  }

  private static func orientation(_ file: OpaquePointer) -> Int {
    var chunk = WebPChunkIterator()
    guard WebPDemuxGetChunk(file, "EXIF", 1, &chunk) != 0 else { return 1 }
    defer { WebPDemuxReleaseChunkIterator(&chunk) }
    return EXIF.orientation(UnsafeBufferPointer(start: chunk.chunk.bytes, count: chunk.chunk.size))
  }
}
