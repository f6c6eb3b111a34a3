import Foundation

/// Files that belong together: all are written beside their places, and only when each of them is
/// whole do they replace the old ones. A disk that is full leaves the old files, all of them.
final class AtomicFiles {
  private var files: [PendingFile] = []
  private var areInPlace = false

  /// What was asked for, in order.
  var urls: [URL] { files.map(\.url) }

  /// Begins a file that is filled piece by piece, until `putInPlace`.
  func begin(_ url: URL) throws(StorageError) -> AtomicFile.Output {
    let file = try PendingFile(url)
    files.append(file)
    return file.output
  }

  /// Adds a whole file.
  func add(_ data: Data, as url: URL) throws(StorageError) {
    let file = try PendingFile(url)
    files.append(file)
    try file.output.write(data)
    try file.finish()
  }

  /// Gives all files their names.
  ///
  /// - Throws: if one cannot be flushed to the disk, and then all stay as they were; or renamed,
  ///   which no lack of room can cause.
  func putInPlace() throws(StorageError) {
    for file in files { try file.finish() }
    for place in files.indices {
      do {
        try files[place].putInPlace()
      } catch {
        files.removeFirst(place)
        throw error
      }
    }
    areInPlace = true
  }

  deinit {
    if !areInPlace { for file in files { file.discard() } }
  }
}
