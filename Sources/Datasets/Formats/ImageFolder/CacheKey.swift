import Foundation

/// What tells the files that a cache was made of from all others.
struct CacheKey {
  // FNV-1a, twice from different starts: 128 bits that tell files apart, not a defence.
  private var hashes: [UInt64] = [0xcbf2_9ce4_8422_2325, 0x8422_2325_cbf2_9ce4]

  /// Starts with the folder's place in the file system, links resolved.
  init(folder: PathBytes) {
    let root = folder.withCString { path in
      realpath(path, nil).map { resolved in
        defer { free(resolved) }
        return String(cString: resolved)
      }
    }
    add(Array((root ?? folder.text).utf8))
  }

  /// The key so far, as a part of a file's name.
  var text: String { hashes.map { String($0, radix: 36) }.joined() }

  /// A file's path, size and time.
  mutating func add(_ file: PictureFolder.File) {
    add(file.relativePath.bytes)
    add(Array("\(file.size) \(file.modified)".utf8))
  }

  mutating func add(_ text: String) { add(Array(text.utf8)) }

  private mutating func add(_ bytes: [UInt8]) {
    for place in hashes.indices {
      for byte in bytes + [0] {
        hashes[place] = (hashes[place] ^ UInt64(byte)) &* 0x100_0000_01b3
      }
    }
  }
}
