import Datasets
import Foundation
import Settings

/// The experiments that come with the program, `assets/experiments/*.yaml`, and files of one's own.
package enum ExperimentCatalog {
  /// The name of each experiment that comes with the program, and the first comment of its file.
  package static func summaries() throws -> [(name: String, summary: String)] {
    let folder = try AssetLocator.find("experiments")
    return try names(folder).map { name in
      let text = try UserPath.readText("\(folder)/\(name).yaml")
      return (name, String(text.prefix { $0 != "\n" }.drop { $0 == "#" || $0 == " " }))
    }
  }

  /// The text of an experiment that is named or lies at a path, its name, and its path.
  ///
  /// - Parameter nameOrPath: what has a "/" or ends in .yaml or .yml is a path.
  /// - Throws: an error of one line if there is none.
  package static func text(
    of nameOrPath: String
  ) throws -> (text: String, name: String, path: String) {
    let file = URL(fileURLWithPath: nameOrPath)
    if nameOrPath.contains("/") || ["yaml", "yml"].contains(file.pathExtension) {
      let path = UserPath.absolute(nameOrPath)
      return (try UserPath.readText(path), file.deletingPathExtension().lastPathComponent, path)
    }
    let folder = try AssetLocator.find("experiments")
    let names = try names(folder)
    guard names.contains(nameOrPath) else {
      throw SessionError(
        "unknown experiment '\(nameOrPath)', expected one of \(names.joined(separator: ", ")), or "
          + "the path of a YAML file")
    }
    let path = "\(folder)/\(nameOrPath).yaml"
    return (try UserPath.readText(path), nameOrPath, path)
  }

  /// The experiment that is named or lies at a path.
  ///
  /// - Throws: an error of one line if there is none, or its file is wrong.
  package static func load(_ nameOrPath: String) throws -> Experiment {
    let (text, name, path) = try text(of: nameOrPath)
    return try Experiment(yaml: text, name: name, source: path)
  }

  private static func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".yaml") }
      .map { String($0.dropLast(5)) }
      .sorted()
  }
}
