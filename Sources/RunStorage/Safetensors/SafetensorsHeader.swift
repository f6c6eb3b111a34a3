import Foundation

/// What the header says of one tensor. Nothing has been checked against the file yet.
struct SafetensorsEntry {
  var name: String
  var type: String
  var shape: [Int]
  /// Byte range counted from the end of the header.
  var begin: Int
  var end: Int
}

/// Reads the header's JSON, which has one fixed form; a general reader would hide duplicate keys.
/// Every error names the offset in the file.
struct SafetensorsHeader {
  private(set) var entries: [SafetensorsEntry] = []
  private(set) var metadata: [String: String] = [:]

  private let url: URL
  private let bytes: [UInt8]
  private var position = 0
  /// Where `bytes` starts in the file.
  private static let start = 8

  init(_ bytes: [UInt8], of url: URL) throws(StorageError) {
    self.url = url
    self.bytes = bytes
    guard bytes.first == UInt8(ascii: "{") else { throw expected("'{'") }
    var hasMetadata = false
    var names: Set<String> = []
    try object { (parser: inout Self, key) throws(StorageError) in
      if key == Safetensors.metadataKey {
        if hasMetadata { throw parser.duplicate(key) }
        hasMetadata = true
        try parser.readMetadata()
      } else {
        guard names.insert(key).inserted else { throw parser.duplicate(key) }
        parser.entries.append(try parser.entry(key))
      }
    }
    skipSpace()
    guard position == bytes.count else { throw expected("only spaces after the header's '}'") }
  }

  private mutating func readMetadata() throws(StorageError) {
    try object { (parser: inout Self, key) throws(StorageError) in
      let value = try parser.string()
      guard parser.metadata.updateValue(value, forKey: key) == nil else {
        throw parser.duplicate(key)
      }
    }
  }

  private mutating func entry(_ name: String) throws(StorageError) -> SafetensorsEntry {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    try object { (parser: inout Self, key) throws(StorageError) in
      switch key {
      case "dtype" where type == nil: type = try parser.string()
      case "shape" where shape == nil: shape = try parser.integers()
      case "data_offsets" where offsets == nil: offsets = try parser.integers()
      case "dtype", "shape", "data_offsets": throw parser.duplicate(key)
      default: throw parser.expected("dtype, shape or data_offsets in tensor '\(name)'")
      }
    }
    guard let type, let shape, let offsets else {
      throw expected("dtype, shape and data_offsets for tensor '\(name)'")
    }
    guard offsets.count == 2 else {
      throw expected("two data_offsets for tensor '\(name)', not \(offsets.count),")
    }
    return SafetensorsEntry(
      name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
  }

  // MARK: JSON

  private mutating func object(
    _ member: (inout Self, String) throws(StorageError) -> Void
  ) throws(StorageError) {
    try take("{")
    if skip("}") { return }
    repeat {
      let key = try string()
      try take(":")
      try member(&self, key)
    } while skip(",")
    try take("}")
  }

  private mutating func integers() throws(StorageError) -> [Int] {
    var values: [Int] = []
    try take("[")
    if skip("]") { return values }
    repeat { values.append(try integer()) } while skip(",")
    try take("]")
    return values
  }

  private mutating func integer() throws(StorageError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, case let digit = Int(bytes[position]) - 48, 0...9 ~= digit {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(digit)
      if overflow || carry {
        position = start
        throw expected("a number below 2^63")
      }
      value = sum
      position += 1
    }
    if position == start { throw expected("a number of at least 0") }
    return value
  }

  private mutating func string() throws(StorageError) -> String {
    try take("\"")
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < bytes.count else {
      position = start
      throw expected("a closing '\"'")
    }
    let content = bytes[start..<position]
    position += 1
    // Only escapes need the general reader.
    if !content.contains(where: { $0 == UInt8(ascii: "\\") || $0 < 0x20 }) {
      if let text = String(validating: content, as: UTF8.self) { return text }
    } else if let text = try? JSONDecoder().decode(
      String.self, from: Data(bytes[(start - 1)..<position]))
    {
      return text
    }
    position = start
    throw expected("a JSON string in UTF-8")
  }

  private mutating func take(_ character: Unicode.Scalar) throws(StorageError) {
    guard skip(character) else { throw expected("'\(character)'") }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private func expected(_ what: String) -> StorageError {
    StorageError(url, "safetensors header: expected \(what) at offset \(Self.start + position)")
  }

  private func duplicate(_ key: String) -> StorageError {
    StorageError(
      url,
      "safetensors header: '\(key)' appears twice, again before offset \(Self.start + position)")
  }
}
