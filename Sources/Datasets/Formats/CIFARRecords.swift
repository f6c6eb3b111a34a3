/// Reads a file of CIFAR's binary releases: records of a byte for each kind of label, then the red,
/// the green and the blue plane of an image, row by row.
struct CIFARRecords {
  static let size = ImageSize(height: 32, width: 32, channels: 3)
  /// Records that are read at a time.
  private static let recordsPerPiece = 256

  /// One byte at the start of each record.
  struct LabelByte {
    /// What it is called in messages.
    let name: String
    /// The label is in 0..<classes.
    let classes: Int
  }

  /// Files of more records are not read: ten times what the releases' largest have.
  var mostRecords = 500_000
  /// `[count, 32, 32, 3]`.
  private(set) var pixels: [UInt8] = []
  private(set) var labels: [Int32] = []

  var count: Int { labels.count }

  /// Appends the images of a file.
  ///
  /// - Parameters:
  ///   - layout: the label bytes of a record.
  ///   - used: which of them is the label that is kept.
  /// - Throws: `DatasetError.malformed` where the size is not that of one to `mostRecords` whole
  ///   records, or a label of any kind is out of range; `.unreadable` where the file cannot be
  ///   read.
  mutating func append(
    path: String, layout: [LabelByte], used: Int
  ) throws(DatasetError) {
    let recordSize = layout.count + Self.size.byteCount
    var file = try CompressedFile(path: path)
    var byteCount = 0
    var problem: DatasetError?
    while true {
      let piece = try file.read(upTo: recordSize * Self.recordsPerPiece)
      if piece.isEmpty { break }
      // A wrong size says more about a file than a wrong label in it, so its end is looked for.
      if problem == nil {
        problem = Self.wrongLabel(
          in: piece, path: path, layout: layout, firstRecord: byteCount / recordSize)
      }
      byteCount += piece.count
      // A compressed file may hold any number of bytes.
      guard byteCount <= mostRecords * recordSize else {
        throw .malformed(
          path: path, field: "size", found: "more than \(mostRecords * recordSize) bytes",
          expected: "at most \(mostRecords) records of \(recordSize) bytes")
      }
      if problem == nil {
        append(piece, recordSize: recordSize, labelBytes: layout.count, used: used)
      }
    }
    guard byteCount >= recordSize && byteCount % recordSize == 0 else {
      throw .malformed(
        path: path, field: "size", found: "\(byteCount) bytes",
        expected:
          "a multiple of \(recordSize), \(layout.count) for the label and \(Self.size) pixels")
    }
    if let problem { throw problem }
  }

  /// The first label out of range in the whole records of `piece`.
  private static func wrongLabel(
    in piece: [UInt8], path: String, layout: [LabelByte], firstRecord: Int
  ) -> DatasetError? {
    let recordSize = layout.count + size.byteCount
    for record in 0..<piece.count / recordSize {
      for (index, byte) in layout.enumerated()
      where piece[record * recordSize + index] >= byte.classes {
        return .malformed(
          path: path, field: "\(byte.name) of record \(firstRecord + record)",
          found: "\(piece[record * recordSize + index])", expected: "0…\(byte.classes - 1)")
      }
    }
    return nil
  }

  /// Appends the whole records of `piece`, their planes interleaved.
  private mutating func append(
    _ piece: [UInt8], recordSize: Int, labelBytes: Int, used: Int
  ) {
    let count = piece.count / recordSize
    let size = Self.size
    let planeSize = size.height * size.width
    for record in 0..<count { labels.append(Int32(piece[record * recordSize + used])) }
    pixels += [UInt8](unsafeUninitializedCapacity: count * size.byteCount) { images, filled in
      piece.withUnsafeBufferPointer { piece in
        for record in 0..<count {
          let planes = record * recordSize + labelBytes
          let image = record * size.byteCount
          for pixel in 0..<planeSize {
            for channel in 0..<size.channels {
              images[image + pixel * size.channels + channel] =
                piece[planes + channel * planeSize + pixel]
            }
          }
        }
      }
      filled = count * size.byteCount
    }
  }
}
