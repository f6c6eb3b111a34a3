import CImageCodecs

extension Picture {
  /// The picture as a PNG file's bytes. Requires 1, 3 or 4 channels.
  ///
  /// - Throws: `DatasetError.unwritable` with `path`, where the bytes were to go, if libpng fails.
  package func pngBytes(path: String) throws(DatasetError) -> [UInt8] {
    precondition(channels != 2, "2 channels, expected 1, 3 or 4")
    return try encoded(path: path) { columns, rows, file, size, message in
      encodePNG(pixels, columns, rows, Int32(channels), file, size, message)
    }
  }

  /// The picture, of one channel, as the bytes of a PNG file with a palette: each value an index
  /// into `colors`. Requires 1 to 256 colours, and values of which there is one.
  ///
  /// - Throws: as `pngBytes(path:)`.
  package func pngBytes(
    path: String, colors: [(red: UInt8, green: UInt8, blue: UInt8)]
  ) throws(DatasetError) -> [UInt8] {
    precondition(channels == 1 && (1...256).contains(colors.count), "\(colors.count) colours")
    precondition(pixels.allSatisfy { Int($0) < colors.count }, "an index beyond the palette")
    let palette = colors.flatMap { [$0.red, $0.green, $0.blue] }
    return try encoded(path: path) { columns, rows, file, size, message in
      encodeIndexedPNG(
        pixels, columns, rows, palette, UInt32(colors.count), file, size, message)
    }
  }

  private func encoded(
    path: String,
    _ encode: (
      _ columns: UInt32, _ rows: UInt32, _ file: UnsafeMutablePointer<UInt8>?,
      _ size: UnsafeMutablePointer<Int>, _ message: UnsafeMutablePointer<CChar>
    ) -> Bool
  ) throws(DatasetError) -> [UInt8] {
    let (columns, rows) = (UInt32(width), UInt32(height))
    var message = [CChar](repeating: 0, count: 64)
    var isWritten = false
    let bytes = [UInt8](
      // A palette has a chunk of its own.
      unsafeUninitializedCapacity: largestPNG(columns, rows, Int32(channels)) + 12 + 3 * 256
    ) { file, count in
      var size = file.count
      isWritten = encode(columns, rows, file.baseAddress, &size, &message)
      count = isWritten ? size : 0
    }
    guard isWritten else {
      let reason = String(
        decoding: message.map { UInt8(bitPattern: $0) }.prefix { $0 != 0 }, as: UTF8.self)
      throw .unwritable(path: path, reason: reason)
    }
    return bytes
  }
}
