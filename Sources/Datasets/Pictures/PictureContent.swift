/// What the first bytes of a file say that it is.
enum PictureContent: Equatable {
  case png, jpeg, webp
  /// None of these; a few words that say what instead.
  case other(String)

  init(_ bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      self = .png
    } else if bytes.starts(with: [0xff, 0xd8, 0xff]) {
      self = .jpeg
    } else if bytes.starts(with: Array("RIFF".utf8)) && Self.has("WEBP", in: bytes, at: 8) {
      self = .webp
    } else {
      self = .other(Self.describe(bytes))
    }
  }

  private static func has(_ text: String, in bytes: [UInt8], at offset: Int) -> Bool {
    bytes.dropFirst(offset).starts(with: Array(text.utf8))
  }

  /// Formats with a mark of their own at the start.
  private static let marks: [(mark: [UInt8], name: String)] = [
    (Array("GIF8".utf8), "a GIF"), (Array("BM".utf8), "a BMP"),
    ([0x49, 0x49, 0x2a, 0], "a TIFF"), ([0x4d, 0x4d, 0, 0x2a], "a TIFF"),
    ([0, 5, 0x16, 7], "an AppleDouble companion"), ([0, 5, 0x16, 0], "an AppleSingle file"),
    (Array("%PDF".utf8), "a PDF"), ([0x50, 0x4b, 3, 4], "a ZIP archive"),
    ([0x1f, 0x8b], "gzip data"), ([0xff, 0x0a], "a JPEG XL"),
    ([0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20], "a JPEG XL"),
    ([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20], "a JPEG 2000"), (Array("8BPS".utf8), "a PSD"),
    (Array("version https://git-lfs".utf8), "a Git LFS pointer"),
  ]

  /// Kinds of files that name themselves after `ftyp`.
  private static let brands = [
    "heic": "a HEIC", "heix": "a HEIC", "heim": "a HEIC", "hevc": "a HEIC", "mif1": "a HEIC",
    "msf1": "a HEIC", "avif": "an AVIF", "avis": "an AVIF",
  ]

  private static func describe(_ bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "nothing" }
    if let known = marks.first(where: { bytes.starts(with: $0.mark) }) { return known.name }
    if has("ftyp", in: bytes, at: 4) {
      let brand = String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self)
      return brands[brand] ?? "a film"
    }
    let start = bytes.prefix(512)
    if start.allSatisfy({ $0 == 0 }) { return "zeros" }
    if let text = text(start) { return text }
    let hexadecimal = bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return hexadecimal.joined()
  }

  /// What kind of text it is, nil if it is none.
  private static func text(_ start: ArraySlice<UInt8>) -> String? {
    let isText = start.allSatisfy { $0 >= 32 && $0 != 127 || (9...13).contains($0) || $0 == 27 }
    guard isText else { return nil }
    var words = String(decoding: start, as: UTF8.self).lowercased()[...]
    if words.hasPrefix("\u{feff}") { words.removeFirst() }
    words = words.drop { $0.isWhitespace }
    if words.hasPrefix("<!doctype html") || words.contains("<html") { return "a web page" }
    if words.contains("<svg") { return "an SVG" }
    // Bytes of 128 and more are text if they are UTF-8, but for a character cut off at the end.
    let isUTF8 = !String(decoding: start.dropLast(start.count < 512 ? 0 : 4), as: UTF8.self)
      .unicodeScalars.contains("\u{fffd}")
    return isUTF8 ? "text" : nil
  }
}
