import Foundation

/// Files of text that a person has written beside pictures.
enum TextFile {
  /// Files larger than this are not read, in bytes: a million lines and more.
  static let largestFile = 64 << 20

  /// The file's text; nil if it is not there.
  ///
  /// - Parameter expected: what the file should hold, for messages.
  /// - Throws: `DatasetError` if the system does not read it, or it is too large or no UTF-8.
  static func read(_ path: PathBytes, expected: String) throws(DatasetError) -> String? {
    guard let file = path.withCString({ fopen($0, "rb") }) else {
      if errno == ENOENT { return nil }
      throw .unreadable(path: path.description, reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      bytes += chunk[..<count]
      guard bytes.count <= largestFile else {
        throw .malformed(
          path: path.description, field: "size", found: "more than \(largestFile) bytes",
          expected: expected)
      }
      if count < chunk.count { break }
    }
    guard ferror(file) == 0 else {
      throw .unreadable(path: path.description, reason: String(cString: strerror(errno)))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(
        path: path.description, field: "text", found: "bytes that are no UTF-8",
        expected: expected)
    }
    return text
  }
}
