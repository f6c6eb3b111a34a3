import Foundation

/// How the text of a value is taken apart.
package enum SettingsValueShape: Sendable {
  /// One number or name; spaces around it do not count.
  case word
  /// Elements separated by commas.
  case list
  /// All of it, as it stands.
  case text
}

/// One key of a settings file: how it is read, checked and written.
///
/// A schema, which is a list of them, is all that the YAML reader, the writer and `--set` know.
package struct SettingsField<Root>: Sendable {
  /// Dotted: `heads.A.clusters`.
  package let key: String
  /// What a value has to be, for messages: "an integer of at least 1".
  package let expectation: String
  /// What an assignment's text is taken for.
  package var shape = SettingsValueShape.word
  /// Takes the scalars of a value (one, or those of a list); false if they are not as expected.
  package let read: @Sendable (inout Root, [String]) -> Bool
  package let value: @Sendable (Root) -> SettingsValue
}

extension SettingsField {
  package typealias Path<Value> = WritableKeyPath<Root, Value> & Sendable

  package static func integer(
    _ key: String, _ path: Path<Int>, from least: Int, to most: Int = 1 << 30
  ) -> SettingsField {
    let limit = "from \(least) to \(most)"
    return SettingsField(
      key: key, expectation: "an integer \(limit)",
      read: { settings, scalars in
        guard scalars.count == 1, let value = Int(scalars[0]), (least...most).contains(value) else {
          return false
        }
        settings[keyPath: path] = value
        return true
      },
      value: { .integer($0[keyPath: path]) })
  }

  /// - Parameter automatic: the value that stands for `auto`, outside of the limits.
  package static func integer(
    _ key: String, _ path: Path<Int>, from least: Int, to most: Int, orAuto automatic: Int
  ) -> SettingsField {
    SettingsField(
      key: key, expectation: "auto or an integer from \(least) to \(most)",
      read: { settings, scalars in
        guard scalars.count == 1 else { return false }
        if scalars[0] == "auto" {
          settings[keyPath: path] = automatic
          return true
        }
        guard let value = Int(scalars[0]), (least...most).contains(value) else { return false }
        settings[keyPath: path] = value
        return true
      },
      value: {
        let value = $0[keyPath: path]
        return value == automatic ? .text("auto") : .integer(value)
      })
  }

  package static func integer(
    _ key: String, _ path: Path<Int>, oneOf choices: [Int]
  ) -> SettingsField {
    SettingsField(
      key: key, expectation: "one of " + choices.map(String.init).joined(separator: ", "),
      read: { settings, scalars in
        guard scalars.count == 1, let value = Int(scalars[0]), choices.contains(value) else {
          return false
        }
        settings[keyPath: path] = value
        return true
      },
      value: { .integer($0[keyPath: path]) })
  }

  package static func flag(_ key: String, _ path: Path<Bool>) -> SettingsField {
    SettingsField(
      key: key, expectation: "true or false",
      read: { settings, scalars in
        guard scalars.count == 1, let value = Bool(scalars[0]) else { return false }
        settings[keyPath: path] = value
        return true
      },
      value: { .flag($0[keyPath: path]) })
  }

  package static func seed(_ key: String, _ path: Path<UInt64>) -> SettingsField {
    SettingsField(
      key: key, expectation: "an integer from 0 to 2⁶⁴ − 1",
      read: { settings, scalars in
        guard scalars.count == 1, let value = UInt64(scalars[0]) else { return false }
        settings[keyPath: path] = value
        return true
      },
      value: { .seed($0[keyPath: path]) })
  }

  /// `least` itself is allowed unless `isOpen`.
  package static func number(
    _ key: String, _ path: Path<Double>, from least: Double, to most: Double, isOpen: Bool = false
  ) -> SettingsField {
    SettingsField(
      key: key,
      expectation: isOpen
        ? "a number above \(least) and at most \(most)" : "a number from \(least) to \(most)",
      read: { settings, scalars in
        guard scalars.count == 1, let value = Double(scalars[0]), value >= least, value <= most,
          !(isOpen && value == least)
        else { return false }
        settings[keyPath: path] = value
        return true
      },
      value: { .number($0[keyPath: path]) })
  }

