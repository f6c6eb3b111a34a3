/// Which class each value or colour of label pictures means.
package struct ClassMap: Sendable, Equatable {
  /// What messages call it: a file's path, or a name of `builtIn`.
  package let source: String
  /// In the order of class numbers.
  package let classNames: [String]
  /// What a label value means, up to the largest that is named; `unknown` in between.
  private let classOfValue: [UInt16]
  private let classOfColor: [RGB: UInt8]
  /// Whether what is not named has no class; it is an error otherwise.
  package let masksOthers: Bool

  private static let unknown: UInt16 = 256

  /// A colour of label pictures.
  package struct RGB: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
      (self.red, self.green, self.blue) = (red, green, blue)
    }

    package var description: String { "\(red),\(green),\(blue)" }

    package static func < (first: RGB, second: RGB) -> Bool {
      (first.red, first.green, first.blue) < (second.red, second.green, second.blue)
    }
  }

  /// - Parameters:
  ///   - values: the class number of each label value, 0…65535; `LabelMap.noLabel` for none.
  ///   - colors: the same for colours.
  ///   - masksOthers: whether what is in neither has no class.
  package init(
    source: String, classNames: [String], values: [UInt16: UInt8], colors: [RGB: UInt8] = [:],
    masksOthers: Bool = false
  ) {
    let numbers = Array(values.values) + Array(colors.values)
    precondition(
      classNames.count <= LabelMap.mostClasses
        && numbers.allSatisfy { $0 == LabelMap.noLabel || $0 < classNames.count },
      "\(classNames.count) classes for labels up to \(numbers.max() ?? 0)")
    self.source = source
    self.classNames = classNames
    var classOfValue = [UInt16](
      repeating: Self.unknown, count: Int(values.keys.max() ?? 0) + 1)
    for (value, number) in values { classOfValue[Int(value)] = UInt16(number) }
    self.classOfValue = classOfValue
    classOfColor = colors
    self.masksOthers = masksOthers
  }

  /// The class of a label value; `LabelMap.noLabel` for none, nil if it is an error.
  func classNumber(ofValue value: UInt16) -> UInt8? {
    let number = Int(value) < classOfValue.count ? classOfValue[Int(value)] : Self.unknown
    if number != Self.unknown { return UInt8(number) }
    return masksOthers ? LabelMap.noLabel : nil
  }

  /// The class of a colour; `LabelMap.noLabel` for none, nil if it is an error.
  func classNumber(ofColor color: RGB) -> UInt8? {
    classOfColor[color] ?? (masksOthers ? LabelMap.noLabel : nil)
  }

  /// The values or colours with their classes, the same for the same map: for a cache's key.
  var fingerprint: String {
    let values = classOfValue.enumerated().filter { $1 != Self.unknown }
      .map { "\($0):\($1)" }
    let colors = classOfColor.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
    return (values + colors + ["others:\(masksOthers)", "classes:\(classNames.count)"])
      .joined(separator: " ")
  }
}
