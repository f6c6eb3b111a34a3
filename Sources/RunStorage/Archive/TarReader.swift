import Foundation

/// Reads a tar archive from its beginning to its end, from a file or a pipe, a piece at a time.
final class TarReader {
  private let url: URL
  private let descriptor: Int32
  /// Bytes that were read.
  private var position = 0
  /// Of the current file, to be read.
  private var left = 0
  private var padding = 0

  /// - Throws: if it cannot be opened, or is a folder.
  init(_ url: URL) throws(StorageError) {
    self.url = url
    descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError(url, "cannot read: \(systemReason())") }
  }

  deinit { close(descriptor) }

  /// The next file or folder; nil at the archive's end. What is left of the file before is passed
  /// over.
  ///
  /// - Throws: if the archive is cut or damaged, or holds what is neither.
  func next() throws(StorageError) -> TarEntry? {
    var attributes = TarAttributes()
    while true {
      while try !read(1 << 20).isEmpty {}
      try skipPadding()
      let start = position
      guard let entry = try header(at: start) else {
        // A single block of zeros is no end: a disk may have left it.
        guard try header(at: start + TarEntry.blockSize) == nil else {
          throw StorageError(
            url, "byte \(start): a block of zeros, expected a header or two of them")
        }
        return nil
      }
      let whole = attributes.applied(to: entry)
      left = whole.size
      padding = TarEntry.padding(whole.size)
      switch entry.kind {
      case .file, .folder, .pipe: return whole
      case .globalAttributes: continue
      case .attributes:
        let data = try readAttributes(at: start)
        try locating(start) { () throws(TarEntry.Problem) in try attributes.add(records: data) }
      case .longName:
        let data = try readAttributes(at: start)
        try locating(start) { () throws(TarEntry.Problem) in try attributes.add(longName: data) }
      }
    }
  }

  private func readAttributes(at place: Int) throws(StorageError) -> Data {
    guard left <= TarAttributes.longest else {
      throw StorageError(url, "byte \(place): an entry of attributes of \(left) bytes")
    }
    return try read(left)
  }

  /// The current file's next bytes, at most `limit`; none at its end.
  func read(_ limit: Int) throws(StorageError) -> Data {
    let data = try exactly(min(limit, left))
    left -= data.count
    return data
  }

  private func skipPadding() throws(StorageError) {
    _ = try exactly(padding)
    padding = 0
  }

  private func header(at place: Int) throws(StorageError) -> TarEntry? {
    let block = [UInt8](try exactly(TarEntry.blockSize))
    return try locating(place) { () throws(TarEntry.Problem) in try TarEntry.read(block) }
  }

  private func locating<Result>(
    _ place: Int, _ body: () throws(TarEntry.Problem) -> Result
  ) throws(StorageError) -> Result {
    do {
      return try body()
    } catch {
      throw StorageError(url, "byte \(place): \(error)")
    }
  }

  private func exactly(_ count: Int) throws(StorageError) -> Data {
    var data = Data(count: count)
    var filled = 0
    while filled < count {
      let got = data.withUnsafeMutableBytes { bytes in
        Foundation.read(descriptor, bytes.baseAddress.map { $0 + filled }, count - filled)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw StorageError(url, "cannot read: \(systemReason())") }
      guard got > 0 else {
        throw StorageError(url, "is cut short: it ends after \(position + filled) bytes")
      }
      filled += got
    }
    position += count
    return data
  }
}
