import CZlib
import Foundation

/// A file read from front to back, plain or gzip alike, that knows a gzip stream that ends early or
/// is followed by something else. (zlib's own gzread passes over what follows.)
struct CompressedFile: ~Copyable {
  private let path: String
  private let file: UnsafeMutablePointer<FILE>
  /// Nil where the file is plain. zlib keeps the address, so it stays in one place.
  private let stream: UnsafeMutablePointer<z_stream>?
  private let input: UnsafeMutableBufferPointer<UInt8>
  /// What has been read or unpacked last.
  private let output: UnsafeMutableBufferPointer<UInt8>
  /// The part of `input` that has not been used yet.
  private var unread: Range<Int>
  private var isAtEnd = false

  /// Opens the file. Throws `DatasetError.unreadable` where it is missing, a folder, or not
  /// readable.
  init(path: String) throws(DatasetError) {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
      isDirectory.boolValue
    {
      throw DatasetError.unreadable(path: path, reason: "it is a folder, expected a file")
    }
    guard let file = fopen(path, "rb") else {
      throw DatasetError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    let input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
    let filled = fread(input.baseAddress, 1, input.count, file)
    var stream: UnsafeMutablePointer<z_stream>?
    if filled >= 2 && input[0] == 0x1f && input[1] == 0x8b {
      let inflater = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      inflater.initialize(to: z_stream())
      // 15 + 16: the largest window, gzip framing.
      let code = inflateInit2_(
        inflater, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
      precondition(code == Z_OK, "inflateInit2 returned \(code)")
      stream = inflater
    }
    self.path = path
    self.file = file
    self.input = input
    output = .allocate(capacity: 1 << 18)
    self.stream = stream
    unread = 0..<filled
  }

  deinit {
    if let stream {
      inflateEnd(stream)
      stream.deallocate()
    }
    input.deallocate()
    output.deallocate()
    fclose(file)
  }

  /// Reads up to `count` bytes; fewer only at the end of the data. Memory grows with what is there,
  /// not with what is asked for.
  ///
  /// Throws `DatasetError.unreadable` where the disk fails, and where a gzip stream is damaged,
  /// ends early or is followed by other bytes.
  mutating func read(upTo count: Int) throws(DatasetError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count && !isAtEnd {
      let got = try fill(upTo: min(output.count, count - bytes.count))
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: output[..<got]))
    }
    return bytes
  }

  /// Fills the start of `output` with up to `count` bytes, at least one unless the data ends;
  /// returns how many.
  private mutating func fill(upTo count: Int) throws(DatasetError) -> Int {
    if unread.isEmpty {
      unread = 0..<fread(input.baseAddress, 1, input.count, file)
      if ferror(file) != 0 {
        throw DatasetError.unreadable(path: path, reason: String(cString: strerror(errno)))
      }
    }
    guard let stream else {
      let size = min(unread.count, count)
      if size > 0 { memcpy(output.baseAddress!, input.baseAddress! + unread.lowerBound, size) }
      unread = unread.lowerBound + size..<unread.upperBound
      isAtEnd = size == 0
      return size
    }
    guard !unread.isEmpty else { throw damaged("ends early, expected more") }
    stream.pointee.next_in = input.baseAddress! + unread.lowerBound
    stream.pointee.avail_in = UInt32(unread.count)
    stream.pointee.next_out = output.baseAddress!
    stream.pointee.avail_out = UInt32(count)
    let code = inflate(stream, Z_NO_FLUSH)
    unread = unread.upperBound - Int(stream.pointee.avail_in)..<unread.upperBound
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: try endMember(stream)
    default:
      let message = stream.pointee.msg.map { String(cString: $0) } ?? "zlib code \(code)"
      throw damaged("is damaged (\(message))")
    }
    return count - Int(stream.pointee.avail_out)
  }

  /// After one gzip member: the file ends, or another member follows.
  private mutating func endMember(_ stream: UnsafeMutablePointer<z_stream>) throws(DatasetError) {
    var next = input[unread].first
    if unread.isEmpty {
      unread = 0..<fread(input.baseAddress, 1, input.count, file)
      next = input[unread].first
    }
    guard let next else {
      isAtEnd = true
      return
    }
    if next == 0 {
      try endPadding()
      return
    }
    guard next == 0x1f else { throw damaged("is followed by other bytes, expected the end") }
    inflateReset(stream)
  }

  /// Zeros may fill up the last block of a tape or a disk.
  private mutating func endPadding() throws(DatasetError) {
    repeat {
      guard input[unread].allSatisfy({ $0 == 0 }) else {
        throw damaged("is followed by other bytes, expected the end")
      }
      unread = 0..<fread(input.baseAddress, 1, input.count, file)
    } while !unread.isEmpty
    isAtEnd = true
  }

  private func damaged(_ what: String) -> DatasetError {
    .unreadable(path: path, reason: "the gzip data \(what)")
  }
}
