import CImageCodecs

/// A TIFF file's rows, one after the other: aerial pictures are too large to have all pixels of
/// several at once.
package final class TIFFRows {
  package let width: Int
  package let height: Int
  package let channels: Int
  let path: String
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private let decoder: UnsafeMutablePointer<TIFFDecoder>
  /// The row that comes next.
  private(set) var position = 0

  /// - Throws: `DatasetError` for what cannot be read, or is no TIFF of RGB and perhaps more
  ///   channels, 8 bits each.
  package init(_ path: PathBytes) throws(DatasetError) {
    let contents = try PictureFile.contents(path, nil)
    // libtiff keeps both addresses.
    bytes = .allocate(capacity: contents.count)
    _ = bytes.initialize(from: contents)
    decoder = .allocate(capacity: 1)
    decoder.initialize(to: TIFFDecoder())
    self.path = path.description
    let isOpen = openTIFF(decoder, bytes.baseAddress, bytes.count)
    width = Int(decoder.pointee.width)
    height = Int(decoder.pointee.height)
    channels = Int(decoder.pointee.channels)
    // What is thrown from here on runs `deinit`.
    guard isOpen else { throw failure() }
    try PictureFile.reserve(width: width, height: height, path: self.path, nil)
  }

  deinit {
    closeTIFF(decoder)
    decoder.deallocate()
    bytes.deallocate()
  }

  private func failure() -> DatasetError {
    let said = DecoderText.line(tiffDecoderMessage(decoder))
    return .unreadable(path: path, reason: DecoderText.reason(format: "TIFF", said))
  }

  /// The next rows, `[count, width, channels]`. Requires as many to be left.
  package func next(_ count: Int) throws(DatasetError) -> [UInt8] {
    precondition(position + count <= height, "rows \(position)…\(position + count) of \(height)")
    let rowSize = width * channels
    var rows = [UInt8](repeating: 0, count: count * rowSize)
    let isRead = rows.withUnsafeMutableBufferPointer { rows in
      (0..<count).allSatisfy { row in
        rows.baseAddress.map {
          readTIFFRow(decoder, $0 + row * rowSize, UInt32(position + row))
        } ?? true
      }
    }
    guard isRead else { throw failure() }
    position += count
    return rows
  }
}
