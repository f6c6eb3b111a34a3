import Foundation
import Settings

/// Why a data set could not be read. Each describes itself in one line: what, where, what was
/// expected.
package enum DatasetError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be opened or read; `reason` is the system's or zlib's.
  case unreadable(path: String, reason: String)
  /// The system refuses to open or read the file; `number` is its error's.
  case refused(path: String, number: Int32)
  /// A file of the program's own cannot be written; `reason` is the system's.
  case unwritable(path: String, reason: String)
  /// The file's contents are not what its format says. `field` names what was read, `found` and
  /// `expected` its value.
  case malformed(path: String, field: String, found: String, expected: String)
  /// Two files that belong together disagree.
  case countMismatch(imagesPath: String, images: Int, labelsPath: String, labels: Int)
  /// Files that belong together hold images of different sizes, each as "height×width".
  case sizeMismatch(path: String, found: String, expected: String)
  /// No file of this data set's names is in the folder. `source` is where to get them, nil for
  /// one's own.
  case fileNotFound(dataset: String, folder: String, names: [String], source: String?)
  /// The data set needs a folder and none was given.
  case folderNeeded(dataset: String, source: String)
  /// The data set comes with the program, and a folder was given.
  case folderNotNeeded(dataset: String, folder: String)
  /// There is no data set of this name.
  case unknownDataset(name: String, known: [String])
  /// A transform's value is out of its range, or does not fit the images.
  case invalidTransform(field: String, found: String, expected: String)
  /// The folder that `$IIC_TUI_ASSETS` names cannot be it.
  case ownAssets(folder: String, problem: String)
  /// An asset is in none of the places where it may be.
  case assetNotFound(name: String, tried: [String])

  /// Whether the file itself may be whole, and be readable another time.
  var isRefusal: Bool {
    if case .refused = self { true } else { false }
  }

  package var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .refused(let path, let number):
      "\(path): cannot be read: \(String(cString: strerror(number)))"
    case .unwritable(let path, let reason):
      "\(path): cannot be written: \(reason)"
    case .malformed(let path, let field, let found, let expected):
      "\(path): \(field) is \(found), expected \(expected)"
    case .countMismatch(let imagesPath, let images, let labelsPath, let labels):
      "\(labelsPath): \(labels) labels, expected \(images), one for each image in \(imagesPath)"
    case .sizeMismatch(let path, let found, let expected):
      "\(path): images are \(found), expected \(expected)"
    case .fileNotFound(let dataset, let folder, let names, let source):
      "data set \(dataset): \(folder) has none of \(names.joined(separator: ", "))"
        + (source.map { "; get them from \($0)" } ?? "")
    case .folderNeeded(let dataset, let source):
      "data set \(dataset): name the folder of its files with --data DIR; get them from \(source)"
    case .folderNotNeeded(let dataset, let folder):
      "data set \(dataset) comes with the program and reads no folder; \(folder) would have no "
        + "effect (--dataset says what lies there)"
    case .unknownDataset(let name, let known):
      "no data set is called \"\(name)\"; there are \(known.joined(separator: ", "))"
    case .invalidTransform(let field, let found, let expected):
      "transform: \(field) is \(found), expected \(expected)"
    case .ownAssets(let folder, let problem):
      "$IIC_TUI_ASSETS is \(folder): \(problem)"
    case .assetNotFound(let name, let tried):
      "assets/\(name) not found; looked in \(tried.joined(separator: ", ")); "
        + "set IIC_TUI_ASSETS to the assets folder"
    }
  }
}
