import Foundation

/// Reads PNG, JPEG and WebP files, told apart by their first bytes, whatever they are called.
///
/// Samples become 8 bits a channel: a value means the same share of the brightest one at every bit
/// depth. Colour profiles and gamma are passed over on purpose: what counts is the stored value, as
/// in the data sets that others publish. Pictures are turned as their EXIF orientation says.
package enum PictureFile {
  /// Sides that are read, in pixels.
  package static let sides = 1...65_535
  /// Pixels of the largest picture that is read: 67 million, 256 MB with four channels.
  package static let mostPixels = 1 << 26
  /// Files larger than this are not opened, in bytes.
  package static let largestFile = 256 << 20
  /// The ends of names that pictures usually have, in lower case.
  package static let nameEndings = [".png", ".jpg", ".jpeg", ".webp"]

  /// The picture in a file. What a decoder said although all pixels are there is in `warnings`,
  /// each a line that begins with the path.
  ///
  /// Throws `DatasetError.refused` where the system does not read the file, `.unreadable` where it
  /// is no plain file, cut short or damaged, `.malformed` where it is none of the formats, or too
  /// large. Sizes are compared before memory is taken.
  package static func decode(
    path: String
  ) throws(DatasetError) -> (picture: Picture, warnings: [String]) {
    try decode(path: PathBytes(path))
  }

  /// The picture in a file whose name need not be UTF-8.
  ///
  /// - Parameter lease: reserves memory before it is taken; nil to take what is needed.
  package static func decode(
    path: PathBytes, lease: DecodingMemory.Lease? = nil
  ) throws(DatasetError) -> (picture: Picture, warnings: [String]) {
    try decode(contents(path, lease), path: path.description, lease: lease)
  }

  /// The picture in the bytes of a file. `path` is for messages.
  package static func decode(
    _ bytes: [UInt8], path: String, lease: DecodingMemory.Lease? = nil
  ) throws(DatasetError) -> (picture: Picture, warnings: [String]) {
    let decoded = try stored(bytes, path: path, lease: lease)
    return (
      decoded.picture.upright(orientation: decoded.orientation),
      decoded.warnings.map { "\(path): \($0)" }
    )
  }

  /// The picture in the bytes of a file as it lies there, not turned yet.
  static func stored(
    _ bytes: [UInt8], path: String, lease: DecodingMemory.Lease?
  ) throws(DatasetError) -> DecodedPicture {
    switch PictureContent(bytes) {
    case .png: return try PNGPicture.decode(bytes, path: path, lease)
    case .jpeg: return try JPEGPicture.decode(bytes, path: path, lease)
    case .webp: return try WebPPicture.decode(bytes, path: path, lease)
    case .other(let description):
      throw DatasetError.malformed(
        path: path, field: "content", found: description, expected: "PNG, JPEG or WebP")
    }
  }

  /// Reserves the memory for a picture of these sides and what is made of it.
  ///
  /// - Parameter bytesPerPixel: what decoding takes; or turning a picture with alpha, which needs
  ///   eight.
  /// - Throws: `DatasetError.malformed` where the picture is larger than what is read.
  static func reserve(
    width: Int, height: Int, bytesPerPixel: Int = 8, path: String, _ lease: DecodingMemory.Lease?
  ) throws(DatasetError) {
    guard sides.contains(width) && sides.contains(height) else {
      throw DatasetError.malformed(
        path: path, field: "size", found: "\(width)×\(height)",
        expected: "sides of \(sides.lowerBound)…\(sides.upperBound) pixels")
    }
    guard width * height <= mostPixels else {
      throw DatasetError.malformed(
        path: path, field: "size", found: "\(width)×\(height)",
        expected: "at most \(mostPixels) pixels")
    }
    lease?.reserveDecoder(width * height * bytesPerPixel)
  }

  /// The bytes of a file.
  ///
  /// - Throws: `DatasetError` if the system does not read it, or it is no plain file or too large.
  static func contents(
    _ path: PathBytes, _ lease: DecodingMemory.Lease?
  ) throws(DatasetError) -> [UInt8] {
    func unreadable(_ reason: String) -> DatasetError {
      .unreadable(path: path.description, reason: reason)
    }
    func refused(_ number: Int32) -> DatasetError {
      .refused(path: path.description, number: number)
    }
    // A pipe must not block.
    let file = path.withCString { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard file >= 0 else { throw refused(errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw refused(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw unreadable("it is a folder or a device, expected a file")
    }
    let size = Int(status.st_size)
    guard size <= largestFile else {
      throw unreadable("it has \(size) bytes, expected at most \(largestFile)")
    }
    lease?.reserveFile(size)
    var failure: Int32?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = read(file, buffer.baseAddress! + count, size - count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    if let failure { throw refused(failure) }
    guard bytes.count == size else { throw unreadable("\(bytes.count) bytes, expected \(size)") }
    return bytes
  }
}

/// What a format's reader found: the picture as it is stored, and how to turn it.
struct DecodedPicture {
  var picture: Picture
  /// EXIF's number, 1…8.
  var orientation = 1
  /// A line each, without the path.
  var warnings: [String] = []
}
