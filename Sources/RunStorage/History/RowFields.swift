import Foundation
import GRDB

/// Reads a row's columns in order; a value of the wrong kind is an error that names the column, never a trap.
struct RowFields {
  private let row: Row
  private let url: URL
  private let place: String
  private var index = 0

  /// - Parameter place: the table, and the row in it, for the error.
  init(_ row: Row, of url: URL, _ place: String) {
    self.row = row
    self.url = url
    self.place = place
  }

  mutating func integer() throws(StorageError) -> Int { try value("a whole number") }
  mutating func text() throws(StorageError) -> String { try value("text") }
  mutating func optionalText() throws(StorageError) -> String? {
    if row.databaseValue(at: index).isNull {
      index += 1
      return nil
    }
    return try text()
  }

  /// A measurement; NULL is NaN.
  mutating func number() throws(StorageError) -> Double {
    if row.databaseValue(at: index).isNull {
      index += 1
      return .nan
    }
    return try value("a number")
  }

  /// A measurement that need not have been made: NULL is nil.
  mutating func optionalNumber() throws(StorageError) -> Double? {
    let value = try number()
    return value.isNaN ? nil : value
  }

  var nextIsNull: Bool { row.databaseValue(at: index).isNull }
  mutating func skip(_ columns: Int) { index += columns }

  mutating func bytes() throws(StorageError) -> Data { try value("a blob") }

  mutating func floats(_ count: Int? = nil) throws(StorageError) -> [Float] {
    try array(count, LittleEndian.floats, "float32")
  }
  mutating func doubles() throws(StorageError) -> [Double] {
    try array(nil, LittleEndian.doubles, "float64")
  }
  mutating func integers(_ count: Int? = nil) throws(StorageError) -> [Int] {
    try array(count, LittleEndian.int32s, "int32")
  }

  /// Text that stands for a value, such as JSON or a name.
  mutating func parsed<Value>(
    _ expected: String, _ parse: (String) throws -> Value?
  ) throws(StorageError) -> Value {
    let text = try text()
    guard let value = try? parse(text) else {
      index -= 1
      throw problem("'\(text.prefix(40))', expected \(expected)")
    }
    return value
  }

  private mutating func array<Value>(
    _ count: Int?, _ decode: (Data) -> [Value]?, _ type: String
  ) throws(StorageError) -> [Value] {
    let bytes = try bytes()
    guard let values = decode(bytes), count == nil || values.count == count else {
      index -= 1
      throw problem("\(bytes.count) bytes, expected \(count.map { "\($0) " } ?? "")\(type) values")
    }
    return values
  }

  private mutating func value<Value: DatabaseValueConvertible>(
    _ expected: String
  ) throws(StorageError) -> Value {
    guard index < row.count, let value = Value.fromDatabaseValue(row.databaseValue(at: index))
    else { throw problem("\(row.databaseValue(at: index)), expected \(expected)") }
    index += 1
    return value
  }

  private func problem(_ text: String) -> StorageError {
    StorageError(url, "\(place), column '\(Array(row.columnNames)[index])': \(text)")
  }
}

extension Row {
  fileprivate func databaseValue(at index: Int) -> DatabaseValue { self[index] }
}
