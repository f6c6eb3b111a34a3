import CImageCodecs

/// A libpng decoder at work on the bytes of a file.
struct PNGDecoding {
  let decoder: UnsafeMutablePointer<PNGDecoder>
  let source: UnsafeBufferPointer<UInt8>
  private let path: String

  /// Calls `body` with a decoder that lives as long as the call; libpng keeps its address.
  static func run<Result>(
    _ bytes: [UInt8], path: String, _ body: (PNGDecoding) throws(DatasetError) -> Result
  ) throws(DatasetError) -> Result {
    let decoder = UnsafeMutablePointer<PNGDecoder>.allocate(capacity: 1)
    decoder.initialize(to: PNGDecoder())
    defer {
      closePNG(decoder)
      decoder.deallocate()
    }
    return try bytes.withUnsafeBufferPointer { source throws(DatasetError) in
      try body(PNGDecoding(decoder: decoder, source: source, path: path))
    }
  }

  /// What the decoder said of its failure.
  var failure: DatasetError {
    let said = DecoderText.line(decoderError(&decoder.pointee.messages))
    return .unreadable(path: path, reason: DecoderText.reason(format: "PNG", said))
  }
}
