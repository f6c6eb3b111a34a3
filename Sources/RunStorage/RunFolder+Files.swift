import Foundation

/// What lies in a folder, as the folder itself says: links are not followed.
struct FolderEntry {
  enum Kind { case file, folder, link, pipe, other }

  var name: String
  var kind: Kind
  var bytes: Int
  /// Seconds since 1970.
  var writtenAt: Double

  /// nil if nothing is there.
  init?(_ url: URL) {
    var status = stat()
    guard lstat(url.path, &status) == 0 else { return nil }
    name = url.lastPathComponent
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      case S_IFIFO: .pipe
      default: .other
      }
    bytes = Int(status.st_size)
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    writtenAt = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// All that lies in `folder`, by name; nothing if it cannot be listed.
  static func all(in folder: URL) -> [FolderEntry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().compactMap { FolderEntry(folder.appendingPathComponent($0)) }
  }
}

/// Which files are a run's. Nothing else in its folder is ever removed.
extension RunFolder {
  /// Files that a run writes, and those that SQLite, a killed process or a person's tools leave
  /// beside them under names that say so.
  static func isRunFile(_ entry: FolderEntry) -> Bool {
    if entry.kind == .pipe { return isPipe(named: entry.name) }
    guard entry.kind == .file || entry.kind == .link else { return false }
    if let inner = AtomicFile.finalName(ofPartial: entry.name) { return isRunFile(named: inner) }
    return isRunFile(named: entry.name)
  }

  static func isPipe(named name: String) -> Bool { name == "control" }

  static func isRunFile(named name: String) -> Bool {
    let names = [
      "latest.safetensors", "previous.safetensors", "damaged.safetensors", "best.safetensors",
      "running.lock", "run.log", "cluster-names.json", "cluster-names.lock", "label-shares.json",
      RunArchive.checksumsName,
    ]
    return names.contains(name) || isHistory(name) || isOptimizer(name)
  }

  /// The history and what SQLite keeps beside it.
  private static func isHistory(_ name: String) -> Bool {
    ["", "-wal", "-shm", "-journal"].contains { name == "history.sqlite" + $0 }
  }

  private static func isOptimizer(_ name: String) -> Bool {
    guard name.hasPrefix(optimizerPrefix), name.hasSuffix(".safetensors") else { return false }
    let step = name.dropFirst(optimizerPrefix.count).dropLast(".safetensors".count)
    return !step.isEmpty && step.allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// Whether something lies in it that no other program calls so: a damaged run is still one.
  var hasFilesOfARun: Bool {
    FolderEntry.all(in: url).contains { entry in
      Self.isRunFile(entry)
        && (Self.isHistory(entry.name) || Self.isOptimizer(entry.name)
          || entry.name == lockURL.lastPathComponent)
    }
  }

  /// Whether nobody can tell what it is, as its owner lets nobody look. What file systems have at
  /// their top is no run.
  var isClosed: Bool { access(url.path, R_OK | X_OK) != 0 && name != "lost+found" }

  /// The run's files, and what else lies in its folder.
  var entries: (own: [FolderEntry], foreign: [FolderEntry]) {
    let all = FolderEntry.all(in: url)
    return (all.filter { Self.isRunFile($0) }, all.filter { !Self.isRunFile($0) })
  }

  /// Bytes of the run's files, and when one of them was last written, in seconds since 1970; locks
  /// do not count, which are made anew by whoever looks.
  package var measure: (bytes: Int, writtenAt: Double) {
    let files = entries.own.filter { $0.kind == .file }
    return (
      files.reduce(0) { $0 + $1.bytes },
      files.filter { !$0.name.hasSuffix(".lock") }.map(\.writtenAt).max() ?? 0
    )
  }

  /// Whether it is no folder but a link to one.
  package var isLink: Bool { FolderEntry(url)?.kind == .link }
}
