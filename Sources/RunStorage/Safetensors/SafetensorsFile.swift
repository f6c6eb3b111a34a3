import Foundation
import Snapshots

/// A safetensors file in memory, its header checked against its bytes.
package struct SafetensorsFile: Sendable {
  /// In the order of their bytes.
  package let names: [String]
  /// The header's free text, such as the step that the weights belong to.
  package let metadata: [String: String]

  private let url: URL
  private let data: Data
  private let tensorsByName: [String: Tensor]

  private struct Tensor {
    var type: String
    var shape: [Int]
    /// In the file.
    var range: Range<Int>
  }

  /// Bytes of one element. Complete, so that a file with tensors we cannot read still opens.
  private static let elementSizes = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "I16": 2, "U16": 2, "F16": 2,
    "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8,
  ]

  /// Reads and checks the whole file.
  ///
  /// - Throws: if it cannot be read; if the header is not the format's JSON; if a tensor's byte
  ///   range leaves the file, overlaps another, leaves a gap, or differs from what its shape and
  ///   element type need; if the bytes do not have the checksum that the metadata tell.
  package init(contentsOf url: URL) throws(StorageError) {
    try self.init(try storing(url, "read") { try Data(contentsOf: url) }, of: url)
  }

  init(_ data: Data, of url: URL) throws(StorageError) {
    guard data.count >= 8 else {
      throw StorageError(
        url, "safetensors: expected an 8-byte header length, the file has \(data.count) bytes")
    }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(Safetensors.longestHeader), length <= UInt64(data.count - 8) else {
      throw StorageError(
        url,
        "safetensors: header length \(length) at offset 0, expected at most "
          + "\(min(data.count - 8, Safetensors.longestHeader))")
    }
    let start = 8 + Int(length)
    let header = try SafetensorsHeader([UInt8](data[8..<start]), of: url)
    let entries = header.entries.sorted { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var tensors: [String: Tensor] = [:]
    var position = 0
    for entry in entries {
      func problem(_ text: String) -> StorageError {
        StorageError(url, "safetensors tensor '\(entry.name)': \(text)")
      }
      guard let size = Self.elementSizes[entry.type] else {
        throw problem("unknown dtype '\(entry.type)'")
      }
      guard entry.begin == position else {
        let fault = entry.begin < position ? "overlaps" : "gap after"
        throw problem(
          "its bytes start at data offset \(entry.begin), expected \(position) "
            + "(\(fault) the tensor before)")
      }
      guard entry.end >= entry.begin, entry.end <= data.count - start else {
        throw problem(
          "its bytes end at data offset \(entry.end), expected \(entry.begin) to "
            + "\(data.count - start)")
      }
      var needed = size
      for dimension in entry.shape {
        let (product, overflow) = needed.multipliedReportingOverflow(by: dimension)
        if overflow { throw problem("shape \(entry.shape) is too large") }
        needed = product
      }
      guard entry.end - entry.begin == needed else {
        throw problem(
          "\(entry.end - entry.begin) bytes, expected \(needed) for \(entry.type) \(entry.shape)")
      }
      tensors[entry.name] = Tensor(
        type: entry.type, shape: entry.shape, range: start + entry.begin..<start + entry.end)
      position = entry.end
    }
    guard position == data.count - start else {
      throw StorageError(
        url,
        "safetensors: \(data.count - start - position) bytes after the last tensor, "
          + "from offset \(start + position), expected none")
    }
    if let expected = header.metadata[Safetensors.checksumKey] {
      var checksum = CRC32()
      checksum.add(data[start...])
      guard checksum.text == expected else {
        throw StorageError(
          url,
          "safetensors: its tensors have the checksum \(checksum.text), expected \(expected): the "
            + "file is damaged")
      }
    }
    self.url = url
    self.data = data
    names = entries.map(\.name)
    metadata = header.metadata
    tensorsByName = tensors
  }

  /// The tensor's shape; `[]` for a single number. Throws if there is no such tensor.
  package func shape(of name: String) throws(StorageError) -> [Int] { try tensor(name).shape }

  /// The tensor's values in row-major order, rounded to Float where they are F64, I32 or I64.
  /// Throws if there is no such tensor or it holds another element type.
  package func floats(_ name: String) throws(StorageError) -> [Float] {
    let tensor = try tensor(name)
    if tensor.type == "F32", let values = LittleEndian.floats(data[tensor.range]) { return values }
    return try doubles(name).map { Float($0) }
  }

  /// The tensor's values in row-major order, exact for F64, F32 and I32.
  /// Throws if there is no such tensor or it holds another element type.
  package func doubles(_ name: String) throws(StorageError) -> [Double] {
    let tensor = try tensor(name)
    let bytes = data[tensor.range]
    let values: [Double]? =
      switch tensor.type {
      case "F64": LittleEndian.doubles(bytes)
      case "F32": LittleEndian.floats(bytes)?.map { Double($0) }
      case "I64": LittleEndian.int64s(bytes)?.map { Double($0) }
      case "I32": LittleEndian.int32s(bytes)?.map { Double($0) }
      default: nil
      }
    guard let values else {
      throw StorageError(
        url, "safetensors tensor '\(name)': dtype \(tensor.type), expected F32, F64, I32 or I64")
    }
    return values
  }

  /// All tensors as Floats, in the order of `names`.
  package func tensors() throws(StorageError) -> [NamedTensor] {
    var result: [NamedTensor] = []
    for name in names {
      result.append(NamedTensor(name: name, shape: try shape(of: name), values: try floats(name)))
    }
    return result
  }

  private func tensor(_ name: String) throws(StorageError) -> Tensor {
    guard let tensor = tensorsByName[name] else {
      throw StorageError(url, "no tensor '\(name)' among its \(names.count)")
    }
    return tensor
  }
}
