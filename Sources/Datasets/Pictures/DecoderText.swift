/// Messages of C libraries.
enum DecoderText {
  /// One line, whatever bytes a file has put into it.
  static func line(_ text: UnsafePointer<CChar>?) -> String {
    text.map { PathBytes(String(cString: $0)).description } ?? ""
  }

  /// Why a file was not read: a kind that the library does not know is no damage.
  static func reason(format: String, _ said: String) -> String {
    let isUnknown = ["Unsupported", "unhandled", "not supported"].contains { said.contains($0) }
    return isUnknown
      ? "this kind of \(format) is not supported: \(said)"
      : "the \(format) data is damaged: \(said)"
  }

  static func lines(_ text: UnsafePointer<CChar>?) -> [String] {
    guard let text else { return [] }
    return String(cString: text).split(separator: "\n").map { PathBytes(String($0)).description }
  }
}
