import Foundation

/// A path or a part of one as the file system has it: any bytes but zero, which need not be UTF-8.
package struct PathBytes: Sendable, Hashable, Comparable {
  /// Without a zero at the end.
  package let bytes: [UInt8]

  /// Bytes from the first zero on are left out.
  package init(_ bytes: [UInt8]) { self.bytes = Array(bytes.prefix { $0 != 0 }) }

  package init(_ text: String) { self.init(Array(text.utf8)) }

  /// The path `name` within the folder that this path names.
  package func appending(_ name: PathBytes) -> PathBytes {
    if bytes.isEmpty { return name }
    return PathBytes(
      bytes + (bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + name.bytes)
  }

  /// Whether the last bytes are those of `ending`, whose letters are lower case, in either case.
  package func hasEnding(_ ending: String) -> Bool {
    let wanted = ending.utf8
    guard bytes.count >= wanted.count else { return false }
    return zip(bytes.suffix(wanted.count), wanted).allSatisfy { byte, letter in
      let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      return (isCapital ? byte | 0x20 : byte) == letter
    }
  }

  /// In order of their bytes.
  package static func < (first: PathBytes, second: PathBytes) -> Bool {
    first.bytes.lexicographicallyPrecedes(second.bytes)
  }

  /// Whether anything is there.
  package var exists: Bool { withCString { access($0, F_OK) == 0 } }

  /// Whether a folder, or a link to one, is there.
  package var isFolder: Bool {
    var status = stat()
    return withCString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Calls `body` with a C string, valid during the call.
  package func withCString<Result, Failure: Error>(
    _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try (bytes + [0]).withUnsafeBufferPointer { buffer throws(Failure) in
      try body(UnsafeRawPointer(buffer.baseAddress!).assumingMemoryBound(to: CChar.self))
    }
  }

  /// The path as text; a byte that is not part of any UTF-8 character is `\x` and two digits.
  package var text: String {
    var text = ""
    var decoder = UTF8()
    var position = 0
    while position < bytes.count {
      var iterator = bytes[position...].makeIterator()
      decoder = UTF8()
      if case .scalarValue(let scalar) = decoder.decode(&iterator) {
        text.unicodeScalars.append(scalar)
        position += UTF8.width(scalar)
      } else {
        text += Self.escaped(bytes[position])
        position += 1
      }
    }
    return text
  }

  private static func escaped(_ byte: UInt8) -> String {
    "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

extension PathBytes: CustomStringConvertible {
  /// `text` on one line: control characters are written as `\x` and two digits too.
  package var description: String {
    text.unicodeScalars.map { scalar in
      scalar.value < 32 || scalar.value == 127
        ? Self.escaped(UInt8(scalar.value)) : String(scalar)
    }.joined()
  }
}
