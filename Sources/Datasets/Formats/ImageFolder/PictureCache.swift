import Foundation
import Kernels
import Synchronization

/// The cache of pictures that were turned into squares of one size.
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

  var path: String { file.path }
  let shape: PictureShape
  /// Paths of the pictures, in order.
  let pictures: [PathBytes]

  private let file: CacheFile

  /// - Parameters:
  ///   - key: tells this set of files, with their sizes and times, from every other.
  ///   - environment: for `XDG_CACHE_HOME` and `HOME`.
  init(
    key: String, shape: PictureShape, pictures: [PathBytes], environment: [String: String]
  ) {
    file = CacheFile(
      name: "\(key)-\(shape.side)x\(shape.channels).images", mark: "iic-tui images 1",
      environment: environment)
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
    guard let (contents, dataBytes) = file.read(Contents.self),
      dataBytes == pictures.count * shape.size.byteCount,
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
    let byteCount = shape.size.byteCount
    try file.write(reserving: pictures.count * byteCount) { data throws(DatasetError) in
      let contents = try write(to: data, threads: threads, progress: progress)
      return (contents, dataBytes: pictures.count * byteCount)
    }
  }

  private func write(
    to data: CacheFile.Body, threads: Int,
    progress: @Sendable (_ done: Int, _ total: Int) -> Void
  ) throws(DatasetError) -> Contents {
    let byteCount = shape.size.byteCount
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
        errorNumber = data.write(picture.pixels, at: index * byteCount)
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
    if let number = result.writeError { throw file.unwritable(number) }
    let skipped = result.skipped.sorted { $0.picture < $1.picture }
    guard skipped.count < pictures.count else {
      throw .unreadable(
        path: folderOfPictures,
        reason: "none of its \(pictures.count) pictures can be read; the first: "
          + (skipped.first?.reason ?? ""))
    }
    return Contents(
      pictures: pictures.count, skipped: skipped,
      warnings: result.warnings.sorted { $0.0 < $1.0 }.map(\.1))
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
}
