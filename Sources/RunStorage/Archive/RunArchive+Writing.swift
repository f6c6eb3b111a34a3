import Foundation

extension RunArchive {
  /// Writes all that the run needs to be shown, evaluated and trained on: its history, as it stands
  /// now, its checkpoints, names and log. Safe while another process trains it; then what is
  /// unpacked is a run that was interrupted at this moment.
  ///
  /// - Throws: if the run cannot be read, or the archive cannot be written; then an old one stays.
  package static func write(_ run: RunFolder, to url: URL) throws(StorageError) {
    let reader = RunHistoryReader(run)
    _ = try reader.description()
    let copies = try makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: copies) }
    // First the checkpoint, then the history, which is never behind it.
    let files = try openFiles(of: run)
    let copy = copies.appendingPathComponent(run.historyURL.lastPathComponent)
    try reader.backUp(to: copy)
    // As old as the run's own, so that a list shows the run's age.
    let age = FolderEntry(run.historyURL).map { Int($0.writtenAt) }
    let history = try OpenFile(copy, modified: age)
    try AtomicFile.write(to: url) { output throws(StorageError) in
      let tar = TarWriter(output: output)
      var checksums = Checksums()
      for file in [history] + files {
        var checksum = CRC32()
        try tar.addFile("\(run.name)/\(file.name)", size: file.size, modified: file.modified) {
          limit throws(StorageError) in
          let data = try file.read(limit)
          checksum.add(data)
          return data
        }
        checksums[file.name] = checksum.text
      }
      try tar.addFile(
        "\(run.name)/\(checksumsName)", Data(checksums.text.utf8), modified: history.modified)
      try tar.finish()
    }
  }

  /// The run's files beside its history, opened, so that they stay as they are while others take
  /// their names. Those of a checkpoint belong together.
  private static func openFiles(of run: RunFolder) throws(StorageError) -> [OpenFile] {
    for _ in 0..<5 {
      let before = FileStamp(path: run.latestWeightsURL.path)
      var files: [OpenFile] = []
      var isWhole = true
      for entry in FolderEntry.all(in: run.url)
      where RunFolder.isArchived(entry.name) && entry.name != run.historyURL.lastPathComponent {
        let url = run.url.appendingPathComponent(entry.name)
        do {
          files.append(try OpenFile(url))
        } catch {
          // A checkpoint's files go when a newer one has come.
          guard FolderEntry(url) == nil else { throw error }
          isWhole = false
        }
      }
      if isWhole, FileStamp(path: run.latestWeightsURL.path) == before { return files }
    }
    throw StorageError(run.latestWeightsURL, "the checkpoint keeps changing")
  }

  /// A file that is read from its beginning.
  private final class OpenFile {
    let name: String
    let size: Int
    /// Seconds since 1970.
    let modified: Int
    private let url: URL
    private let descriptor: Int32

    /// - Parameter modified: in place of when it was written last.
    /// - Throws: if it cannot be opened, or is no file.
    init(_ url: URL, modified: Int? = nil) throws(StorageError) {
      self.url = url
      name = url.lastPathComponent
      // A pipe must not block.
      descriptor = open(url.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { throw StorageError(url, "cannot read: \(systemReason())") }
      var status = stat()
      let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      size = Int(status.st_size)
      #if canImport(Darwin)
        self.modified = modified ?? Int(status.st_mtimespec.tv_sec)
      #else
        self.modified = modified ?? Int(status.st_mtim.tv_sec)
      #endif
      guard isFile else { throw StorageError(url, "is not a file") }
    }

    deinit { close(descriptor) }

    /// The next bytes, at least one and at most `limit`.
    func read(_ limit: Int) throws(StorageError) -> Data {
      var data = Data(count: limit)
      while true {
        let count = data.withUnsafeMutableBytes {
          Foundation.read(descriptor, $0.baseAddress, limit)
        }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
          throw StorageError(
            url, count < 0 ? "cannot read: \(systemReason())" : "has become shorter meanwhile")
        }
        return data.prefix(count)
      }
    }
  }
}
