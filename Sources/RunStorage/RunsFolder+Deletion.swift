import Foundation

/// What deleting a run did.
package struct RunDeletion: Sendable, Equatable {
  /// The run's folder.
  package var path: String
  /// Bytes of the run's files.
  package var bytes = 0
  /// What lay in the folder and is no run's: it is still there, as is the folder. By name.
  package var kept: [String] = []
  /// Where the run still is, if its folder was a link: that alone is gone.
  package var linkedTo: String?
}

extension RunsFolder {
  /// The run of exactly this name, or at this path: what is deleted is never guessed. A run that
  /// cannot be read any more is found too.
  ///
  /// - Throws: if there is none; the error names the runs that begin so.
  package func exactly(_ text: String) throws(StorageError) -> RunFolder {
    if text.contains("/") || text.hasPrefix(".") {
      let run = RunFolder(URL(fileURLWithPath: text, isDirectory: true))
      guard FolderEntry(run.url) != nil else { throw StorageError(run.url, "no such run") }
      return run
    }
    let folders = try folders()
    if let exact = folders.first(where: { $0.isCalled(text) }) { return exact }
    let candidates = Self.candidates(folders, beginningWith: text)
    let hint =
      folders.isEmpty
      ? "; there are no runs here yet"
      : text == Self.lastName
        ? "; an exact name is needed here"
        : candidates.isEmpty
          ? "" : "; an exact name is needed here, and there are \(Self.listed(candidates))"
    throw StorageError(url, "no run '\(text)'\(hint)")
  }

  /// - Throws: if a process is writing the run, or it is none. Says so before anybody is asked.
  package func checkDeletable(_ run: RunFolder) throws(StorageError) {
    guard FolderEntry(run.url) != nil else { throw StorageError(run.url, "no such run") }
    if run.isClosed { throw StorageError(run.url, "cannot delete: \(systemReason(EACCES))") }
    // Elsewhere, a file of that name may be somebody else's.
    guard run.looksLikeRun || isListed(run) && run.hasFilesOfARun else {
      let hasHistory = FolderEntry(run.historyURL) != nil
      throw StorageError(
        run.url,
        hasHistory
          ? "is not a run (its history.sqlite is no database); not deleted"
          : "is not a run (no history.sqlite in it); not deleted")
    }
    // A link to a run that is being written can go: the run stays where it is.
    if !run.isLink, run.isRunning { throw RunLock.isHeldError(run.lockURL) }
  }

  /// Deletes the run: the files that a run has, and the folder if nothing else is in it. Never
  /// follows a link.
  ///
  /// - Throws: if a process is writing it, it is not a run, or it cannot be deleted.
  @discardableResult
  package func delete(_ run: RunFolder) throws(StorageError) -> RunDeletion {
    try checkDeletable(run)
    clearRemains()
    if run.isLink { return try removeLink(run) }
    // A lock that is a link would be written where it points.
    if FolderEntry(run.lockURL)?.kind == .link { unlink(run.lockURL.path) }
    var deletion = RunDeletion(path: run.url.path, bytes: run.measure.bytes)
    let lock = try RunLock(run.lockURL)
    defer { withExtendedLifetime(lock) {} }
    deletion.kept = run.entries.foreign.map(\.name)
    if deletion.kept.isEmpty {
      // Out of sight at once: a run that is half deleted is never listed.
      let hidden = RunsFolder(run.url.deletingLastPathComponent()).hiddenRun()
      guard rename(run.url.path, hidden.url.path) == 0 else {
        throw StorageError(run.url, "cannot delete: \(systemReason())")
      }
      try hidden.removeFiles()
      if rmdir(hidden.url.path) != 0 {
        let reason = systemReason()
        // Somebody has put a file in since, or it cannot be listed.
        deletion.kept = hidden.entries.foreign.map(\.name)
        guard rename(hidden.url.path, run.url.path) == 0 else {
          throw StorageError(hidden.url, "cannot delete: \(systemReason())")
        }
        guard !deletion.kept.isEmpty else {
          throw StorageError(run.url, "cannot delete: \(reason)")
        }
      }
    } else {
      try run.removeFiles()
    }
    AtomicFile.flushFolder(run.url.deletingLastPathComponent())
    return deletion
  }

  private func removeLink(_ run: RunFolder) throws(StorageError) -> RunDeletion {
    let target = run.url.resolvingSymlinksInPath().path
    guard unlink(run.url.path) == 0 else {
      throw StorageError(run.url, "cannot remove the link: \(systemReason())")
    }
    return RunDeletion(path: run.url.path, linkedTo: target)
  }

  /// Whether it lies in this folder, under whatever path.
  private func isListed(_ run: RunFolder) -> Bool {
    run.url.deletingLastPathComponent().resolvingSymlinksInPath().path
      == url.resolvingSymlinksInPath().path
  }
}

extension RunFolder {
  /// Removes the run's files, the history last: until then the rest can still be told to be a
  /// run's, and be deleted.
  func removeFiles() throws(StorageError) {
    let history = historyURL.lastPathComponent
    let names = entries.own.map(\.name)
    for name in names.filter({ $0 != history }) + names.filter({ $0 == history }) {
      let file = url.appendingPathComponent(name)
      guard unlink(file.path) == 0 || errno == ENOENT else {
        throw StorageError(file, "cannot delete: \(systemReason())")
      }
    }
  }
}
