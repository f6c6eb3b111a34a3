import Foundation

/// A file in the folder of caches.
///
/// It is data, then a description in JSON, then the description's length and a mark. It is written
/// beside and renamed, so that what has the right name is whole; two processes that build it at
/// once are in nobody's way.
struct CacheFile {
  let path: String
  /// 16 bytes that say which kind and version it is.
  private let mark: [UInt8]

  /// - Parameters:
  ///   - name: of the file, in the program's folder of caches.
  ///   - mark: 16 characters of ASCII.
  ///   - environment: for `XDG_CACHE_HOME` and `HOME`.
  init(name: String, mark: String, environment: [String: String]) {
    precondition(mark.utf8.count == 16, "a mark of \(mark.utf8.count) bytes")
    let folder =
      environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.cache"
    path = "\(folder)/iic-tui/\(name)"
    self.mark = Array(mark.utf8)
  }

  /// The description, and how many bytes of data are in front of it; nil if there is no file that
  /// is whole and of this kind and version.
  func read<Contents: Decodable>(_: Contents.Type) -> (contents: Contents, dataBytes: Int)? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    guard fseek(file, -24, SEEK_END) == 0 else { return nil }
    var tail = [UInt8](repeating: 0, count: 24)
    guard fread(&tail, 1, 24, file) == 24, Array(tail[8...]) == mark else { return nil }
    let length = tail[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    guard length < 1 << 32 else { return nil }
    let dataBytes = ftell(file) - 24 - Int(length)
    guard dataBytes >= 0, fseek(file, dataBytes, SEEK_SET) == 0 else { return nil }
    var json = [UInt8](repeating: 0, count: Int(length))
    guard fread(&json, 1, json.count, file) == json.count,
      let contents = try? JSONDecoder().decode(Contents.self, from: Data(json))
    else { return nil }
    return (contents, dataBytes)
  }

  /// Where the data of a new cache goes.
  struct Body: Sendable {
    fileprivate let descriptor: Int32

    /// Writes at a place of its own, from any thread. Returns the system's error number; nil if all
    /// is written.
    func write(_ bytes: [UInt8], at offset: Int) -> Int32? {
      bytes.withUnsafeBytes { bytes in
        var sent = 0
        while sent < bytes.count {
          let count = pwrite(
            descriptor, bytes.baseAddress! + sent, bytes.count - sent, off_t(offset + sent))
          if count < 0 && errno == EINTR { continue }
          if count <= 0 { return count < 0 ? errno : EIO }
          sent += count
        }
        return nil
      }
    }
  }

  /// Writes the file anew.
  ///
  /// - Parameters:
  ///   - reserving: bytes of data that are known to come: a full disk is known before an hour of
  ///     decoding.
  ///   - body: writes the data, and returns the description and how many bytes the data has.
  /// - Throws: what `body` does, and `DatasetError` if the file cannot be written; then none is
  ///   left.
  func write<Contents: Encodable>(
    reserving bytes: Int, _ body: (Body) throws(DatasetError) -> (Contents, dataBytes: Int)
  ) throws(DatasetError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    if let number = Self.makeFolder(folder.path) {
      throw .unwritable(
        path: folder.path,
        reason: "the folder cannot be made: \(String(cString: strerror(number)))\(Self.wayOut)")
    }
    Self.removeAbandoned(in: folder)
    let partial = "\(path).\(getpid()).partial"
    let descriptor = Foundation.open(partial, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw unwritable() }
    var isDone = false
    defer {
      close(descriptor)
      if !isDone { unlink(partial) }
    }
    let reserved = posix_fallocate(descriptor, 0, off_t(max(1, bytes)))
    guard reserved == 0 else { throw unwritable(reserved) }
    let data = Body(descriptor: descriptor)
    let (contents, dataBytes) = try body(data)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    // Numbers and texts: encoding them cannot fail.
    let json = (try? encoder.encode(contents)).map(Array.init) ?? []
    let length = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) }
    if let number = data.write(json + length + mark, at: dataBytes) { throw unwritable(number) }
    guard fsync(descriptor) == 0, rename(partial, path) == 0 else { throw unwritable() }
    isDone = true
  }

  /// That the file cannot be written, by the system's error number.
  func unwritable(_ number: Int32 = errno) -> DatasetError {
    .unwritable(path: path, reason: String(cString: strerror(number)) + Self.wayOut)
  }

  private static let wayOut = "; $XDG_CACHE_HOME may name another folder for the cache"

  /// Makes a folder and those above it; returns the system's error number, nil if it is there.
  private static func makeFolder(_ path: String) -> Int32? {
    if PathBytes(path).isFolder || mkdir(path, 0o755) == 0 { return nil }
    var number = errno
    let above = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if number == ENOENT, above != path {
      if let problem = makeFolder(above) { return problem }
      if mkdir(path, 0o755) == 0 { return nil }
      number = errno
    }
    // Another process may have been faster; a file in its place is no folder.
    if number == EEXIST { return PathBytes(path).isFolder ? nil : ENOTDIR }
    return number
  }

  /// Removes what processes that are no more have left half written.
  private static func removeAbandoned(in folder: URL) {
    // Whatever cannot be listed or removed is in nobody's way.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasSuffix(".partial") {
      let parts = name.split(separator: ".")
      guard parts.count >= 3, let process = pid_t(parts[parts.count - 2]),
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unlink(folder.appendingPathComponent(name).path)
    }
  }
}
