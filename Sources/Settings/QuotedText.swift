/// `text` as a string of YAML. What YAML takes for a line break or not for a character is
/// escaped too.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0x22, 0x5C: result += "\\\(scalar)"
    case ..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
      result += "\\u" + String(scalar.value + 0x10000, radix: 16).dropFirst()
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
