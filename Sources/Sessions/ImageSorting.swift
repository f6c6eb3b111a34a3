import Datasets
import Foundation
import Snapshots

/// Folders of links to an image folder's pictures, or of copies, a folder a cluster.
package struct ImageSorting {
  /// One of the folders that were made.
  package struct Folder: Sendable, Equatable {
    package var name: String
    package var cluster: Int
    package var images: Int
  }

  private let assigner: ClusterAssigner
  private let files: ImageFiles
  /// The data folder and the new one, links in their paths resolved.
  private let root: PathBytes
  private let target: PathBytes
  /// The new folder as the user named it.
  private let shown: String

  /// - Parameter folder: the new folder, as a person writes it; it may be there if it is empty.
  /// - Throws: an error of one line where the images are no files, or the folder cannot be one.
  package init(_ assigner: ClusterAssigner, into folder: String) throws(SessionError) {
    self.assigner = assigner
    shown = folder
    guard let files = assigner.dataset.files else {
      throw SessionError(
        "\(assigner.subHead.run): its images are not files of their own, which could be sorted; "
          + "'clusters \(assigner.subHead.run) assignments' lists them and '… sheet' shows them")
    }
    self.files = files
    root = try Self.resolved(files.root.description, files.root)
    target = try Self.checkedTarget(folder)
    let (data, new) = (root.bytes + [UInt8(ascii: "/")], target.bytes + [UInt8(ascii: "/")])
    if new.starts(with: data) {
      throw SessionError("\(folder): is in the data folder \(root), expected one outside it")
    }
    if data.starts(with: new) {
      throw SessionError("\(folder): contains the data folder \(root), expected one apart from it")
    }
  }

  /// Links or copies every image. The folders are made beside the new one and get its name at the
  /// end, so that a failure leaves nothing.
  ///
  /// - Parameters:
  ///   - copies: whether to copy pictures instead of linking to them.
  ///   - isCancelled: asked between pictures.
  /// - Returns: the folders in order of their clusters; a cluster without images has none.
  /// - Throws: an error of one line where something cannot be written.
  package func run(
    copies: Bool, isCancelled: () -> Bool
  ) throws(SessionError) -> [Folder] {
    var clusters: [Int] = []
    clusters.reserveCapacity(assigner.dataset.count)
    assigner.forEachImage { _, assignments in
      clusters.append(assignments[assigner.subHead.place].cluster)
      return !isCancelled()
    }
    guard !isCancelled() else { throw SessionError("\(shown): stopped; nothing is sorted") }
    let names = ClusterFolderNames(
      (0..<assigner.subHead.head.clusters).map { assigner.subHead.label($0) }
    ).names
    let parts = target.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
    let above = PathBytes([UInt8(ascii: "/")] + parts.dropLast().joined(separator: [47]))
    let name = PathBytes(Array(parts.last ?? []))
    let partial = above.appending(PathBytes(".\(name.text).\(getpid()).partial"))
    do throws(SessionError) {
      try Self.check(partial.withCString { mkdir($0, 0o755) }, shown, "cannot make")
      var folders: [Int: Folder] = [:]
      var taken: [Int: TakenNames] = [:]
      for (image, cluster) in clusters.enumerated() {
        guard !isCancelled() else { throw SessionError("\(shown): stopped; nothing is sorted") }
        let folder = partial.appending(PathBytes(names[cluster]))
        if folders[cluster] == nil {
          try Self.check(folder.withCString { mkdir($0, 0o755) }, shown, "cannot make a folder in")
          folders[cluster] = Folder(name: names[cluster], cluster: cluster, images: 0)
        }
        folders[cluster]?.images += 1
        let own = taken[cluster, default: TakenNames()].take(
          Self.lastPart(of: files.relativePaths[image]))
        let source = root.appending(files.relativePaths[image])
        let place = folder.appending(own)
        if copies {
          try copy(source, to: place)
        } else {
          try Self.check(
            source.withCString { source in place.withCString { symlink(source, $0) } }, shown,
            "cannot link in")
        }
      }
      try Self.check(
        partial.withCString { partial in target.withCString { rename(partial, $0) } }, shown,
        "cannot make")
      return folders.values.sorted { $0.cluster < $1.cluster }
    } catch {
      try? FileManager.default.removeItem(atPath: partial.text)
      throw error
    }
  }

  private func copy(_ source: PathBytes, to target: PathBytes) throws(SessionError) {
    let input = source.withCString { open($0, O_RDONLY | O_CLOEXEC) }
    try Self.check(input, source.description, "cannot read")
    defer { close(input) }
    let output = target.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
    try Self.check(output, shown, "cannot write in")
    var isClosed = false
    defer { if !isClosed { close(output) } }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(input, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      try Self.check(Int32(clamping: count), source.description, "cannot read")
      if count == 0 { break }
      var sent = 0
      while sent < count {
        let written = chunk.withUnsafeBytes { write(output, $0.baseAddress! + sent, count - sent) }
        if written < 0 && errno == EINTR { continue }
        try Self.check(Int32(clamping: written), shown, "cannot write in")
        sent += written
      }
    }
    isClosed = true
    try Self.check(close(output), shown, "cannot write in")
  }

  private static func check(
    _ result: Int32, _ path: String, _ what: String
  ) throws(SessionError) {
    guard result < 0 else { return }
    throw SessionError("\(path): \(what) it: \(String(cString: strerror(errno)))")
  }

  private static func lastPart(of path: PathBytes) -> PathBytes {
    PathBytes(Array(path.bytes.split(separator: UInt8(ascii: "/")).last ?? []))
  }

  /// The path without links in it.
  private static func resolved(_ shown: String, _ path: PathBytes) throws(SessionError) -> PathBytes
  {
    let found: [UInt8]? = path.withCString { text in
      realpath(text, nil).map { resolved in
        defer { free(resolved) }
        return Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
      }
    }
    guard let found else {
      throw SessionError("\(shown): \(String(cString: strerror(errno)))")
    }
    return PathBytes(found)
  }

  /// The new folder's path, if it is a free name or an empty folder.
  private static func checkedTarget(_ folder: String) throws(SessionError) -> PathBytes {
    let path = PathBytes(UserPath.absolute(folder))
    var status = stat()
    if path.withCString({ lstat($0, &status) }) == 0 {
      let real = try resolved(folder, path)
      guard real.isFolder else {
        throw SessionError("\(folder): is a file, expected a new or an empty folder")
      }
      let names: [String]
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: real.text)
      } catch {
        throw SessionError("\(folder): cannot be read: \(String(cString: strerror(errno)))")
      }
      guard names.isEmpty else {
        throw SessionError("\(folder): is not empty, expected a new or an empty folder")
      }
      return real
    }
    let parts = path.bytes.split(separator: UInt8(ascii: "/"))
    let above = PathBytes([UInt8(ascii: "/")] + parts.dropLast().joined(separator: [47]))
    let parent = try resolved("\(folder): the folder above it", above)
    guard parent.isFolder else {
      throw SessionError("\(folder): is in a file, expected a new or an empty folder")
    }
    return parent.appending(PathBytes(Array(parts.last ?? [])))
  }
}

