import CImageCodecs
import Foundation

/// Reads PNG and JPEG files, told apart by their first bytes, whatever they are called.
package enum ImageFile {
  /// Sides that are read, in pixels.
  package static let sides = 1...8192
  /// Files larger than this are not opened, in bytes.
  package static let largestFile = 256 << 20

  /// The image as grey levels: luminance of colours, transparent parts on black.
  ///
  /// Throws `DatasetError.unreadable` where the file is missing, no plain file, truncated or damaged,
  /// `.malformed` where it is no PNG or JPEG, or a side is out of range.
  package static func decodeGrey(path: String) throws(DatasetError) -> GreyImage {
    let bytes = try contents(path)
    if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      return try decodePNG(bytes, path: path)
    }
    if bytes.starts(with: [0xff, 0xd8, 0xff]) { return try decodeJPEG(bytes, path: path) }
    let start = bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    throw DatasetError.malformed(
      path: path, field: "content (offset 0)", found: bytes.isEmpty ? "nothing" : start,
      expected: "a PNG or JPEG image")
  }

  private static func contents(_ path: String) throws(DatasetError) -> [UInt8] {
    func unreadable(_ reason: String) -> DatasetError { .unreadable(path: path, reason: reason) }
    var status = stat()
    guard stat(path, &status) == 0 else { throw unreadable(String(cString: strerror(errno))) }
    // Before opening: a pipe would block.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw unreadable("it is a folder or a device, expected a file")
    }
    let size = Int(status.st_size)
    guard size <= largestFile else {
      throw unreadable("it has \(size) bytes, expected at most \(largestFile)")
    }
    guard let file = fopen(path, "rb") else { throw unreadable(String(cString: strerror(errno))) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: size)
    let count = bytes.withUnsafeMutableBytes { fread($0.baseAddress, 1, size, file) }
    guard count == size else { throw unreadable("\(count) bytes, expected \(size)") }
    return bytes
  }

  private static func checkSize(
    width: Int, height: Int, path: String
  ) throws(DatasetError) {
    guard sides.contains(width) && sides.contains(height) else {
      throw DatasetError.malformed(
        path: path, field: "size", found: "\(width)×\(height)",
        expected: "sides of \(sides.lowerBound)…\(sides.upperBound) pixels")
    }
  }

  private static func decodePNG(_ bytes: [UInt8], path: String) throws(DatasetError) -> GreyImage {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    func damaged() -> DatasetError {
      .unreadable(
        path: path, reason: "the PNG data is damaged: \(String(cString: imageMessage(&image)))")
    }
    // libpng reads from the bytes until the end of `png_image_finish_read`.
    return try bytes.withUnsafeBufferPointer { source throws(DatasetError) in
      guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0 else {
        throw damaged()
      }
      let (width, height) = (Int(image.width), Int(image.height))
      try checkSize(width: width, height: height, path: path)
      image.format = png_uint_32(PNG_FORMAT_GRAY)
      var black = png_color(red: 0, green: 0, blue: 0)
      var pixels = [UInt8](repeating: 0, count: width * height)
      let isComplete = pixels.withUnsafeMutableBytes {
        png_image_finish_read(&image, &black, $0.baseAddress, png_int_32(width), nil) != 0
      }
      guard isComplete else { throw damaged() }
      return GreyImage(width: width, height: height, pixels: pixels)
    }
  }

  private static func decodeJPEG(_ bytes: [UInt8], path: String) throws(DatasetError) -> GreyImage {
    guard let decoder = tjInitDecompress() else {
      throw DatasetError.unreadable(path: path, reason: "no memory for a JPEG decoder")
    }
    defer { tjDestroy(decoder) }
    func damaged() -> DatasetError {
      .unreadable(
        path: path,
        reason: "the JPEG data is damaged: \(String(cString: tjGetErrorStr2(decoder)))")
    }
    var (width, height): (Int32, Int32) = (0, 0)
    var (subsampling, colorSpace): (Int32, Int32) = (0, 0)
    guard
      tjDecompressHeader3(
        decoder, bytes, UInt(bytes.count), &width, &height, &subsampling, &colorSpace) == 0
    else { throw damaged() }
    try checkSize(width: Int(width), height: Int(height), path: path)
    var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height))
    // A truncated file is only a warning to TurboJPEG, and endless scans are not even that.
    let flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    guard
      tjDecompress2(
        decoder, bytes, UInt(bytes.count), &pixels, width, width, height,
        Int32(TJPF_GRAY.rawValue), flags) == 0
    else { throw damaged() }
    return GreyImage(width: Int(width), height: Int(height), pixels: pixels)
  }
}
