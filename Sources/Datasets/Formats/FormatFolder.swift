import Foundation

/// The folder that holds the files of a format: the one that the user names, or one of the
/// customary names below it.
struct FormatFolder {
  let path: String
  /// Data set's name, for messages.
  private let dataset: String
  /// Where to get the files, for messages; nil for one's own.
  private let source: String?

  /// The first of `folder` and the folders `below` it that has a file of one of these names.
  static func find(_ names: [String], in folder: String, below: [String]) -> String? {
    candidates(folder, below).first { candidate in names.contains { has($0, in: candidate) } }
  }

  static func has(_ name: String, in folder: String) -> Bool {
    FileManager.default.fileExists(atPath: folder + "/" + name)
  }

  /// The folder itself and those below it.
  static func candidates(_ folder: String, _ below: [String]) -> [String] {
    [folder] + below.map { folder + "/" + $0 }
  }

  /// Looks for the files of a format, as `find` does.
  ///
  /// Throws `DatasetError.unreadable` where the folder cannot be opened, and `.fileNotFound` where
  /// none of the files is in either.
  init(
    dataset: String, source: String?, names: [String], in folder: String, below: [String]
  ) throws(DatasetError) {
    guard let stream = opendir(folder) else {
      throw .unreadable(path: folder, reason: String(cString: strerror(errno)))
    }
    closedir(stream)
    guard let path = Self.find(names, in: folder, below: below) else {
      // A file in a folder that may not be searched looks like one that is not there.
      for candidate in Self.candidates(folder, below)
      where access(candidate, X_OK) != 0 && errno == EACCES {
        throw .unreadable(path: candidate, reason: String(cString: strerror(EACCES)))
      }
      throw .fileNotFound(dataset: dataset, folder: folder, names: names, source: source)
    }
    self.path = path
    self.dataset = dataset
    self.source = source
  }

  /// The path of a file, whether it is there or not.
  func path(of name: String) -> String { path + "/" + name }

  func has(_ name: String) -> Bool { Self.has(name, in: path) }

  /// The path of the first of these files that is there. Throws `DatasetError.fileNotFound` with
  /// all of them where none is.
  func first(of names: [String]) throws(DatasetError) -> String {
    guard let name = names.first(where: has) else {
      throw .fileNotFound(dataset: dataset, folder: path, names: names, source: source)
    }
    return path(of: name)
  }

  /// Throws `DatasetError.fileNotFound` with those of the files that are not there.
  func require(_ names: [String]) throws(DatasetError) {
    let missing = names.filter { !has($0) }
    guard missing.isEmpty else {
      throw .fileNotFound(dataset: dataset, folder: path, names: missing, source: source)
    }
  }

  /// The lines of a file of class names, empty ones left out; nil where there is no such file.
  ///
  /// Throws `DatasetError.malformed` where there are not as many as there are classes, and
  /// `.unreadable` as any file does.
  func classNames(_ name: String, classes: Int) throws(DatasetError) -> [String]? {
    guard has(name) else { return nil }
    var file = try CompressedFile(path: path(of: name))
    let names = try file.read(upTo: 1 << 16)
      .split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      .map { PathBytes(Array($0)).description.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    guard names.count == classes else {
      throw .malformed(
        path: path(of: name), field: "number of class names", found: "\(names.count)",
        expected: "\(classes), one a line")
    }
    return names
  }
}
