import Foundation

extension URL {
  /// Absolute, and without `.` and `..`. Behind a link, `..` leads where it leads the system: above
  /// the folder that the link means, not above the link.
  package var absolutePath: String {
    var parts: [Substring] = []
    for part in Self.parts(absoluteURL.path) where part != "." {
      guard part == ".." else {
        parts.append(part)
        continue
      }
      if let folder = realpath(Self.path(parts), nil) {
        parts = Self.parts(String(cString: folder))
        free(folder)
      }
      parts = parts.dropLast()
    }
    return Self.path(parts)
  }

  /// By bytes: a slash that an accent follows is no letter of its own.
  private static func parts(_ path: String) -> [Substring] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
  }

  private static func path(_ parts: [Substring]) -> String { "/" + parts.joined(separator: "/") }
}
