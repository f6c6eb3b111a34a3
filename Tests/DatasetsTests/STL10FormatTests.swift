import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct STL10FormatTests {
  private static let imageSize = 96 * 96 * 3

  /// The value of a pixel; every image, channel, row and column differs from the next.
  private static func value(_ seed: Int, _ channel: Int, _ y: Int, _ x: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: 31 * seed + 89 * channel + 5 * y + x)
  }

  /// Images as the release has them: three planes each, column by column.
  private static func images(_ seeds: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    for seed in seeds {
      for channel in 0..<3 {
        for x in 0..<96 {
          for y in 0..<96 { bytes.append(value(seed, channel, y, x)) }
        }
      }
    }
    return bytes
  }

  /// An image as it is read.
  private static func image(seed: Int) -> [UInt8] {
    var pixels: [UInt8] = []
    for y in 0..<96 {
      for x in 0..<96 {
        for channel in 0..<3 { pixels.append(value(seed, channel, y, x)) }
      }
    }
    return pixels
  }

  /// Three training and two test images; seeds count up from 0.
  private static func writeLabelled(_ folder: TemporaryFolder, below: String = "") throws {
    try folder.write(below + "train_X.bin", images(0..<3))
    try folder.write(below + "train_y.bin", [1, 10, 4])
    try folder.write(below + "test_X.bin", images(3..<5))
    try folder.write(below + "test_y.bin", [2, 1])
  }

  /// The error that loading the folder throws, as the user sees it.
  private static func message(_ folder: String) -> String {
    do throws(DatasetError) {
      return "read \(try STL10Format.load(folder: folder).count) images"
    } catch {
      return error.description
    }
  }

  @Test func readsAllParts() throws {
    let folder = try TemporaryFolder()
    try Self.writeLabelled(folder)
    try folder.write("unlabeled_X.bin", Self.images(5..<9))
    let dataset = try STL10Format.load(folder: folder.path)
    #expect(dataset.name == "stl10" && dataset.count == 9)
    #expect(dataset.size == ImageSize(height: 96, width: 96, channels: 3))
    #expect(dataset.labels == [0, 9, 3, 1, 0, -1, -1, -1, -1])
    #expect(dataset.splits == [.train: 0..<3, .test: 3..<5, .unlabelled: 5..<9])
    #expect(dataset.relevantImages == 0..<5)
    #expect(dataset.classNames == STL10Format.classNames && dataset.classes == 10)
    for image in 0..<9 {
      #expect(dataset.source.pixels(of: image) == Self.image(seed: image), "image \(image)")
    }
  }

  @Test func worksWithoutUnlabelledImages() throws {
    let folder = try TemporaryFolder()
    try Self.writeLabelled(folder)
    let dataset = try STL10Format.load(folder: folder.path)
    #expect(dataset.labels == [0, 9, 3, 1, 0])
    #expect(dataset.splits == [.train: 0..<3, .test: 3..<5])
    #expect(dataset.relevantImages == 0..<5)
  }

  @Test func readsNamesOfClasses() throws {
    let folder = try TemporaryFolder()
    try Self.writeLabelled(folder)
    let names = (0..<10).map { "class \($0)" }
    let path = try folder.write("class_names.txt", Array(names.joined(separator: "\n").utf8))
    #expect(try STL10Format.load(folder: folder.path).classNames == names)
    try folder.write("class_names.txt", Array((names + ["more"]).joined(separator: "\n").utf8))
    #expect(
      Self.message(folder.path)
        == "\(path): number of class names is 11, expected 10, one a line")
  }

  @Test func recognizesAndFindsTheFolderBelow() throws {
    let folder = try TemporaryFolder()
    #expect(!STL10Format.recognizes(folder: folder.path))
    #expect(!STL10Format.recognizes(folder: folder.path + "/none"))
    let below = folder.path + "/stl10_binary"
    try FileManager.default.createDirectory(atPath: below, withIntermediateDirectories: true)
    #expect(!STL10Format.recognizes(folder: folder.path))
    try folder.write("stl10_binary/unlabeled_X.bin", Self.images(5..<6))
    #expect(STL10Format.recognizes(folder: folder.path))
    #expect(STL10Format.recognizes(folder: below))
    try Self.writeLabelled(folder, below: "stl10_binary/")
    let dataset = try STL10Format.load(folder: folder.path)
    #expect(dataset.labels == [0, 9, 3, 1, 0, -1])
    #expect(dataset.source.pixels(of: 5) == Self.image(seed: 5))
    for place in [folder.path, below] {
      let entry = try DatasetCatalog.recognize(place)
      #expect(entry.name == "stl10" && entry.preset == "stl10-small")
      #expect(try DatasetCatalog.load(entry.name, folder: place).splits == dataset.splits)
    }
  }

  @Test func damagedFiles() throws {
    let folder = try TemporaryFolder()
    try Self.writeLabelled(folder)
    let place = folder.path
    for (name, count, images) in [("train", 3, "train_X.bin"), ("test", 2, "test_X.bin")] {
      let path = "\(place)/\(name)_y.bin"
      let right = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
      for labels in [[], [1], [1, 1, 1, 11]] as [[UInt8]] {
        try folder.write("\(name)_y.bin", labels)
        #expect(
          throws: DatasetError.countMismatch(
            imagesPath: "\(place)/\(images)", images: count, labelsPath: path,
            labels: labels.count)
        ) { try STL10Format.load(folder: place) }
      }
      for label in [0, 11, 255] as [UInt8] {
        try folder.write("\(name)_y.bin", right.dropLast() + [label])
        #expect(
          Self.message(place) == "\(path): label \(count - 1) is \(label), expected 1…10")
      }
      try folder.write("\(name)_y.bin", right)
    }
    #expect(Self.message(place) == "read 5 images")

    for name in ["train_X.bin", "test_X.bin", "unlabeled_X.bin"] {
      let path = place + "/" + name
      let right = FileManager.default.contents(atPath: path)
      for size in [0, 1, Self.imageSize - 1, Self.imageSize + 1] {
        try folder.write(name, [UInt8](repeating: 1, count: size))
        #expect(
          Self.message(place)
            == "\(path): size is \(size) bytes, expected a multiple of \(Self.imageSize), "
            + "one image of 96×96×3")
      }
      try right?.write(to: URL(fileURLWithPath: path))
    }
  }

  @Test func missingFiles() throws {
    let folder = try TemporaryFolder()
    let place = "data set stl10: \(folder.path)"
    let source = "get them from \(STL10Format.source)"
    #expect(
      Self.message(folder.path)
        == "\(place) has none of train_X.bin, train_y.bin, test_X.bin, test_y.bin, "
        + "unlabeled_X.bin; \(source)")
    try folder.write("unlabeled_X.bin", Self.images(0..<1))
    try folder.write("train_X.bin", Self.images(0..<1))
    try folder.write("test_y.bin", [1])
    #expect(
      Self.message(folder.path) == "\(place) has none of train_y.bin, test_X.bin; \(source)")
    let missing = folder.path + "/none"
    #expect(Self.message(missing) == "\(missing): cannot be read: No such file or directory")
  }
}
