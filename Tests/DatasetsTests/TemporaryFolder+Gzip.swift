import CZlib
import Foundation

/// A folder that is removed with the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// `bytes` as gzip.
  func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
    let file = path + "/" + UUID().uuidString
    let handle = gzopen(file, "wb9")
    _ = bytes.withUnsafeBytes { gzwrite(handle, $0.baseAddress, UInt32($0.count)) }
    gzclose(handle)
    return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
  }
}

/// A 32-bit big-endian number.
func bigEndian(_ value: Int) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// An idx file of bytes with these dimensions.
func idx(_ sizes: [Int], _ elements: [UInt8]) -> [UInt8] {
  [0, 0, 8, UInt8(sizes.count)] + sizes.flatMap(bigEndian) + elements
}
