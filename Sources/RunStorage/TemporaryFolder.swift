import Foundation

/// A new, empty folder in the system's temporary one for what is only needed for a moment. Who asks
/// for it removes it.
func makeTemporaryFolder() throws(StorageError) -> URL {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("iic-tui-\(UUID().uuidString)")
  try storing(folder, "make the folder") {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
  }
  return folder
}