/// The file names of one folder, no two of which are the same, in upper or lower case.
struct TakenNames {
  private var names: Set<String> = []

  /// The name, or one with a number before its ending: `cat.png`, `cat-2.png`.
  mutating func take(_ name: PathBytes) -> PathBytes {
    let dot = name.bytes.lastIndex(of: UInt8(ascii: ".")) ?? name.bytes.endIndex
    let (stem, ending) = (name.bytes[..<dot], name.bytes[dot...])
    var candidate = name
    var number = 1
    while !names.insert(candidate.text.lowercased()).inserted {
      number += 1
      let mark = Array("-\(number)".utf8)
      // A name has at most 255 bytes.
      let room = max(0, 255 - mark.count - ending.count)
      candidate = PathBytes(stem.prefix(room) + mark + ending)
    }
    return candidate
  }
}

/// Names of folders for clusters: what they are called, made safe; no two the same.
struct ClusterFolderNames {
  /// By cluster.
  let names: [String]

  init(_ labels: [ClusterLabel]) {
    let digits = String(max(0, labels.count - 1)).count
    func number(_ cluster: Int) -> String {
      let text = String(cluster)
      return "cluster-" + String(repeating: "0", count: digits - text.count) + text
    }
    let plain = labels.enumerated().map { cluster, label in
      switch label {
      case .number: number(cluster)
      case .name(let text), .className(let text): Self.safe(text) ?? number(cluster)
      }
    }
    // On some disks upper and lower case are the same.
    let counts = Dictionary(plain.map { ($0.lowercased(), 1) }, uniquingKeysWith: +)
    var taken = Set(plain.filter { counts[$0.lowercased()] == 1 }.map { $0.lowercased() })
    names = plain.enumerated().map { cluster, name in
      guard counts[name.lowercased()] != 1 else { return name }
      var own = name == number(cluster) ? name : "\(name)-\(number(cluster))"
      while !taken.insert(own.lowercased()).inserted { own += "-" }
      return own
    }
  }

  /// The text as the name of a visible folder; nil if nothing is left of it.
  private static func safe(_ text: String) -> String? {
    let characters = text.map { character -> Character in
      let isUnsafe = character.unicodeScalars.contains { scalar in
        scalar == "/" || scalar == "\\" || scalar.properties.generalCategory == .control
      }
      return isUnsafe ? "_" : character
    }
    var name = String(characters.drop(while: \.isWhitespace))
    if name.hasPrefix(".") { name = "_" + name.drop { $0 == "." } }
    // Room for the cluster's number within a file system's 255 bytes.
    while name.utf8.count > 200 { name.removeLast() }
    while name.last?.isWhitespace == true { name.removeLast() }
    return name.contains { $0 != "_" } ? name : nil
  }
}
