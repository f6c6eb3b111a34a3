import Foundation
import Snapshots

extension RunsFolder {
  /// What stands for the run that was started or resumed last.
  static let lastName = "last"

  /// The run that `text` means: `last`, a run's name, the beginning of just one run's name, or a
  /// path.
  ///
  /// - Throws: if there is no such run, or several; the error lists the candidates.
  package func resolve(_ text: String) throws(StorageError) -> RunFolder {
    if text == Self.lastName { return try last() }
    if text.contains("/") || text.hasPrefix(".") {
      return try run(at: URL(fileURLWithPath: text, isDirectory: true))
    }
    let folders = try folders()
    if let exact = folders.first(where: { $0.isCalled(text) }) { return exact }
    let candidates = Self.candidates(folders, beginningWith: text)
    if let only = candidates.first, candidates.count == 1 { return only }
    if candidates.count > 1 {
      throw StorageError(url, "'\(text)' could be \(Self.listed(candidates))")
    }
    let path = RunFolder(URL(fileURLWithPath: text, isDirectory: true))
    if !text.isEmpty && path.looksLikeRun { return path }
    throw StorageError(
      url,
      folders.isEmpty
        ? "no run '\(text)'; there are no runs here yet"
        : "no run '\(text)'; there are \(Self.listed(folders))")
  }

  /// Whether there is a run of exactly this name.
  package func has(_ name: String) throws(StorageError) -> Bool {
    try folders().contains { $0.isCalled(name) }
  }

  /// - Returns: none for an empty text.
  static func candidates(_ folders: [RunFolder], beginningWith text: String) -> [RunFolder] {
    text.isEmpty ? [] : folders.filter { $0.name.utf8.starts(with: text.utf8) }
  }

  private func run(at url: URL) throws(StorageError) -> RunFolder {
    let run = RunFolder(url)
    try run.checkHasHistory()
    return run
  }

  private func last() throws(StorageError) -> RunFolder {
    guard let newest = try list().last(where: { $0.status != .broken }) else {
      throw StorageError(url, "there are no runs here yet")
    }
    try checkOrder([newest])
    return RunFolder(URL(fileURLWithPath: newest.path, isDirectory: true))
  }

  /// - Throws: if one of them was started later than now: the clock was set back since, and which
  ///   one is the newest cannot be told.
  package func checkOrder(_ runs: [RunSummary]) throws(StorageError) {
    // A minute is what the clocks of machines that share a folder may differ by.
    let now = Date().timeIntervalSince1970 + 60
    guard let ahead = runs.first(where: { $0.resumedAt > now }) else { return }
    throw StorageError(
      url,
      "'\(ahead.name)' was started at a time that is still to come, so the clock was set back, and "
        + "which run is the last one is uncertain; name the run")
  }

  static func listed(_ runs: [RunFolder]) -> String {
    let shown = runs.prefix(8).map(\.name).joined(separator: ", ")
    return runs.count > 8 ? "\(shown) and \(runs.count - 8) more" : shown
  }

  /// Why `name` cannot be a run's name; nil if it can.
  static func problem(withName name: String) -> String? {
    if name.isEmpty { return "a run's name cannot be empty" }
    if name == lastName { return "a run cannot be named 'last', which stands for the newest run" }
    if name.hasPrefix(".") || name.hasPrefix("-") {
      return "a run's name cannot start with '\(name.prefix(1))' (it is '\(name)')"
    }
    if name.contains("/") { return "a run's name cannot contain '/' (it is '\(name)')" }
    if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      return "a run's name cannot contain control characters"
    }
    if name.utf8.count > 200 { return "a run's name cannot be longer than 200 bytes" }
    return nil
  }

  static func generatedName(preset: String, date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    let stem = String(
      preset.map { character in
        character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
          ? character : "-"
      }.drop { $0 == "." || $0 == "-" })
    return "\(stem.isEmpty ? "run" : stem)-\(formatter.string(from: date))"
  }
}

extension RunFolder {
  /// Whether this is its name, byte for byte: letters with accents can be written in two ways,
  /// which Swift takes for one and a file system for two.
  func isCalled(_ text: String) -> Bool { name.utf8.elementsEqual(text.utf8) }
}
