import Foundation

/// What `--json` prints: one object a line.
enum JSONLine {
  /// The object and a newline. Keys are in order, so that equal values are equal text.
  ///
  /// Requires numbers that JSON has; `JSONNumber` wraps those that may be others.
  static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else {
      preconditionFailure("\(value) cannot be written as JSON")
    }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}

/// A number that is null where JSON has none for it: NaN and infinities.
struct JSONNumber<Value: BinaryFloatingPoint & Encodable>: Encodable {
  var value: Value

  init(_ value: Value) { self.value = value }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if value.isFinite { try container.encode(value) } else { try container.encodeNil() }
  }
}
