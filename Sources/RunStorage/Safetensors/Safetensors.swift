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
  /// - Throws: if two tensors share a name, or the file cannot be written.
  package static func write(
    _ tensors: [NamedTensor], metadata: [String: String], to url: URL
  ) throws(StorageError) {
    let sorted = tensors.sorted { precedes($0.name, $1.name) }
    for (tensor, next) in zip(sorted, sorted.dropFirst()) where tensor.name == next.name {
      throw StorageError(url, "cannot write two tensors named '\(tensor.name)'")
    }
    if sorted.contains(where: { $0.name == metadataKey }) {
      throw StorageError(url, "cannot write a tensor named '\(metadataKey)'")
    }
    let header = header(sorted, metadata: metadata)
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

  /// Length and JSON, padded with spaces so that the tensors start at a multiple of eight bytes.
  private static func header(_ tensors: [NamedTensor], metadata: [String: String]) -> Data {
    var entries: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { precedes($0.key, $1.key) }
        .map { "\(quoted($0.key)):\(quoted($0.value))" }
      entries.append("\(quoted(metadataKey)):{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.values.count * 4
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\(quoted(tensor.name)):"
          + #"{"dtype":"F32","shape":[\#(shape)],"data_offsets":[\#(offset),\#(end)]}"#)
      offset = end
    }
    var json = Data("{\(entries.joined(separator: ","))}".utf8)
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json
  }

  /// Order of the names' bytes, the same in every locale.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
