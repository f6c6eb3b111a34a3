import CZlib
import Foundation

/// A file read from front to back, plain or gzip alike.
struct CompressedFile: ~Copyable {
  private let handle: gzFile
  private let path: String

  /// Opens the file. Throws `DatasetError.unreadable` where it is missing, a folder, or not readable.
  init(path: String) throws(DatasetError) {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
      isDirectory.boolValue
    {
      throw DatasetError.unreadable(path: path, reason: "it is a folder")
    }
    errno = 0
    guard let handle = gzopen(path, "rb") else {
      let reason = errno == 0 ? "out of memory" : String(cString: strerror(errno))
      throw DatasetError.unreadable(path: path, reason: reason)
    }
    gzbuffer(handle, 1 << 16)
    self.handle = handle
    self.path = path
  }

  deinit { gzclose_r(handle) }

  /// Reads up to `count` bytes; fewer only at the end of the data. Memory grows with what is there,
  /// not with what is asked for.
  ///
  /// Throws `DatasetError.unreadable` where the disk fails, or where a gzip stream is damaged or ends
  /// early.
  mutating func read(upTo count: Int) throws(DatasetError) -> [UInt8] {
    let chunk = 1 << 20
    var bytes: [UInt8] = []
    while bytes.count < count {
      let wanted = min(chunk, count - bytes.count)
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: wanted))
      let got = bytes.withUnsafeMutableBytes { buffer in
        Int(gzread(handle, buffer.baseAddress! + start, UInt32(wanted)))
      }
      try checkError()
      bytes.removeLast(wanted - max(got, 0))
      if got < wanted { break }
    }
    return bytes
  }

  /// Throws what zlib reports, a gzip stream that ends early included.
  private func checkError() throws(DatasetError) {
    var code: Int32 = Z_OK
    guard let message = gzerror(handle, &code), code != Z_OK else { return }
    let reason: String
    switch code {
    case Z_ERRNO: reason = String(cString: strerror(errno))
    case Z_BUF_ERROR: reason = "the gzip data ends early, expected more"
    default: reason = "the gzip data is damaged (\(String(cString: message)))"
    }
    throw DatasetError.unreadable(path: path, reason: reason)
  }
}
