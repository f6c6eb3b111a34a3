import Foundation
import Kernels
import Synchronization

/// The folder of caches, and one cache in it.
///
/// A cache is pixels, then a description in JSON, then the description's length and a mark. It is
/// written beside and renamed, so that what has the right name is whole; two processes that build
/// it write the same.
struct PictureCache {
  /// What a cache knows of its pictures.
  struct Contents: Codable, Equatable {
    struct Skipped: Codable, Equatable {
      var picture: Int
      var reason: String
      /// Whether the system refused to read it, which it may do no more, and not what is in it.
      var isRefused: Bool
    }
    /// Pictures that the cache was made of.
    var pictures: Int
    /// Pictures that could not be read, in order.
    var skipped: [Skipped]
    /// What decoders said of pictures that were read, one line each.
    var warnings: [String]
  }

  let path: String
  let shape: PictureShape
  /// Paths of the pictures, in order.
  let pictures: [PathBytes]

  private static let mark = Array("iic-tui images 1".utf8)

  /// - Parameters:
  ///   - key: tells this set of files, with their sizes and times, from every other.
  ///   - environment: for `XDG_CACHE_HOME` and `HOME`.
  init(
    key: String, shape: PictureShape, pictures: [PathBytes], environment: [String: String]
  ) {
    let folder =
      environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? (environment["HOME"] ?? NSHomeDirectory()) + "/.cache"
    path = "\(folder)/iic-tui/\(key)-\(shape.side)x\(shape.channels).images"
    self.shape = shape
    self.pictures = pictures
  }

  /// The cache's images and contents; it is made first where there is none.
  ///
  /// - Parameter anew: makes it even where there is one.
  /// - Throws: `DatasetError` as `build`.
  func openOrBuild(
    threads: Int, anew: Bool = false, progress: @Sendable (_ done: Int, _ total: Int) -> Void
  ) throws(DatasetError) -> (images: MappedImages, contents: Contents) {
    if !anew, let cached = open() { return cached }
    try build(threads: threads, progress: progress)
    // What the system refuses now is left out of this one, though it may be readable already.
    guard let made = open(allowsRefusals: true) else {
      throw .unreadable(path: path, reason: "the cache of pictures changed while it was read")
    }
    return made
  }

  /// The cache's images and contents; nil if there is none that is whole and of this version, or if
  /// a picture that the system refused to read then may be read now.
  ///
  /// - Parameter allowsRefusals: takes it with such pictures too.
  func open(allowsRefusals: Bool = false) -> (images: MappedImages, contents: Contents)? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    let bytes = pictures.count * shape.size.byteCount
    guard fseek(file, -24, SEEK_END) == 0 else { return nil }
    var tail = [UInt8](repeating: 0, count: 24)
    guard fread(&tail, 1, 24, file) == 24, Array(tail[8...]) == Self.mark else { return nil }
    let length = tail[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    guard length < 1 << 32, ftell(file) == bytes + Int(length) + 24,
      fseek(file, bytes, SEEK_SET) == 0
    else { return nil }
    var json = [UInt8](repeating: 0, count: Int(length))
    guard fread(&json, 1, json.count, file) == json.count,
      let contents = try? JSONDecoder().decode(Contents.self, from: Data(json)),
      contents.pictures == pictures.count,
      contents.skipped.allSatisfy({ pictures.indices.contains($0.picture) }),
      allowsRefusals
        || !contents.skipped.contains(where: { skipped in
          skipped.isRefused && pictures[skipped.picture].withCString { access($0, R_OK) == 0 }
        }),
      let images = try? MappedImages(
        path: path, size: shape.size, count: pictures.count, allowsTail: true)
    else { return nil }
    return (images, contents)
  }

