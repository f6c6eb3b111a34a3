import Datasets
import Foundation
import RunStorage
import Training

extension RunFolder {
  /// Keeps what is made of a run out of the folder of its pictures, where it would replace one of
  /// them, or be one of them the next time.
  ///
  /// - Parameter path: a file or a folder, there or not, as a person writes it.
  /// - Throws: an error of one line if it lies in that folder.
  package func refuseOutput(to path: String) throws {
    let settings = try Configuration(
      recorded: RunHistoryReader(self).description().configuration, source: name)
    guard settings.method == .segmentation || settings.dataset == ImageFolderFormat.name,
      !settings.data.isEmpty
    else { return }
    let data = Self.resolved(UserPath.absolute(settings.data)) + "/"
    guard (Self.resolved(UserPath.absolute(path)) + "/").hasPrefix(data) else { return }
    throw SessionError(
      "\(path): is in the folder of the run's pictures, \(data.dropLast()), expected a place "
        + "outside it")
  }

  /// With links followed as far as the path is there.
  private static func resolved(_ path: String) -> String {
    var (there, rest) = (path as NSString, "")
    while there.length > 1 {
      if let real = realpath(there as String, nil) {
        defer { free(real) }
        return String(cString: real) + rest
      }
      rest = "/" + there.lastPathComponent + rest
      there = there.deletingLastPathComponent as NSString
    }
    return path
  }
}
