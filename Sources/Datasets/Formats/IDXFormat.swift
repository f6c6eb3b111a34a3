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

  /// What lies in the folder, or in `raw` or `MNIST/raw` below it, as torchvision leaves it; nil if
  /// no training images in IDX do.
  static func place(_ folder: String) -> (folder: String, prefix: String)? {
    for below in ["", "/raw", "/MNIST/raw", "/FashionMNIST/raw", "/EMNIST/raw"] {
      let place = folder + below
      if file("train-images", "idx3", in: place) != nil { return (place, "") }
      // EMNIST: emnist-letters-train-images-idx3-ubyte.
      let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
      let emnist = names.sorted().first {
        $0.hasPrefix("emnist-") && $0.contains("-train-images-idx3")
      }
      if let emnist, let end = emnist.range(of: "train-images") {
        return (place, String(emnist[..<end.lowerBound]))
      }
    }
    return nil
  }

  /// The first of the file's customary spellings that is in the folder.
  private static func file(_ stem: String, _ kind: String, in folder: String) -> String? {
    spellings(stem, kind).map { folder + "/" + $0 }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

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
    _ folder: String, name: String, source: String, classNames: [String]?
  ) throws(DatasetError) -> ImageDataset {
    if PathBytes(folder).isFolder, access(folder, R_OK | X_OK) != 0, errno == EACCES {
      throw .unreadable(path: folder, reason: "permission denied")
    }
    let (place, prefix) = self.place(folder) ?? (folder, "")
    var notes: [String] = []
    func locate(_ stem: String, _ kind: String) throws(DatasetError) -> String {
      guard let path = file(prefix + stem, kind, in: place) else {
        throw .fileNotFound(
          dataset: name, folder: place, names: spellings(prefix + stem, kind), source: source)
      }
      if !path.hasSuffix(".gz"), FileManager.default.fileExists(atPath: path + ".gz") {
        notes.append("\(path) is read, not the .gz beside it")
      }
      return path
    }
    var parts = [
      Part(
        split: .train, images: try locate("train-images", "idx3"),
        labels: try locate("train-labels", "idx1"))
    ]
    // EMNIST calls its test files so.
    let test = file(prefix + "test-images", "idx3", in: place) != nil ? "test" : "t10k"
    let hasTest = ["images", "labels"].contains {
      file("\(prefix)\(test)-\($0)", $0 == "images" ? "idx3" : "idx1", in: place) != nil
    }
    if hasTest {
      parts.append(
        Part(
          split: .test, images: try locate("\(test)-images", "idx3"),
          labels: try locate("\(test)-labels", "idx1")))
    } else {
      notes.append("\(place): training images alone, no \(prefix)\(test)-images")
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
