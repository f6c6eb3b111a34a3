import Foundation
import GRDB

extension HistoryQueries {
  /// One row as a record.
  ///
  /// - Parameter place: the table, and the row in it, for the error.
  /// - Throws: a `StorageError` that names the column whose value is of the wrong kind.
  func decode<Record: FetchableRecord & Decodable>(
    _ row: Row, _ place: @autoclosure () -> String
  ) throws -> Record {
    // A copy is decoded by each value's own kind; a row that is still attached to its statement
    // lets SQLite convert, which makes a 0 of the text 'x'.
    let row = row.copy()
    do {
      return try FetchableRecordDecoder().decode(Record.self, from: row)
    } catch let error as RowDecodingError {
      throw problem(error, row, place())
    }
  }

  /// An error about the value of one column.
  func damage(_ place: String, _ column: String, _ found: String, _ expected: String)
    -> StorageError
  {
    StorageError(url, "\(place), column '\(column)': \(found), expected \(expected)")
  }

  /// GRDB says `could not decode TYPE from database value VALUE - column: "NAME", …`; a value's own
  /// quotation marks are escaped in it.
  private func problem(_ error: RowDecodingError, _ row: Row, _ place: String) -> StorageError {
    let text = error.description
    guard let match = text.firstMatch(of: /could not decode (\S+).*? - column: "([^"]+)"/) else {
      return StorageError(url, "\(place): \(text.prefix { !$0.isNewline })")
    }
    let (type, column) = (String(match.1), String(match.2))
    let expected = Self.expectations.first { type.hasPrefix($0.type) }?.text ?? type
    return damage(place, column, Self.shown(row[column]), expected)
  }

  private static let expectations: [(type: String, text: String)] = [
    ("IntegerBlob", "int32 values"), ("Int", "a whole number"), ("String", "text"),
    ("Double", "a number"), ("Data", "a blob"),
    ("Measurement", "a number"), ("FloatBlob", "float32 values"), ("DoubleBlob", "float64 values"),
    ("DecimalText", "a whole number"),
    ("JSONArray", "a JSON array"),
  ]

  static func shown(_ value: DatabaseValue) -> String {
    switch value.storage {
    case .blob(let data): "\(data.count) bytes"
    case .string(let text): "'\(text.prefix(40))'"
    default: "\(value)"
    }
  }
}
