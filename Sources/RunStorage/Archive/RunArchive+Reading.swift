import Foundation

extension RunsFolder {
  /// Unpacks a run that `RunArchive` has written, or a tar program from a run's folder. It is
  /// unpacked beside the runs, checked, and only then becomes one of them.
  ///
  /// - Parameter name: what it is to be called; nil for its name in the archive.
  /// - Throws: if the name is taken or cannot be one; if the archive is cut, damaged or holds
  ///   anything but one run's files; if the disk refuses. Then nothing is left behind.
  package func importRun(from url: URL, name: String?) throws(StorageError) -> RunFolder {
    if let name { try checkFree(name) }
    let reader = try TarReader(url)
    try storing(self.url, "make the runs folder") {
      try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: true)
    }
    clearRemains()
    let hidden = hiddenRun()
    guard mkdir(hidden.url.path, 0o755) == 0 else {
      throw StorageError(hidden.url, "cannot make the run's folder: \(systemReason())")
    }
    do throws(StorageError) {
      var unpacking = Unpacking(archive: url, folder: hidden)
      while let entry = try reader.next() { try unpacking.take(entry, from: reader) }
      let ownName = try unpacking.finish()
      let run = RunFolder(self.url.appendingPathComponent(name ?? ownName, isDirectory: true))
      try checkFree(run.name)
      // Whoever makes the folder has the name; a rename would replace an empty one.
      guard mkdir(run.url.path, 0o755) == 0 else {
        throw errno == EEXIST
          ? Self.isTakenError(run.url)
          : StorageError(run.url, "cannot make the run's folder: \(systemReason())")
      }
      guard rename(hidden.url.path, run.url.path) == 0 else {
        let reason = systemReason()
        rmdir(run.url.path)
        throw StorageError(run.url, "cannot write: \(reason)")
      }
      AtomicFile.flushFolder(self.url)
      return run
    } catch {
      try? FileManager.default.removeItem(at: hidden.url)
      throw error
    }
  }

  private func checkFree(_ name: String) throws(StorageError) {
    if let problem = Self.problem(withName: name) { throw StorageError(url, problem) }
    let place = url.appendingPathComponent(name, isDirectory: true)
    if FolderEntry(place) != nil { throw Self.isTakenError(place) }
  }

  private static func isTakenError(_ url: URL) -> StorageError {
    StorageError(url, "a run of this name exists; choose another with --name")
  }
}

/// A run's folder that is filled from an archive.
private struct Unpacking {
  let archive: URL
  let folder: RunFolder
  /// What the archive calls the run; nil before the first file.
  private var name: String?
  /// Of the files that were unpacked.
  private var checksums = RunArchive.Checksums()
  /// What the archive says they should be.
  private var expected: RunArchive.Checksums?

  init(archive: URL, folder: RunFolder) {
    self.archive = archive
    self.folder = folder
  }

  /// Takes the next file of the archive.
  ///
  /// - Throws: unless it is one of the run's files, in the one folder of the archive, for the first
  ///   time.
  mutating func take(_ entry: TarEntry, from reader: TarReader) throws(StorageError) {
    var parts = entry.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    // As `tar cf run.tar ./run` has it.
    if parts.count > 1, parts[0] == "." { parts.removeFirst() }
    guard parts.count == (entry.kind == .folder ? 1 : 2), !parts.contains(where: Self.isNoName)
    else {
      throw problem("'\(entry.path)' is not in a run's folder, expected <run>/<file> alone")
    }
    if let name, name != parts[0] {
      throw problem("'\(entry.path)' is not in the folder '\(name)', expected one run alone")
    }
    name = parts[0]
    if entry.kind == .folder { return }
    let file = parts[1]
    if entry.kind == .pipe {
      // What steered a process that is gone.
      guard RunFolder.isPipe(named: file) else {
        throw problem("'\(entry.path)' is a pipe, expected files and a folder alone")
      }
      return
    }
    if file == RunArchive.checksumsName { return try takeChecksums(reader, size: entry.size) }
    guard RunFolder.isRunFile(named: file) else {
      throw problem("'\(entry.path)' is not a file that a run has")
    }
    // Locks are of the machine that held them, and SQLite makes its index anew.
    if file.hasSuffix(".lock") || file.hasSuffix("-shm") { return }
    guard checksums[file] == nil else { throw problem("'\(entry.path)' is in it twice") }
    checksums[file] = try unpack(file, entry, from: reader)
  }

  private static func isNoName(_ part: String) -> Bool {
    part.isEmpty || part == "." || part == ".."
  }

  /// Returns the checksum of what was written.
  private func unpack(
    _ name: String, _ entry: TarEntry, from reader: TarReader
  ) throws(StorageError) -> String {
    let url = folder.url.appendingPathComponent(name)
    var checksum = CRC32()
    try AtomicFile.write(to: url) { output throws(StorageError) in
      while true {
        let data = try reader.read(1 << 20)
        if data.isEmpty { break }
        checksum.add(data)
        try output.write(data)
      }
    }
    // The age that a list of runs shows.
    let time = timespec(tv_sec: entry.modified, tv_nsec: 0)
    utimensat(AT_FDCWD, url.path, [time, time], 0)
    return checksum.text
  }

  private mutating func takeChecksums(_ reader: TarReader, size: Int) throws(StorageError) {
    guard expected == nil, size <= 1 << 16 else {
      throw problem("\(RunArchive.checksumsName) is in it twice, or too long")
    }
    let text = String(decoding: try reader.read(size), as: UTF8.self)
    do {
      expected = try RunArchive.Checksums(text)
    } catch {
      throw problem(error.description)
    }
  }

  /// Checks what was unpacked, and returns what the archive calls the run.
  func finish() throws(StorageError) -> String {
    guard let name else { throw problem("holds nothing, expected a run's folder") }
    let history = folder.historyURL.lastPathComponent
    guard checksums[history] != nil else {
      throw problem("holds no \(history), expected a run's folder")
    }
    if let expected {
      guard expected.names == checksums.names else {
        throw problem(
          "holds \(checksums.names.joined(separator: ", ")), expected "
            + expected.names.joined(separator: ", "))
      }
      for file in checksums.names where expected[file] != checksums[file] {
        throw problem(
          "'\(file)' is damaged: its checksum is \(checksums[file] ?? ""), expected "
            + (expected[file] ?? ""))
      }
    }
    do throws(StorageError) {
      try RunHistoryReader(folder).checkSound()
      if folder.hasCheckpoint { _ = try folder.loadLatestWeights() }
    } catch {
      let file = URL(fileURLWithPath: error.path).lastPathComponent
      throw problem("'\(file)' is damaged: \(error.problem)")
    }
    return name
  }

  private func problem(_ text: String) -> StorageError { StorageError(archive, text) }
}
