import Foundation

/// A run in one file: a tar archive of the run's folder, which any tar program can unpack.
///
///     <run>/history.sqlite, <run>/latest.safetensors, …    as in the folder
///     <run>/archive-checksums.txt                          the CRC-32 of each of them
///
/// A path that is too long for tar's headers is in records of the pax format. Tar has checksums of
/// its headers alone, so the archive's own list comes last.
package enum RunArchive {
  static let checksumsName = "archive-checksums.txt"

  /// The list of checksums, a line a file.
  struct Checksums {
    private var lines: [String: String] = [:]

    init() {}

    /// - Throws: `Problem` if the text is not what `text` writes.
    init(_ text: String) throws(TarEntry.Problem) {
      for line in text.split(separator: "\n") {
        let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0].utf8.count == 8, lines[parts[1]] == nil else {
          throw TarEntry.Problem(description: "\(checksumsName) has the line '\(line.prefix(80))'")
        }
        lines[parts[1]] = parts[0]
      }
    }

    subscript(name: String) -> String? {
      get { lines[name] }
      set { lines[name] = newValue }
    }

    var names: [String] { lines.keys.sorted() }
    var text: String { names.map { "\(lines[$0] ?? "") \($0)\n" }.joined() }
  }
}

extension RunFolder {
  /// Whether a file belongs into an archive: a run has no use for its locks elsewhere, and the
  /// history comes as SQLite copies it, without what lies beside it.
  static func isArchived(_ name: String) -> Bool {
    isRunFile(named: name) && !isTransient(name) && name != "damaged.safetensors"
      && name != RunArchive.checksumsName
  }

  /// Whether a file means something to the processes of its own machine alone.
  static func isTransient(_ name: String) -> Bool {
    name.hasSuffix(".lock") || name.hasPrefix("history.sqlite-")
  }
}
