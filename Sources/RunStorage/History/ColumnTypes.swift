import CZlib
import Foundation
import GRDB

/// A measurement: SQLite has no NaN and stores it as NULL, so NULL reads as NaN.
struct Measurement: DatabaseValueConvertible, Codable {
  var value: Double

  init(_ value: Double) { self.value = value }

  var databaseValue: DatabaseValue { value.databaseValue }

  static func fromDatabaseValue(_ stored: DatabaseValue) -> Measurement? {
    if stored.isNull { return Measurement(.nan) }
    return Double.fromDatabaseValue(stored).map { Measurement($0) }
  }
}

/// float32 values as a blob.
struct FloatBlob: DatabaseValueConvertible, Codable {
  var values: [Float]

  init(_ values: [Float]) { self.values = values }

  var databaseValue: DatabaseValue { LittleEndian.data(values).databaseValue }

  static func fromDatabaseValue(_ stored: DatabaseValue) -> FloatBlob? {
    Data.fromDatabaseValue(stored).flatMap(LittleEndian.floats).map { FloatBlob($0) }
  }
}

/// Bytes as a blob of zlib: maps of pixels are long runs of few values.
struct PackedBlob: DatabaseValueConvertible, Codable {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The number of bytes, 8 of its own, stands in front.
  var databaseValue: DatabaseValue {
    var size = compressBound(uLong(bytes.count))
    var packed = [UInt8](repeating: 0, count: Int(size))
    let status = compress(&packed, &size, bytes, uLong(bytes.count))
    precondition(status == Z_OK, "zlib cannot compress: \(status)")
    let count = (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) }
    return Data(count + packed[..<Int(size)]).databaseValue
  }

  /// Larger maps than this are taken for damage.
  private static let mostBytes = 1 << 30

  static func fromDatabaseValue(_ stored: DatabaseValue) -> PackedBlob? {
    guard let data = Data.fromDatabaseValue(stored), data.count >= 8 else { return nil }
    let count = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard count <= mostBytes else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(count))
    var size = uLong(count)
    let packed = [UInt8](data.dropFirst(8))
    guard uncompress(&bytes, &size, packed, uLong(packed.count)) == Z_OK, size == uLong(count)
    else { return nil }
    return PackedBlob(bytes)
  }
}

/// float64 values as a blob.
struct DoubleBlob: DatabaseValueConvertible, Codable {
  var values: [Double]

  init(_ values: [Double]) { self.values = values }

  var databaseValue: DatabaseValue { LittleEndian.data(values).databaseValue }

  static func fromDatabaseValue(_ stored: DatabaseValue) -> DoubleBlob? {
    Data.fromDatabaseValue(stored).flatMap(LittleEndian.doubles).map { DoubleBlob($0) }
  }
}

/// int32 values as a blob.
struct IntegerBlob: DatabaseValueConvertible, Codable {
  var values: [Int]

  init(_ values: [Int]) { self.values = values }

  var databaseValue: DatabaseValue { LittleEndian.data(int32: values).databaseValue }

  static func fromDatabaseValue(_ stored: DatabaseValue) -> IntegerBlob? {
    Data.fromDatabaseValue(stored).flatMap(LittleEndian.int32s).map { IntegerBlob($0) }
  }
}

/// A whole number from 0 to 2⁶⁴ − 1, which SQLite's integers do not hold, as decimal text.
struct DecimalText: DatabaseValueConvertible, Codable {
  var value: UInt64

  init(_ value: UInt64) { self.value = value }

  var databaseValue: DatabaseValue { String(value).databaseValue }

  static func fromDatabaseValue(_ stored: DatabaseValue) -> DecimalText? {
    String.fromDatabaseValue(stored).flatMap { UInt64($0) }.map { DecimalText($0) }
  }
}

/// An array as JSON text with sorted keys.
struct JSONArray<Element: Codable>: DatabaseValueConvertible, Codable {
  var values: [Element]

  init(_ values: [Element]) { self.values = values }

  var databaseValue: DatabaseValue {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Names and whole numbers always encode; NULL would be refused by the column.
    return (try? encoder.encode(values)).map { String(decoding: $0, as: UTF8.self) }.databaseValue
  }

  static func fromDatabaseValue(_ stored: DatabaseValue) -> JSONArray? {
    guard let text = String.fromDatabaseValue(stored) else { return nil }
    return (try? JSONDecoder().decode([Element].self, from: Data(text.utf8))).map { JSONArray($0) }
  }
}
