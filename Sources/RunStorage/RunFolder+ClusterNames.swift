import Foundation
import Snapshots

/// The names of a run's clusters are a file of their own, apart from what training writes, so that
/// they can be given while another process trains, and survive a resume from an earlier step.
extension RunFolder {
  package var clusterNamesURL: URL { url.appendingPathComponent("cluster-names.json") }
  /// Held while the names are read, changed and written. The file stays.
  private var clusterNamesLockURL: URL { url.appendingPathComponent("cluster-names.lock") }

  /// The names given so far; none where there is no file.
  ///
  /// - Throws: if the file cannot be read or is not what this program writes.
  package func clusterNames() throws(StorageError) -> ClusterNames {
    guard FileManager.default.fileExists(atPath: clusterNamesURL.path) else {
      return ClusterNames()
    }
    let data = try storing(clusterNamesURL, "read") { try Data(contentsOf: clusterNamesURL) }
    do {
      let file = try JSONDecoder().decode(ClusterNamesFile.self, from: data)
      return try file.checked(at: clusterNamesURL)
    } catch let error as StorageError {
      throw error
    } catch let error as DecodingError {
      throw StorageError(clusterNamesURL, Self.problem(error))
    } catch {
      throw StorageError(clusterNamesURL, "cannot read: \(error)")
    }
  }

  /// Changes the names and returns what they are then. Two processes that do so at once wait for
  /// each other, and neither's names are lost.
  ///
  /// - Throws: if the names cannot be read or written; then they stay as they were.
  @discardableResult
  package func changeClusterNames(
    _ change: (inout ClusterNames) -> Void
  ) throws(StorageError) -> ClusterNames {
    let descriptor = open(clusterNamesLockURL.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw StorageError(clusterNamesURL, "cannot write: \(systemReason())")
    }
    // Closing lets go of the lock.
    defer { close(descriptor) }
    try lockNames(descriptor)
    let before = try clusterNames()
    var names = before
    change(&names)
    guard names != before else { return names }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try storing(clusterNamesURL, "write") {
      try encoder.encode(ClusterNamesFile(names))
    }
    try AtomicFile.write(data + Data("\n".utf8), to: clusterNamesURL)
    return names
  }

  /// Others hold it for as long as a small file takes to write.
  private func lockNames(_ descriptor: Int32) throws(StorageError) {
    for attempt in 0..<250 {
      if attempt > 0 { usleep(20_000) }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw StorageError(clusterNamesURL, "cannot lock: \(systemReason())")
      }
    }
    throw StorageError(clusterNamesURL, "another process has been writing it for 5 seconds")
  }

  private static func problem(_ error: DecodingError) -> String {
    func field(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined().drop { $0 == "." }
        .description
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "\(field(context.codingPath + [key])) is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      let place = field(context.codingPath)
      return
        "\(place.isEmpty ? "it" : place) is not \(type == String.self ? "a text" : "as expected")"
    default: return "is not JSON, expected the names of clusters"
    }
  }
}

/// The file. Sub-heads count from 1 in it, as everywhere where people read.
private struct ClusterNamesFile: Codable {
  struct Entry: Codable {
    var head: String
    var subHead: Int
    var cluster: Int
    var name: String

    private enum CodingKeys: String, CodingKey {
      case head, cluster, name
      case subHead = "sub_head"
    }
  }

  var version = 1
  var names: [Entry]

  init(_ names: ClusterNames) {
    self.names = names.all.map { cluster, name in
      Entry(
        head: cluster.head.rawValue, subHead: cluster.subHead + 1, cluster: cluster.cluster,
        name: name)
    }
  }

  func checked(at url: URL) throws(StorageError) -> ClusterNames {
    guard version == 1 else {
      throw StorageError(url, "version is \(version), expected 1; a newer program wrote it")
    }
    var checked = ClusterNames()
    for (place, entry) in names.enumerated() {
      let field = "names[\(place)]"
      guard entry.subHead >= 1 else {
        throw StorageError(url, "\(field).sub_head is \(entry.subHead), expected at least 1")
      }
      guard entry.cluster >= 0 else {
        throw StorageError(url, "\(field).cluster is \(entry.cluster), expected at least 0")
      }
      let cluster = ClusterID(
        head: HeadID(rawValue: entry.head), subHead: entry.subHead - 1, cluster: entry.cluster)
      guard checked[cluster] == nil else {
        throw StorageError(url, "\(field) names \(cluster) a second time")
      }
      do {
        checked[cluster] = try ClusterNames.checked(entry.name)
      } catch {
        throw StorageError(url, "\(field).name \(error)")
      }
    }
    return checked
  }
}

/// Rereads the names of a run whenever their file changes, whoever changes it.
package struct ClusterNamesFollower: Sendable {
  package let folder: RunFolder
  /// Of the file that was read last; nil for none. It is replaced, never written over.
  private var seen: FileStamp?
  private var hasLooked = false

  package init(_ folder: RunFolder) { self.folder = folder }

  /// The names if they may have changed since the last call, else nil; the first call has them
  /// always.
  ///
  /// - Throws: as `RunFolder.clusterNames`, once for each version of the file.
  package mutating func poll() throws(StorageError) -> ClusterNames? {
    let stamp = FileStamp(path: folder.clusterNamesURL.path)
    guard stamp != seen || !hasLooked else { return nil }
    seen = stamp
    hasLooked = true
    return try folder.clusterNames()
  }
}
