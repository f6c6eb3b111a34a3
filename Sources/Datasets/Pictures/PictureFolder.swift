import Foundation

/// The picture files in a folder and in all folders below it.
///
/// Names that begin with a dot are passed over, macOS's `._` companions among them. Symbolic links
/// are followed, and each folder is visited once, so that links in a circle end.
package struct PictureFolder: Sendable {
  package struct File: Sendable, Equatable {
    /// From the folder's root, without a slash in front.
    package var relativePath: PathBytes
    /// In bytes.
    package var size: Int
    /// When it was changed last, in nanoseconds since 1970; beyond the year 2262 a number that only
    /// tells times apart.
    package var modified: Int

    package init(relativePath: PathBytes, size: Int, modified: Int) {
      self.relativePath = relativePath
      self.size = size
      self.modified = modified
    }
  }

  /// The folder as it was named.
  package let root: PathBytes
  /// What is called .png, .jpg, .jpeg or .webp, in upper or lower case, in the order of their
  /// relative paths' bytes. A link that leads nowhere is among them, with size 0: reading it says
  /// why.
  package private(set) var files: [File] = []
  /// The folders below the root, with pictures or without.
  package private(set) var folders: Set<PathBytes> = []
  /// Those of them that hold files which are no pictures, themselves.
  package private(set) var foldersOfOtherFiles: Set<PathBytes> = []
  /// How many other files there are, by what follows the last dot of their names, in lower case (""
  /// where there is none).
  package private(set) var otherFiles: [String: Int] = [:]
  /// Folders below the root that could not be read.
  package private(set) var problems: [DatasetError] = []

  /// Real folders that have been visited.
  private var visited: Set<FolderID> = []

  /// Walks through the folder. Throws `DatasetError.unreadable` where the root itself cannot be
  /// read; folders below that cannot are in `problems`.
  package init(_ root: PathBytes) throws(DatasetError) {
    self.root = root
    // Links come after the folders that have a place of their own, so that these keep their names.
    var folders = [PathBytes("")]
    var links: [PathBytes] = []
    while !folders.isEmpty || !links.isEmpty {
      let folder = folders.popLast() ?? links.removeFirst()
      do throws(DatasetError) {
        let (real, linked) = try visit(folder)
        folders += real.reversed()
        links += linked
      } catch {
        if folder.bytes.isEmpty { throw error }
        problems.append(error)
      }
    }
    files.sort { $0.relativePath < $1.relativePath }
    visited = []
  }

  /// The path of a file below the root.
  package func path(of file: File) -> PathBytes { root.appending(file.relativePath) }

  /// What there is instead of pictures: "no .png, … file", and the most frequent other kind.
  package var emptiness: String {
    let names = PictureFile.nameEndings
    let none = "no \(names.dropLast().joined(separator: ", ")) or \(names.last ?? "") file"
    let frequent = otherFiles.max { ($0.value, $1.key) < ($1.value, $0.key) }
    guard let frequent else { return none }
    let kind = frequent.key.isEmpty ? "without an ending" : "called .\(frequent.key)"
    return "\(none), but \(frequent.value) \(kind)"
  }

  private struct FolderID: Hashable {
    var device: dev_t
    var number: ino_t
  }

  /// Takes in one folder's files; returns the folders in it, and the links to folders, in order of
  /// name.
  private mutating func visit(
    _ folder: PathBytes
  ) throws(DatasetError) -> (folders: [PathBytes], links: [PathBytes]) {
    let path = folder.bytes.isEmpty ? root : root.appending(folder)
    func failed() -> DatasetError {
      let reason = errno == EACCES ? "permission denied" : String(cString: strerror(errno))
      return .unreadable(path: path.description, reason: reason)
    }
    guard let stream = path.withCString({ opendir($0) }) else { throw failed() }
    defer { closedir(stream) }
    var own = stat()
    guard fstat(dirfd(stream), &own) == 0 else { throw failed() }
    guard visited.insert(FolderID(device: own.st_dev, number: own.st_ino)).inserted
    else { return ([], []) }
    if !folder.bytes.isEmpty { self.folders.insert(folder) }

    var (folders, links): ([PathBytes], [PathBytes]) = ([], [])
    for name in try names(stream, failed) {
      var status = stat()
      func look(_ flags: Int32) -> Bool {
        name.withCString { fstatat(dirfd(stream), $0, &status, flags) == 0 }
      }
      let isLink = look(AT_SYMLINK_NOFOLLOW) && status.st_mode & S_IFMT == S_IFLNK
      if isLink && !look(0) { status = stat() }
      let relativePath = folder.appending(name)
      if status.st_mode & S_IFMT == S_IFDIR {
        if isLink { links.append(relativePath) } else { folders.append(relativePath) }
      } else if PictureFile.nameEndings.contains(where: name.hasEnding) {
        let time = status.modificationTime
        files.append(
          File(
            relativePath: relativePath, size: Int(status.st_size),
            modified: Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)))
      } else {
        let parts = name.text.lowercased().split(separator: ".")
        foldersOfOtherFiles.insert(folder)
        otherFiles[parts.count > 1 ? String(parts[parts.count - 1]) : "", default: 0] += 1
      }
    }
    return (folders, links)
  }

  /// The names in an open folder that do not begin with a dot, in order.
  private func names(
    _ stream: OpaquePointer, _ failed: () -> DatasetError
  ) throws(DatasetError) -> [PathBytes] {
    var names: [PathBytes] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw failed() }
        return names.sorted()
      }
      // The name may be longer than its declaration, so its address counts and not a copy.
      let place = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
      let name = place.assumingMemoryBound(to: UInt8.self)
      let length = strlen(place.assumingMemoryBound(to: CChar.self))
      if name[0] != UInt8(ascii: ".") {
        names.append(PathBytes(Array(UnsafeBufferPointer(start: name, count: length))))
      }
    }
  }
}

extension stat {
  #if canImport(Darwin)
    fileprivate var modificationTime: timespec { st_mtimespec }
  #else
    fileprivate var modificationTime: timespec { st_mtim }
  #endif
}
