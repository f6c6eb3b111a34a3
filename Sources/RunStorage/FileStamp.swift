import Foundation

/// Tells one state of a file from another: which file it is, how long, and when it was written
/// last.
struct FileStamp: Equatable {
  private let number: UInt64
  private let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  /// nil if there is none.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    number = UInt64(status.st_ino)
    size = Int(status.st_size)
    seconds = Int(time.tv_sec)
    nanoseconds = Int(time.tv_nsec)
  }

  /// When it was written last, in whole seconds since 1970.
  var modified: Double { Double(seconds) }
}
