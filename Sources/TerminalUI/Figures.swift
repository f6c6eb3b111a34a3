import Foundation

/// Numbers as the screen writes them: a true minus sign, a dash for what is not known.
enum Figures {
  /// With `digits` digits after the point; "—" for nil, "NaN" for NaN.
  static func decimal(_ value: Double?, _ digits: Int) -> String {
    guard let value else { return "—" }
    guard !value.isNaN else { return "NaN" }
    guard value.isFinite else { return value < 0 ? "−∞" : "∞" }
    let text = String(format: "%.\(digits)f", abs(value))
    let isZero = !text.contains { $0 != "0" && $0 != "." }
    return value < 0 && !isZero ? "−" + text : text
  }

  /// A share 0...1 in percent.
  static func percent(_ share: Double?, _ digits: Int = 1) -> String {
    guard let share else { return "—" }
    return decimal(share * 100, digits)
  }

  /// 1234567 as "1,234,567".
  static func count(_ value: Int) -> String {
    var groups: [String] = []
    var rest = value.magnitude
    while rest >= 1000 {
      groups.insert(String(format: "%03d", Int(rest % 1000)), at: 0)
      rest /= 1000
    }
    groups.insert(String(rest), at: 0)
    return (value < 0 ? "−" : "") + groups.joined(separator: ",")
  }

  /// Seconds as "1:02:03", or "4d 05:06" from a day on.
  static func duration(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, seconds >= 0, seconds < 1e10 else { return "—" }
    let whole = Int(seconds)
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    if hours >= 24 { return String(format: "%dd %02d:%02d", hours / 24, hours % 24, minutes) }
    return String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
  }

  /// A learning rate: "1e-4", "2.5e-4".
  static func rate(_ value: Double?) -> String {
    guard let value, value.isFinite, value > 0 else { return "—" }
    let exponent = Int(log10(value * (1 + 1e-9)).rounded(.down))
    let mantissa = value / pow(10, Double(exponent))
    var digits = String(format: "%.2f", mantissa)
    while digits.last == "0" { digits.removeLast() }
    if digits.last == "." { digits.removeLast() }
    return "\(digits)e\(exponent)"
  }

  /// A replay speed: "0.25", "4".
  static func speed(_ value: Double) -> String {
    value == value.rounded() ? decimal(value, 0) : decimal(value, 2)
  }

  /// `text` in at most `columns` columns, with "…" at the end where it is longer.
  static func clipped(_ text: String, _ columns: Int) -> String {
    text.columns <= columns
      ? text : text.prefix(columns: max(0, columns - 1)) + (columns > 0 ? "…" : "")
  }
}
