import CZlib
import Foundation

/// The checksum of zlib and PNG, by which bytes that have changed are known.
struct CRC32 {
  private var value: UInt = 0

  mutating func add(_ data: Data) {
    data.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
        value = crc32_z(value, part.bindMemory(to: UInt8.self).baseAddress, part.count)
        rest = rest.dropFirst(part.count)
      }
    }
  }

  /// Eight hexadecimal digits.
  var text: String { String(format: "%08x", UInt32(truncatingIfNeeded: value)) }
}
