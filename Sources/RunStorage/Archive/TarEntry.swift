import Foundation

/// What stands before each file of a tar archive: a block of 512 bytes in the form that POSIX calls
/// ustar, with pax's records where it has no room:
/// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
struct TarEntry: Equatable {
  enum Kind: UInt8 {
    case file = 0x30
    case folder = 0x35
    case pipe = 0x36
    /// Records of the pax format about the next file: `x`, or about all of them: `g`.
    case attributes = 0x78
    case globalAttributes = 0x67
    /// The next file's path, as GNU's tar writes it: `L`.
    case longName = 0x4c
  }

  /// With `/` between its parts; a folder's without one at the end.
  var path: String
  var kind = Kind.file
  /// Bytes that follow; they are filled up to whole blocks.
  var size = 0
  /// Seconds since 1970.
  var modified = 0

  static let blockSize = 512
  /// Zeros that follow `size` bytes.
  static func padding(_ size: Int) -> Int { (blockSize - size % blockSize) % blockSize }
}

/// Where the fields of a header lie, by their names in the standard.
private enum Field {
  static let name = 0..<100
  static let mode = 100..<108
  static let uid = 108..<116
  static let gid = 116..<124
  static let size = 124..<136
  static let mtime = 136..<148
  static let chksum = 148..<156
  static let typeflag = 156
  static let magic = 257..<263
  static let version = 263..<265
  static let devmajor = 329..<337
  static let devminor = 337..<345
  static let prefix = 345..<500
}

extension TarEntry {
  /// All that stands before the file: its header, and records with the path where that is too long
  /// for one.
  var blocks: Data {
    if Self.split(path) != nil { return header }
    let record = TarAttributes.record("path", path)
    let attributes = TarEntry(path: "path", kind: .attributes, size: record.count)
    return attributes.header + record + Data(count: Self.padding(record.count)) + header
  }

  /// The header's block; a path that does not fit is cut.
  var header: Data {
    var block = [UInt8](repeating: 0, count: Self.blockSize)
    func put(_ bytes: some Sequence<UInt8>, _ field: Range<Int>) {
      for (place, byte) in zip(field, bytes) { block[place] = byte }
    }
    /// Octal digits and a zero byte; what they cannot hold, as GNU's tar does it: the first bit is
    /// set, and the others are the number, its highest byte first.
    func put(number: Int, _ field: Range<Int>) {
      let digits = String(number, radix: 8)
      if digits.utf8.count < field.count {
        let zeros = String(repeating: "0", count: field.count - 1 - digits.utf8.count)
        put((zeros + digits).utf8, field)
      } else {
        for (shift, place) in field.reversed().enumerated() {
          block[place] = shift < 8 ? UInt8(truncatingIfNeeded: number >> (8 * shift)) : 0
        }
        block[field.lowerBound] |= 0x80
      }
    }
    let whole = path + (kind == .folder ? "/" : "")
    let (folder, name) = Self.split(whole) ?? ([], Array(whole.utf8.prefix(Field.name.count)))
    put(name, Field.name)
    put(folder, Field.prefix)
    put(number: kind == .folder ? 0o755 : 0o644, Field.mode)
    put(number: 0, Field.uid)
    put(number: 0, Field.gid)
    put(number: size, Field.size)
    put(number: max(0, modified), Field.mtime)
    put("ustar\0".utf8, Field.magic)
    put("00".utf8, Field.version)
    put(number: 0, Field.devmajor)
    put(number: 0, Field.devminor)
    block[Field.typeflag] = kind.rawValue
    let digits = String(Self.checksum(block), radix: 8)
    let zeros = String(repeating: "0", count: 6 - digits.utf8.count)
    put((zeros + digits + "\0 ").utf8, Field.chksum)
    return Data(block)
  }

  /// A path of more than 100 bytes is cut in two at a `/`, which is in neither part; nil where the
  /// parts do not fit.
  private static func split(_ path: String) -> (folder: [UInt8], name: [UInt8])? {
    let bytes = Array(path.utf8)
    guard bytes.count > Field.name.count else { return ([], bytes) }
    let slash = UInt8(ascii: "/")
    let place = bytes.indices.first {
      bytes[$0] == slash && $0 <= Field.prefix.count && $0 < bytes.count - 1
        && bytes.count - 1 - $0 <= Field.name.count
    }
    guard let place else { return nil }
    return (Array(bytes[..<place]), Array(bytes[(place + 1)...]))
  }

  /// The sum of the block's bytes, those of the sum itself counting as blanks.
  private static func checksum(_ block: [UInt8]) -> Int {
    block.enumerated().reduce(0) { sum, byte in
      sum + (Field.chksum.contains(byte.offset) ? 0x20 : Int(byte.element))
    }
  }
}

extension TarEntry {
  /// Why a block is no header that is understood, or none that is wanted.
  struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  /// Reads a header.
  ///
  /// - Returns: nil for a block of zeros, two of which end an archive.
  /// - Throws: for a block that is no header, or one of a link, a device or an entry that other
  ///   formats add.
  static func read(_ block: [UInt8]) throws(Problem) -> TarEntry? {
    if block.allSatisfy({ $0 == 0 }) { return nil }
    guard block[Field.magic].starts(with: "ustar".utf8) else {
      throw Problem(description: "no header of a tar archive")
    }
    guard number(block[Field.chksum]) == checksum(block) else {
      throw Problem(description: "a header whose checksum is wrong")
    }
    // GNU's tar has other fields in the prefix's place, and says so by a blank in the magic.
    let isGNU = block[Field.magic].last != 0
    let parts = [isGNU ? nil : text(block[Field.prefix]), text(block[Field.name])]
    guard let name = parts[1], isGNU || parts[0] != nil else {
      throw Problem(description: "a name that is not UTF-8")
    }
    let path = [parts[0] ?? "", name].filter { !$0.isEmpty }.joined(separator: "/")
    let flag = block[Field.typeflag]
    // Older programs write a zero byte for a file.
    guard let kind = flag == 0 ? .file : Kind(rawValue: flag) else {
      throw Problem(
        description: "'\(path)' is \(Self.kind(flag)), expected files and a folder alone")
    }
    guard let size = number(block[Field.size]), let modified = number(block[Field.mtime]),
      kind != .folder || size == 0
    else { throw Problem(description: "'\(path)' with a size or a date that is no number") }
    return TarEntry(
      path: Self.path(path, kind: kind), kind: kind, size: kind == .pipe ? 0 : size,
      modified: modified)
  }

  /// A folder's path is stored with a `/` behind it.
  static func path(_ stored: String, kind: Kind) -> String {
    kind == .folder && stored.hasSuffix("/") ? String(stored.dropLast()) : stored
  }

  private static func kind(_ flag: UInt8) -> String {
    switch flag {
    case UInt8(ascii: "1"), UInt8(ascii: "2"): "a link"
    case UInt8(ascii: "3"), UInt8(ascii: "4"): "a device"
    default: "an entry of kind 0x\(String(flag, radix: 16))"
    }
  }

  /// Up to a zero byte; nil if it is not UTF-8.
  private static func text(_ field: ArraySlice<UInt8>) -> String? {
    String(validating: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// nil for what is none, or larger than an `Int`.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      guard first == 0x80 else { return nil }
      let bytes = field.dropFirst().drop { $0 == 0 }
      guard bytes.count < 8 else { return nil }
      return bytes.reduce(0) { $0 << 8 | Int($1) }
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    guard digits.allSatisfy({ (0x30..<0x38).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
  }
}
