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

  /// What lies in the folder or in those below it, and what the files' names begin with; nil if no
  /// training images in IDX do.
  static func place(_ folder: String) -> (folder: String, prefix: String)? {
    let place = FormatFolder.find(in: folder, below: foldersBelow) { prefix(in: $0) != nil }
    return place.flatMap { place in prefix(in: place).map { (place, $0) } }
  }

  /// What stands before `train-images` in this very folder; nil without training images.
  private static func prefix(in folder: String) -> String? {
    if spellings("train-images", "idx3").contains(where: { FormatFolder.has($0, in: folder) }) {
      return ""
    }
    // EMNIST: emnist-letters-train-images-idx3-ubyte.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let emnist = names.sorted().first {
      $0.hasPrefix("emnist-") && $0.contains("-train-images-idx3")
    }
    return emnist.flatMap { name in
      name.range(of: "train-images").map { String(name[..<$0.lowerBound]) }
    }
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
    let prefix = place(folder)?.prefix ?? ""
    let files = try FormatFolder(
      dataset: name, source: source, names: spellings(prefix + "train-images", "idx3"), in: folder,
      below: foldersBelow)
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
