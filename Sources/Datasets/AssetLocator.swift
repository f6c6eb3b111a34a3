import Foundation

/// Finds the files that come with the program.
///
/// Looks for `assets/NAME`, in this order, and takes the first that is there:
/// 1. `$IIC_TUI_ASSETS/NAME`, where that variable is set;
/// 2. `assets/NAME` beside the executable (symbolic links followed), then in each folder above it,
///    which finds the checkout from `.build/release/iic-tui`;
/// 3. `../share/iic-tui/assets/NAME` from the executable's folder, for an installed program;
/// 4. `./assets/NAME`.
package enum AssetLocator {
  /// The path of asset `name`: "digits", "presets" or "demo-run".
  ///
  /// Throws `DatasetError.assetNotFound` with the places tried.
  package static func find(_ name: String) throws(DatasetError) -> String {
    try find(
      name, environment: ProcessInfo.processInfo.environment, executable: executablePath,
      workingDirectory: FileManager.default.currentDirectoryPath)
  }

  /// The same for a program at `executable` (absolute, links followed).
  static func find(
    _ name: String, environment: [String: String], executable: String?, workingDirectory: String
  ) throws(DatasetError) -> String {
    let folders = searchFolders(
      environment: environment, executable: executable, workingDirectory: workingDirectory)
    for folder in folders {
      let path = folder + "/" + name
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    throw DatasetError.assetNotFound(name: name, tried: folders)
  }

  /// Folders that may hold the assets, in the order of search, each once.
  static func searchFolders(
    environment: [String: String], executable: String?, workingDirectory: String
  ) -> [String] {
    var folders: [String] = []
    if let folder = environment["IIC_TUI_ASSETS"], !folder.isEmpty { folders.append(folder) }
    if let executable {
      let own = URL(fileURLWithPath: executable).deletingLastPathComponent()
      var parts = own.pathComponents.filter { $0 != "/" }
      while true {
        folders.append("/" + (parts + ["assets"]).joined(separator: "/"))
        if parts.popLast() == nil { break }
      }
      folders.append(
        own.deletingLastPathComponent().appendingPathComponent("share/iic-tui/assets").path)
    }
    folders.append(workingDirectory + "/assets")
    var seen: Set<String> = []
    return folders.filter { seen.insert($0).inserted }
  }

  /// The running program's file, links followed; nil where the system does not say.
  private static var executablePath: String? {
    #if os(Linux)
      return try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    #else
      return Bundle.main.executableURL?.resolvingSymlinksInPath().path
    #endif
  }
}
