import Foundation
import RunStorage

/// Paths as people write them in flags and files.
package enum UserPath {
  /// The absolute path: `~` at the start is the home folder, a relative path starts at `base`.
  ///
  /// - Parameters:
  ///   - base: a folder, absolute; the working directory if nil.
  ///   - home: of the user.
  package static func absolute(
    _ path: String, base: String? = nil,
    home: String = ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()
  ) -> String {
    if path == "~" { return home }
    if path.hasPrefix("~/") { return home + path.dropFirst() }
    if path.hasPrefix("/") { return path }
    let folder = base ?? FileManager.default.currentDirectoryPath
    return URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: folder, isDirectory: true))
      .absolutePath
  }

  /// The folder of a file, absolute: where relative paths in it start.
  package static func folder(of path: String) -> String {
    "/" + absolute(path).split(separator: "/").dropLast().joined(separator: "/")
  }

  /// The text of a settings file, which may be a pipe.
  ///
  /// - Throws: `SessionError` that says what is there instead.
  package static func readText(_ path: String) throws(SessionError) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw SessionError("\(path): cannot be read: \(String(cString: strerror(errno)))")
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw SessionError("\(path): is a folder, expected a YAML file")
    }
    guard let file = fopen(path, "rb") else {
      throw SessionError("\(path): cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      bytes += chunk[..<count]
      guard bytes.count <= 1 << 24 else {
        throw SessionError("\(path): is larger than 16 MiB, expected a YAML file")
      }
      if count < chunk.count { break }
    }
    guard ferror(file) == 0 else {
      throw SessionError("\(path): cannot be read: \(String(cString: strerror(errno)))")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SessionError("\(path): is not text in UTF-8, expected a YAML file")
    }
    return text
  }
}