  /// Decodes all pictures on all threads and writes the cache.
  ///
  /// - Parameter progress: told from any thread how many of how many are done.
  /// - Throws: `DatasetError` if the cache cannot be written, or no picture can be read; then no
  ///   file is left.
  func build(
    threads: Int, progress: @Sendable (_ done: Int, _ total: Int) -> Void
  ) throws(DatasetError) {
    func failed(_ number: Int32 = errno) -> DatasetError {
      .unwritable(path: path, reason: String(cString: strerror(number)) + Self.wayOut)
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    if let number = Self.makeFolder(folder.path) {
      throw .unwritable(
        path: folder.path,
        reason: "the folder cannot be made: \(String(cString: strerror(number)))\(Self.wayOut)")
    }
    Self.removeAbandoned(in: folder)
    let partial = "\(path).\(getpid()).partial"
    let descriptor = Foundation.open(partial, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failed() }
    var isDone = false
    defer {
      close(descriptor)
      if !isDone { unlink(partial) }
    }
    let byteCount = shape.size.byteCount
    // All of the room at once: a full disk is known before an hour of decoding.
    let reserved = posix_fallocate(descriptor, 0, off_t(max(1, pictures.count * byteCount)))
    guard reserved == 0 else { throw failed(reserved) }
    let state = Mutex(State())
    let pool = WorkerPool(threads: threads)
    let memory = DecodingMemory()
    defer { pool.shutDown() }
    pool.forEach(pictures.count) { index in
      // After a failed write the rest is of no use.
      guard state.withLock({ $0.writeError == nil }) else { return }
      let outcome = memory.withLease { Self.pixels(of: pictures[index], shape, $0) }
      var errorNumber: Int32?
      if case .success(let picture) = outcome {
        errorNumber = Self.write(picture.pixels, to: descriptor, at: index * byteCount)
      }
      let done = state.withLock { state in
        switch outcome {
        case .success(let picture):
          for line in picture.warnings { state.warnings.append((index, line)) }
        case .failure(let error):
          state.skipped.append(
            Contents.Skipped(
              picture: index, reason: error.description, isRefused: error.isRefusal))
        }
        state.writeError = state.writeError ?? errorNumber
        state.done += 1
        return state.done
      }
      progress(done, pictures.count)
    }
    let result = state.withLock { $0 }
    if let number = result.writeError { throw failed(number) }
    let skipped = result.skipped.sorted { $0.picture < $1.picture }
    guard skipped.count < pictures.count else {
      throw .unreadable(
        path: folderOfPictures,
        reason: "none of its \(pictures.count) pictures can be read; the first: "
          + (skipped.first?.reason ?? ""))
    }
    let contents = Contents(
      pictures: pictures.count, skipped: skipped,
      warnings: result.warnings.sorted { $0.0 < $1.0 }.map(\.1))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    // Numbers and texts: encoding them cannot fail.
    let json = (try? encoder.encode(contents)).map(Array.init) ?? []
    let length = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) }
    if let number = Self.write(
      json + length + Self.mark, to: descriptor, at: pictures.count * byteCount)
    {
      throw failed(number)
    }
    guard fsync(descriptor) == 0, rename(partial, path) == 0 else { throw failed() }
    isDone = true
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

  private struct State {
    var done = 0
    var skipped: [Contents.Skipped] = []
    var warnings: [(Int, String)] = []
    var writeError: Int32?
  }

  private var folderOfPictures: String {
    URL(fileURLWithPath: pictures.first?.description ?? path).deletingLastPathComponent().path
  }

  private static func pixels(
    of path: PathBytes, _ shape: PictureShape, _ lease: DecodingMemory.Lease
  ) -> Result<(pixels: [UInt8], warnings: [String]), DatasetError> {
    do throws(DatasetError) {
      let (picture, warnings) = try PictureFile.decode(path: path, lease: lease)
      return .success(
        (
          shape.square(of: picture).pixels, warnings
        ))
    } catch {
      return .failure(error)
    }
  }

  /// Returns the system's error number; nil if all is written.
  private static func write(_ bytes: [UInt8], to descriptor: Int32, at offset: Int) -> Int32? {
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
