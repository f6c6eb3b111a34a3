import Foundation
import Snapshots

/// The safetensors format: eight bytes with the header's length (little-endian), a JSON header that
/// gives each tensor's element type, shape and byte range, then the bytes.
/// https://github.com/huggingface/safetensors
package enum Safetensors {
  /// The largest header that the reference implementation accepts, in bytes.
  static let longestHeader = 100_000_000

  /// Writes `tensors` as F32, in order of name: the same input always gives the same bytes.
  /// The file appears whole or not at all.
  ///
  /// - Parameter hasChecksum: whether the metadata tell the CRC-32 of the tensors' bytes, by which
  ///   a file that was damaged later is known.
  /// - Throws: if two tensors share a name, or the file cannot be written.
  package static func write(
    _ tensors: [NamedTensor], metadata: [String: String], hasChecksum: Bool = false, to url: URL
  ) throws(StorageError) {
    let sorted = tensors.sorted { precedes($0.name, $1.name) }
    var metadata = metadata
    if hasChecksum {
      var checksum = CRC32()
      for tensor in sorted { checksum.add(LittleEndian.data(tensor.values)) }
      metadata[checksumKey] = checksum.text
    }
    for (tensor, next) in zip(sorted, sorted.dropFirst()) where tensor.name == next.name {
      throw StorageError(url, "cannot write two tensors named '\(tensor.name)'")
    }
    if sorted.contains(where: { $0.name == metadataKey }) {
      throw StorageError(url, "cannot write a tensor named '\(metadataKey)'")
    }
    let header = try storing(url, "write") { try Self.header(sorted, metadata: metadata) }
    try AtomicFile.write(to: url) { output throws(StorageError) in
      try output.write(header)
      for tensor in sorted {
        if UInt32(1).littleEndian == 1 {
          try output.write(tensor.values)
        } else {
          try output.write(LittleEndian.data(tensor.values))
        }
      }
    }
  }

  static let metadataKey = "__metadata__"
  static let checksumKey = "crc32"

  /// What the header says under one name.
  private enum Entry: Encodable {
    case metadata([String: String])
    case tensor(shape: [Int], offsets: [Int])

    private enum Key: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .metadata(let pairs): try pairs.encode(to: encoder)
      case .tensor(let shape, let offsets):
        var container = encoder.container(keyedBy: Key.self)
        try container.encode("F32", forKey: .dtype)
        try container.encode(shape, forKey: .shape)
        try container.encode(offsets, forKey: .offsets)
      }
    }
  }

  /// Length and JSON, padded with spaces so that the tensors start at a multiple of eight bytes.
  private static func header(_ tensors: [NamedTensor], metadata: [String: String]) throws -> Data {
    var entries: [String: Entry] = [:]
    if !metadata.isEmpty { entries[metadataKey] = .metadata(metadata) }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.values.count * 4
      entries[tensor.name] = .tensor(shape: tensor.shape, offsets: [offset, end])
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json = try encoder.encode(entries)
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json
  }

  /// Order of the names' bytes, the same in every locale.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}
