import Foundation

/// Finds the files that come with the program.
///
/// Where `$IIC_TUI_ASSETS` is set, `$IIC_TUI_ASSETS/NAME` is it, or nothing is. Otherwise looks for
/// `assets/NAME`, in this order, and takes the first that is there:
/// 1. beside the executable (symbolic links followed), then in each folder above it, which finds
///    the checkout from `.build/release/iic-tui`;
/// 2. `../share/iic-tui/assets/NAME` from the executable's folder, for an installed program;
/// 3. `./assets/NAME`.
package enum AssetLocator {
  /// The path of asset `name`: "digits", "presets" or "demo-run".
  ///
  /// Throws `DatasetError.assetNotFound` with the places tried, and `.ownAssets` where
  /// `$IIC_TUI_ASSETS` names a folder without it.
  package static func find(_ name: String) throws(DatasetError) -> String {
    try find(
      name, environment: ProcessInfo.processInfo.environment, executable: executablePath,
      workingDirectory: FileManager.default.currentDirectoryPath)
  }

  /// The path of asset `name` for a program at `executable` (absolute, links followed).
  static func find(
    _ name: String, environment: [String: String], executable: String?, workingDirectory: String
  ) throws(DatasetError) -> String {
    // Who sets the variable means it: what is missing there is not looked for elsewhere.
    if let own = environment["IIC_TUI_ASSETS"], !own.isEmpty {
      var status = stat()
      guard stat(own, &status) == 0 else {
        throw .ownAssets(folder: own, problem: String(cString: strerror(errno)))
      }
      guard PathBytes(own).isFolder else {
        throw .ownAssets(folder: own, problem: "it is a file, expected a folder")
      }
      guard PathBytes(own + "/" + name).isFolder else {
        throw .ownAssets(folder: own, problem: "it has no folder '\(name)'")
      }
      return own + "/" + name
    }
    let folders = searchFolders(executable: executable, workingDirectory: workingDirectory)
    for folder in folders {
      let path = folder + "/" + name
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    throw DatasetError.assetNotFound(name: name, tried: folders)
  }

  /// Folders that may hold the assets where nobody has named one, in the order of search, each
  /// once.
  static func searchFolders(executable: String?, workingDirectory: String) -> [String] {
    var folders: [String] = []
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
