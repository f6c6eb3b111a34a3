/// The value of a setting, with the type that files have for it.
package enum SettingsValue: Sendable, Hashable {
  case integer(Int)
  /// 64 bits without a sign.
  case seed(UInt64)
  case number(Double)
  case flag(Bool)
  case text(String)
  case list([SettingsValue])

  /// On one line, as YAML has it.
  package var yaml: String {
    switch self {
    case .integer(let value): "\(value)"
    case .seed(let value): "\(value)"
    case .number(let value): "\(value)"
    case .flag(let value): "\(value)"
    case .text(let value): quoted(value)
    case .list(let values): "[" + values.map(\.yaml).joined(separator: ", ") + "]"
    }
  }
}

extension SettingsValue: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .seed(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    }
  }
}

/// Settings nested as a file nests them, to be encoded.
package enum SettingsTree: Sendable, Equatable, Encodable {
  case value(SettingsValue)
  case group([String: SettingsTree])

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .value(let value): try container.encode(value)
    case .group(let members): try container.encode(members)
    }
  }
}
