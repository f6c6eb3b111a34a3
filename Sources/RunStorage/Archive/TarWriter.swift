import Foundation

/// Writes a tar archive, one file after the other. Who unpacks it makes the folders of their paths.
struct TarWriter {
  let output: AtomicFile.Output

  func addFile(_ path: String, _ data: Data, modified: Int) throws(StorageError) {
    try output.write(TarEntry(path: path, size: data.count, modified: modified).blocks)
    try output.write(data)
    try pad(data.count)
  }

  /// Adds a file of `size` bytes that are handed over in pieces.
  ///
  /// - Parameter next: the next bytes, at most as many as it is told.
  func addFile(
    _ path: String, size: Int, modified: Int, _ next: (_ limit: Int) throws(StorageError) -> Data
  ) throws(StorageError) {
    try output.write(TarEntry(path: path, size: size, modified: modified).blocks)
    var left = size
    while left > 0 {
      let data = try next(min(left, 1 << 20))
      precondition(!data.isEmpty && data.count <= left, "\(data.count) of \(left) bytes")
      try output.write(data)
      left -= data.count
    }
    try pad(size)
  }

  /// Writes the archive's end.
  func finish() throws(StorageError) { try output.write(Data(count: 2 * TarEntry.blockSize)) }

  private func pad(_ size: Int) throws(StorageError) {
    try output.write(Data(count: TarEntry.padding(size)))
  }
}
