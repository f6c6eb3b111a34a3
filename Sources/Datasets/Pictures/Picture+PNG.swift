import CImageCodecs

extension Picture {
  /// The picture as a PNG file's bytes. Requires 1, 3 or 4 channels.
  ///
  /// - Throws: `DatasetError.unwritable` with `path`, where the bytes were to go, if libpng fails.
  package func pngBytes(path: String) throws(DatasetError) -> [UInt8] {
    precondition(channels != 2, "2 channels, expected 1, 3 or 4")
    let (columns, rows) = (UInt32(width), UInt32(height))
    var message = [CChar](repeating: 0, count: 64)
    var isWritten = false
    let bytes = [UInt8](
      unsafeUninitializedCapacity: largestPNG(columns, rows, Int32(channels))
    ) { file, count in
      var size = file.count
      isWritten = encodePNG(
        pixels, columns, rows, Int32(channels), file.baseAddress, &size, &message)
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
