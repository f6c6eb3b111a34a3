import Settings

/// A JSON value whose members keep their order, for lines that people read too.
enum JSON {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([(String, JSON)])
  /// Text that is JSON already.
  case raw(String)

  /// On one line. Numbers that JSON does not have (NaN, infinities) become null.
  var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): value.isFinite ? "\(value)" : "null"
    case .string(let value): quoted(value)
    case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { quoted($0.0) + ":" + $0.1.text }.joined(separator: ",") + "}"
    case .raw(let text): text
    }
  }
}
