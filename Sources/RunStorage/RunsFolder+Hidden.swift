import Foundation

/// Folders in a runs folder that are no runs yet, or any more: a run that is being imported or
/// deleted. No list shows them. They are named after the process, so that what one that was killed
/// left can be told and cleared away.
extension RunsFolder {
  private static let prefix = ".iic-tui-"

  /// Where a run may be put together or taken apart; it does not exist yet.
  func hiddenRun() -> RunFolder {
    let name = "\(Self.prefix)\(getpid())-\(UUID().uuidString.prefix(8))"
    return RunFolder(url.appendingPathComponent(name, isDirectory: true))
  }

  /// Removes what killed processes left: folders of processes that are gone, and of which nothing
  /// has changed for an hour, as other machines may use this folder too. Of a folder that holds
  /// more than a run's files, the rest stays.
  func clearRemains(now: Date = Date()) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    for name in names where name.hasPrefix(Self.prefix) {
      let parts = name.dropFirst(Self.prefix.count).split(separator: "-")
      guard parts.count == 2, let process = pid_t(parts[0]), process > 0,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      let run = RunFolder(url.appendingPathComponent(name, isDirectory: true))
      guard !run.isLink, let stamp = FileStamp(path: run.url.path),
        now.timeIntervalSince1970 - stamp.modified > 3600
      else { continue }
      try? run.removeFiles()
      rmdir(run.url.path)
    }
  }
}
