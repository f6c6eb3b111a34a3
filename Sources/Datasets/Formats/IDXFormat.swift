import Foundation

/// Data sets in MNIST's file format: pairs of IDX files, plain or gzip, of training and test images
/// and labels.
package enum IDXFormat {
  /// A pair of files that belong together.
  struct Part: Equatable {
    var split: Split
    var images: String
    var labels: String
  }

  /// Where torchvision leaves the files, below the folder that it is told.
  private static let foldersBelow = ["raw", "MNIST/raw", "FashionMNIST/raw", "EMNIST/raw"]

  /// A set of files: the folder that they lie in, and what their names begin with.
  struct Place: Equatable {
    var folder: String
    /// What stands before `train-images`.
    var prefix: String
  }

  /// Where the one set lies, in the folder or in those below it; nil if no training images in IDX
  /// are there.
  ///
  /// - Parameter name: of a data set, which tells MNIST's folder from Fashion-MNIST's where both
  ///   are there; nil if nobody has named one.
  /// - Throws: `DatasetError.unreadable` where there is more than one set.
  static func place(_ folder: String, of name: String? = nil) throws(DatasetError) -> Place? {
    let candidates = FormatFolder.candidates(folder, foldersBelow)
    let all = candidates.flatMap { candidate in
      prefixes(in: candidate).map { Place(folder: candidate, prefix: $0) }
    }
    let own = ["mnist": "MNIST/raw", "fashion-mnist": "FashionMNIST/raw"]
    let named = all.filter { place in
      name.flatMap { own[$0] }.map { place.folder == folder + "/" + $0 } ?? false
    }
    let places = named.isEmpty ? all : named
    guard places.count > 1 else { return places.first }
    let names = places.map { place in
      let below = String(place.folder.dropFirst(folder.count + 1))
      let stem = place.prefix + "train-images"
      return below.isEmpty ? stem : "\(below)/\(stem)"
    }
    let choices = own.filter { choice in
      places.contains { $0.folder == "\(folder)/\(choice.value)" }
    }
    let byName = choices.keys.sorted().map { "--dataset \($0)" }.joined(separator: " or ")
    throw .unreadable(
      path: folder,
      reason: "it holds more than one data set in IDX files, \(names.joined(separator: " and ")); "
        + (byName.isEmpty ? "" : "choose with \(byName), or ")
        + "give each a folder of its own and name one with --data")
  }

  /// What stands before `train-images` in this very folder, for each set in it.
  private static func prefixes(in folder: String) -> [String] {
    let plain = spellings("train-images", "idx3").contains { FormatFolder.has($0, in: folder) }
    // EMNIST: emnist-letters-train-images-idx3-ubyte.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let emnist = names.filter { $0.hasPrefix("emnist-") && $0.contains("-train-images-idx3") }
      .compactMap { name in
        name.range(of: "train-images").map { String(name[..<$0.lowerBound]) }
      }
    return (plain ? [""] : []) + Set(emnist).sorted()
  }

  /// A file's customary names.
  static func spellings(_ stem: String, _ kind: String) -> [String] {
    ["\(stem)-\(kind)-ubyte", "\(stem)-\(kind).ubyte", "\(stem).\(kind)-ubyte"].flatMap {
      [$0, $0 + ".gz"]
    }
  }

  /// Reads the training images, followed by the test images where there are any.
  ///
  /// - Parameter classNames: of label values; numbers, as many as the labels need, if nil. Of names
  ///   beyond the largest label none are kept: three classes of digits are three classes.
  /// - Throws: `DatasetError` for a file that is missing, damaged or does not fit the others.
  static func load(
    _ folder: String, name: String, source: String?, classNames: [String]?
  ) throws(DatasetError) -> ImageDataset {
    let place = try place(folder, of: name)
    let prefix = place?.prefix ?? ""
    let files = try FormatFolder(
      dataset: name, source: source, names: spellings(prefix + "train-images", "idx3"),
      in: place?.folder ?? folder, below: place == nil ? foldersBelow : [])
    var notes: [String] = []
    func locate(_ stem: String, _ kind: String) throws(DatasetError) -> String {
      let path = try files.first(of: spellings(prefix + stem, kind))
      if !path.hasSuffix(".gz"), FileManager.default.fileExists(atPath: path + ".gz") {
        notes.append("\(path) is read, not the .gz beside it")
      }
      return path
    }
    func has(_ stem: String, _ kind: String) -> Bool {
      spellings(prefix + stem, kind).contains(where: files.has)
    }
    var parts = [
      Part(
        split: .train, images: try locate("train-images", "idx3"),
        labels: try locate("train-labels", "idx1"))
    ]
    // EMNIST calls its test files so.
    let test = has("test-images", "idx3") ? "test" : "t10k"
    if has("\(test)-images", "idx3") || has("\(test)-labels", "idx1") {
      parts.append(
        Part(
          split: .test, images: try locate("\(test)-images", "idx3"),
          labels: try locate("\(test)-labels", "idx1")))
    } else {
      notes.append("\(files.path): training images alone, no \(prefix)\(test)-images")
    }
    var dataset = try load(
      parts, name: name, classNames: classNames, isTransposed: prefix.hasPrefix("emnist"))
    dataset.notes = notes + dataset.notes
    return dataset
  }

  /// Reads pairs of files and puts them one after the other.
  ///
  /// - Parameter isTransposed: EMNIST's pictures lie on their side.
  static func load(
    _ parts: [Part], name: String, classNames: [String]?, isTransposed: Bool = false
  ) throws(DatasetError) -> ImageDataset {
    var sources: [any ImageSource] = []
    var labels: [UInt8] = []
    var splits: [Split: Range<Int>] = [:]
    for part in parts {
      let images = try IDXReader.readImages(path: part.images)
      let partLabels = try IDXReader.readLabels(
        path: part.labels, classes: classNames?.count ?? 256)
      guard images.count == partLabels.count else {
        throw .countMismatch(
          imagesPath: part.images, images: images.count, labelsPath: part.labels,
          labels: partLabels.count)
      }
      let size = ImageSize(
        height: isTransposed ? images.width : images.height,
        width: isTransposed ? images.height : images.width, channels: 1)
      if let first = sources.first?.size, first != size {
        throw .sizeMismatch(
          path: part.images, found: "\(size.height)×\(size.width)",
          expected: "\(first.height)×\(first.width)")
      }
      splits[part.split] = labels.count..<labels.count + partLabels.count
      labels += partLabels
      sources.append(
        MemoryImages(
          size: size,
          pixels: isTransposed
            ? transposed(images.pixels, height: images.height, width: images.width)
            : images.pixels))
    }
    var notes: [String] = []
    var numbers = labels.map(Int32.init)
    let startsAtOne = classNames == nil && numbers.min() == 1
    if startsAtOne {
      numbers = numbers.map { $0 - 1 }
      notes.append("labels start at 1: class 1 is the first")
    }
    let classes = Int((numbers.max() ?? 0) + 1)
    let first = startsAtOne ? 1 : 0
    let names = classNames ?? (first..<classes + first).map(String.init)
    var dataset = ImageDataset(
      name: name, source: JoinedImages(sources), labels: numbers,
      classNames: Array(names.prefix(classes)), splits: splits)
    dataset.notes = notes
    return dataset
  }

  private static func transposed(_ pixels: [UInt8], height: Int, width: Int) -> [UInt8] {
    var result = pixels
    for image in 0..<pixels.count / (height * width) {
      let base = image * height * width
      for y in 0..<height {
        for x in 0..<width { result[base + x * height + y] = pixels[base + y * width + x] }
      }
    }
    return result
  }
}
