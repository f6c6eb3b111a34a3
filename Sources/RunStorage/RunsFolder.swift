import Foundation
import Snapshots

/// The folder that runs live in, one folder a run.
package struct RunsFolder: Sendable {
  package let url: URL

  package init(_ url: URL) { self.url = URL(fileURLWithPath: url.absolutePath, isDirectory: true) }

  /// The folder to use: `path` if there is one, else `$IIC_TUI_RUNS`, else
  /// `$XDG_DATA_HOME/iic-tui/runs`, else `~/.local/share/iic-tui/runs`. Empty variables count as
  /// unset, as does a relative XDG folder, by its specification. Nothing is made on disk yet.
  package init(
    path: String?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    func variable(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    if let path = path ?? variable("IIC_TUI_RUNS") {
      self.init(URL(fileURLWithPath: path, isDirectory: true))
      return
    }
    let data: URL
    if let folder = variable("XDG_DATA_HOME"), folder.hasPrefix("/") {
      data = URL(fileURLWithPath: folder, isDirectory: true)
    } else {
      let home =
        variable("HOME").map { URL(fileURLWithPath: $0, isDirectory: true) }
        ?? FileManager.default.homeDirectoryForCurrentUser
      data = home.appendingPathComponent(".local/share", isDirectory: true)
    }
    self.init(data.appendingPathComponent("iic-tui/runs", isDirectory: true))
  }

  /// Makes the folder of a new run, with an empty history in it. One that was made for a run of the
  /// same name, whose process was killed before anything was recorded, is taken.
  ///
  /// - Parameters:
  ///   - name: nil for `<preset>-<yyyyMMdd-HHmmss>`, with a number behind it if that is taken.
  ///   - date: the moment in the made-up name, in the local time zone.
  /// - Throws: if the name is not one, is taken, or the folder cannot be written; then nothing is
  ///   left behind.
  package func createRun(
    name: String?, preset: String, date: Date = Date()
  ) throws(StorageError) -> RunFolder {
    if let name {
      if let problem = Self.problem(withName: name) { throw StorageError(url, problem) }
    }
    try storing(url, "make the runs folder") {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    let stem = name ?? Self.generatedName(preset: preset, date: date)
    for attempt in 1... {
      let folder = RunFolder(
        url.appendingPathComponent(attempt == 1 ? stem : "\(stem)-\(attempt)", isDirectory: true))
      if mkdir(folder.url.path, 0o755) == 0 {
        do {
          try RunRecorder(folder).close()
        } catch {
          try? FileManager.default.removeItem(at: folder.url)
          throw error
        }
        AtomicFile.flushFolder(url)
        return folder
      }
      guard errno == EEXIST else {
        throw StorageError(folder.url, "cannot make the run's folder: \(systemReason())")
      }
      if name != nil {
        if folder.entries.foreign.isEmpty, !folder.isRunning, (try? folder.isUnbegun()) == true {
          try RunRecorder(folder).close()
          return folder
        }
        throw StorageError(folder.url, "a run of this name exists; choose another, or resume it")
      }
    }
    throw StorageError(url, "no free name for a run")
  }

  /// Every run in it, the one started or resumed last at the end; runs whose history cannot be read
  /// come first, as `.broken`, and folders that others may not look into. Folders without a file of
  /// a run are passed over. Empty if the runs folder does not exist.
  ///
  /// - Throws: if the runs folder exists and cannot be listed.
  package func list() throws(StorageError) -> [RunSummary] {
    try folders().filter { $0.hasFilesOfARun || $0.isClosed }.map { $0.summary() }
      .sorted { ($0.resumedAt, $0.name) < ($1.resumedAt, $1.name) }
  }

  /// The folders that may hold runs, by name.
  func folders() throws(StorageError) -> [RunFolder] {
    var status = stat()
    guard stat(url.path, &status) == 0 else {
      if errno == ENOENT { return [] }
      throw StorageError(url, "cannot list the runs: \(systemReason())")
    }
    let names = try storing(url, "list the runs") {
      try FileManager.default.contentsOfDirectory(atPath: url.path)
    }
    return names.filter { !$0.hasPrefix(".") }.sorted()
      .map { RunFolder(url.appendingPathComponent($0, isDirectory: true)) }
      .filter { $0.url.isFolder }
  }
}

extension URL {
  var isFolder: Bool {
    var isDirectory = ObjCBool(false)
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}