  /// - Parameter orNone: whether the list may be empty.
  package static func integers(
    _ key: String, _ path: Path<[Int]>, from least: Int, to most: Int, orNone: Bool = false
  ) -> SettingsField {
    SettingsField(
      key: key, expectation: "a list of integers from \(least) to \(most)", shape: .list,
      read: { settings, scalars in
        let values = scalars.compactMap { Int($0) }.filter { (least...most).contains($0) }
        guard values.count == scalars.count, orNone || !values.isEmpty else { return false }
        settings[keyPath: path] = values
        return true
      },
      value: { .list($0[keyPath: path].map { .integer($0) }) })
  }

  package static func word(
    _ key: String, _ path: Path<String>, oneOf choices: [String]? = nil
  ) -> SettingsField {
    SettingsField(
      key: key,
      expectation: choices.map { "one of " + $0.joined(separator: ", ") } ?? "a name",
      read: { settings, scalars in
        guard scalars.count == 1, !scalars[0].isEmpty, choices?.contains(scalars[0]) ?? true else {
          return false
        }
        settings[keyPath: path] = scalars[0]
        return true
      },
      value: { .text($0[keyPath: path]) })
  }

  /// One of an enumeration's names.
  package static func choice<Value: RawRepresentable & Sendable>(
    _ key: String, _ path: Path<Value>, oneOf choices: [Value]
  ) -> SettingsField where Value.RawValue == String {
    SettingsField(
      key: key, expectation: "one of " + choices.map(\.rawValue).joined(separator: ", "),
      read: { settings, scalars in
        guard scalars.count == 1,
          let value = choices.first(where: { $0.rawValue == scalars[0] })
        else { return false }
        settings[keyPath: path] = value
        return true
      },
      value: { .text($0[keyPath: path].rawValue) })
  }

  /// One of some values, by the names that settings have for them.
  package static func choice<Value: Equatable & Sendable>(
    _ key: String, _ path: Path<Value>, named choices: [(name: String, value: Value)]
  ) -> SettingsField {
    SettingsField(
      key: key, expectation: "one of " + choices.map(\.name).joined(separator: ", "),
      read: { settings, scalars in
        guard scalars.count == 1, let choice = choices.first(where: { $0.name == scalars[0] })
        else { return false }
        settings[keyPath: path] = choice.value
        return true
      },
      value: { settings in
        .text(choices.first { $0.value == settings[keyPath: path] }?.name ?? "")
      })
  }

  /// Some of an enumeration's names, each at most once, or none of them.
  package static func choices<Value: RawRepresentable & Hashable & Sendable>(
    _ key: String, _ path: Path<[Value]>, among choices: [Value]
  ) -> SettingsField where Value.RawValue == String {
    SettingsField(
      key: key,
      expectation: "a list, empty or each once, of "
        + choices.map(\.rawValue).joined(separator: ", "),
      shape: .list,
      read: { settings, scalars in
        let values = scalars.compactMap { name in choices.first { $0.rawValue == name } }
        guard values.count == scalars.count, Set(values).count == values.count else {
          return false
        }
        settings[keyPath: path] = values
        return true
      },
      value: { .list($0[keyPath: path].map { .text($0.rawValue) }) })
  }

  package static func path(_ key: String, _ path: Path<String>) -> SettingsField {
    SettingsField(
      key: key, expectation: "a path", shape: .text,
      read: { settings, scalars in
        guard scalars.count == 1 else { return false }
        settings[keyPath: path] = scalars[0]
        return true
      },
      value: { .text($0[keyPath: path]) })
  }
}

extension SettingsField {
  /// The keys of a part of the settings, each behind `key` and a dot; at the same level if `key` is
  /// empty.
  package static func group<Part>(
    _ key: String, _ path: Path<Part>, _ schema: [SettingsField<Part>]
  ) -> [SettingsField] {
    schema.map { field in
      SettingsField(
        key: key.isEmpty ? field.key : "\(key).\(field.key)", expectation: field.expectation,
        shape: field.shape,
        read: { settings, scalars in field.read(&settings[keyPath: path], scalars) },
        value: { field.value($0[keyPath: path]) })
    }
  }
}
