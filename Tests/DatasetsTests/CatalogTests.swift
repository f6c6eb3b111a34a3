import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct CatalogTests {
  private static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  @Test func digitsAreComplete() throws {
    let folder = Self.checkout + "/assets/digits"
    let dataset = try IDXFormat.load(
      [
        IDXFormat.Part(
          split: .train, images: folder + "/digits-images-idx3-ubyte.gz",
          labels: folder + "/digits-labels-idx1-ubyte.gz")
      ], name: "digits", classNames: (0...9).map(String.init))
    #expect(dataset.count == 5000 && dataset.width == 28 && dataset.height == 28)
    #expect(dataset.channels == 1 && dataset.classes == 10)
    for label in 0..<10 { #expect(dataset.labels.count { $0 == label } == 500) }
    // Background at the rim, ink in the middle.
    #expect(dataset.pixels.max() == 255 && dataset.pixels.min() == 0)
    let inkInCorners = (0..<5000).reduce(0) { $0 + Int(dataset.pixels[$1 * 784]) }
    #expect(inkInCorners == 0)
  }

  @Test func joinsTrainAndTestInAnySpelling() throws {
    for (separator, isCompressed) in [("-", false), ("-", true), (".", false), (".", true)] {
      let folder = try TemporaryFolder()
      for (prefix, labels) in [("train", [0, 1, 2] as [UInt8]), ("t10k", [9, 8])] {
        let pixels = labels.flatMap { [UInt8](repeating: $0, count: 4) }
        let files = [
          ("images-idx3", idx([labels.count, 2, 2], pixels)),
          ("labels-idx1", idx([labels.count], labels)),
        ]
        for (stem, bytes) in files {
          try folder.write(
            "\(prefix)-\(stem)\(separator)ubyte" + (isCompressed ? ".gz" : ""),
            isCompressed ? folder.compressed(bytes) : bytes)
        }
      }
      for name in ["mnist", "fashion-mnist"] {
        let dataset = try DatasetCatalog.load(name, folder: folder.path)
        #expect(
          dataset.name == name && dataset.labels == [0, 1, 2, 9, 8]
            && dataset.splits == [.train: 0..<3, .test: 3..<5])
        #expect(dataset.pixels[4 * 3] == 9 && dataset.count == 5)
      }
    }
  }

  @Test func disagreeingFiles() throws {
    let folder = try TemporaryFolder()
    func load(_ parts: [(String, String)]) throws(DatasetError) {
      _ = try IDXFormat.load(
        parts.map { IDXFormat.Part(split: .train, images: $0.0, labels: $0.1) }, name: "mnist",
        classNames: (0...9).map(String.init))
    }
    let three = try folder.write("a", idx([3, 2, 2], [UInt8](repeating: 1, count: 12)))
    let wide = try folder.write("b", idx([3, 2, 3], [UInt8](repeating: 1, count: 18)))
    let labels = try folder.write("c", idx([3], [1, 2, 3]))
    let two = try folder.write("d", idx([2], [1, 2]))
    #expect(
      throws: DatasetError.countMismatch(
        imagesPath: three, images: 3, labelsPath: two, labels: 2)
    ) { try load([(three, two)]) }
    #expect(throws: DatasetError.sizeMismatch(path: wide, found: "2×3", expected: "2×2")) {
      try load([(three, labels), (wide, labels)])
    }
  }

  /// The number of classes comes from the data; labels from 1 are said so.
  @Test(arguments: [("mnist", [0, 1, 2]), ("idx", [0, 1, 2]), ("idx", [1, 2, 3])])
  func threeClassesAreThree(name: String, values: [Int]) throws {
    let folder = try TemporaryFolder()
    try folder.write("train-images.idx3-ubyte", idx([3, 2, 2], [UInt8](repeating: 1, count: 12)))
    try folder.write("train-labels.idx1-ubyte", idx([3], values.map { UInt8($0) }))
    let dataset = try DatasetCatalog.load(name, folder: folder.path)
    #expect(dataset.labels == [0, 1, 2])
    #expect(dataset.classNames == values.map(String.init))
    #expect(dataset.notes.contains { $0.contains("start at 1") } == (values[0] == 1))
    #expect(dataset.notes.contains { $0.contains("training images alone") })
  }

  @Test(arguments: ["", "/raw", "/MNIST/raw"]) func foldersAsTorchvisionHasThem(below: String)
    throws
  {
    let folder = try TemporaryFolder()
    let place = folder.path + below
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let name = String(below.drop { $0 == "/" }) + (below.isEmpty ? "" : "/")
    try folder.write(name + "train-images-idx3-ubyte", idx([1, 2, 2], [1, 2, 3, 4]))
    try folder.write(name + "train-labels-idx1-ubyte", idx([1], [0]))
    #expect(try DatasetCatalog.recognize(folder.path).name == "idx")
    #expect(try DatasetCatalog.load("idx", folder: folder.path).pixels == [1, 2, 3, 4])
  }

  @Test func emnistLiesOnItsSide() throws {
    let folder = try TemporaryFolder()
    try folder.write("emnist-letters-train-images-idx3-ubyte", idx([1, 2, 3], [1, 2, 3, 4, 5, 6]))
    try folder.write("emnist-letters-train-labels-idx1-ubyte", idx([1], [1]))
    let dataset = try DatasetCatalog.load("idx", folder: folder.path)
    #expect(dataset.height == 3 && dataset.width == 2)
    #expect(dataset.pixels == [1, 4, 2, 5, 3, 6])
  }

  @Test func aFolderThatWouldHaveNoEffect() {
    #expect(throws: DatasetError.folderNotNeeded(dataset: "digits", folder: "/x")) {
      try DatasetCatalog.load("digits", folder: "/x")
    }
  }

  @Test func whatAFolderIsNot() throws {
    let folder = try TemporaryFolder()
    try folder.write("notes.txt", [0x61])
    func problem(_ path: String) -> String {
      let error = #expect(throws: DatasetError.self) { try DatasetCatalog.recognize(path) }
      return error?.description ?? ""
    }
    #expect(problem(folder.path).contains("but 1 called .txt"))
    #expect(problem(folder.path + "/none").contains("No such file or directory"))
    #expect(problem(folder.path + "/notes.txt").contains("it is a file"))
  }

  @Test func picturesBesideAnotherFormat() throws {
    let folder = try TemporaryFolder()
    try folder.write("train-images-idx3-ubyte", idx([1, 2, 2], [1, 2, 3, 4]))
    try folder.write("train-labels-idx1-ubyte", idx([1], [0]))
    try FileManager.default.createDirectory(
      atPath: folder.path + "/cats", withIntermediateDirectories: true)
    try folder.write("cats/1.png", [1])
    #expect {
      try DatasetCatalog.recognize(folder.path)
    } throws: { error in
      "\(error)"
        == "\(folder.path): cannot be read: it holds idx and image-folder (cats/1.png); --dataset "
        + "says which is meant, or give each a folder of its own"
    }
    #expect(try DatasetCatalog.load("idx", folder: folder.path).count == 1)
  }

  @Test func twoSetsOfEMNIST() throws {
    let folder = try TemporaryFolder()
    for set in ["letters", "digits"] {
      try folder.write("emnist-\(set)-train-images-idx3-ubyte", idx([1, 2, 2], [1, 2, 3, 4]))
      try folder.write("emnist-\(set)-train-labels-idx1-ubyte", idx([1], [1]))
    }
    let problem = DatasetError.unreadable(
      path: folder.path,
      reason: "it holds more than one data set in IDX files, emnist-digits-train-images and "
        + "emnist-letters-train-images; give each a folder of its own and name one with --data")
    #expect(throws: problem) { try DatasetCatalog.recognize(folder.path) }
    #expect(throws: problem) { try DatasetCatalog.load("idx", folder: folder.path) }
  }

  @Test func mnistAndFashionMNISTAsTorchvisionHasThem() throws {
    let folder = try TemporaryFolder()
    for (value, name) in [(1, "MNIST"), (2, "FashionMNIST")] as [(UInt8, String)] {
      let below = "\(name)/raw"
      try FileManager.default.createDirectory(
        atPath: folder.path + "/" + below, withIntermediateDirectories: true)
      try folder.write("\(below)/train-images-idx3-ubyte", idx([1, 1, 1], [value]))
      try folder.write("\(below)/train-labels-idx1-ubyte", idx([1], [0]))
    }
    #expect {
      try DatasetCatalog.recognize(folder.path)
    } throws: { error in
      "\(error)".contains(
        "MNIST/raw/train-images and FashionMNIST/raw/train-images; choose with "
          + "--dataset fashion-mnist or --dataset mnist, or give each")
    }
    #expect(throws: DatasetError.self) { try DatasetCatalog.load("idx", folder: folder.path) }
    #expect(try DatasetCatalog.load("mnist", folder: folder.path).pixels == [1])
    #expect(try DatasetCatalog.load("fashion-mnist", folder: folder.path).pixels == [2])
    let fashion = folder.path + "/FashionMNIST"
    #expect(try DatasetCatalog.recognize(fashion).name == "fashion-mnist")
  }

  @Test func missingData() throws {
    #expect(throws: DatasetError.self) { try DatasetCatalog.load("imagenet") }
    #expect(throws: DatasetError.self) { try DatasetCatalog.load("mnist") }
    let folder = try TemporaryFolder()
    do throws(DatasetError) {
      _ = try DatasetCatalog.load("mnist", folder: folder.path)
      Issue.record("an empty folder was read")
    } catch {
      #expect(error.description.contains("train-images-idx3-ubyte.gz"))
      #expect(error.description.contains(folder.path) && !error.description.contains("\n"))
    }
  }

  @Test func assetsAreLookedForInOrder() throws {
    let folders = AssetLocator.searchFolders(
      executable: "/a/b/bin/iic-tui", workingDirectory: "/here")
    #expect(
      folders == [
        "/a/b/bin/assets", "/a/b/assets", "/a/assets", "/assets",
        "/a/b/share/iic-tui/assets", "/here/assets",
      ])
    let folder = try TemporaryFolder()
    let asset = folder.path + "/share/iic-tui/assets/presets"
    try FileManager.default.createDirectory(atPath: asset, withIntermediateDirectories: true)
    let found = try AssetLocator.find(
      "presets", environment: [:], executable: folder.path + "/bin/iic-tui",
      workingDirectory: "/")
    #expect(found == asset)
    do throws(DatasetError) {
      _ = try AssetLocator.find(
        "none", environment: [:], executable: nil, workingDirectory: folder.path)
      Issue.record("an asset that is not there was found")
    } catch {
      #expect(error == .assetNotFound(name: "none", tried: [folder.path + "/assets"]))
      #expect(error.description.contains(folder.path))
    }
  }

  /// Others are there, but the variable counts.
  @Test func assetsThatSomebodyNames() throws {
    let folder = try TemporaryFolder()
    let program = folder.path + "/bin/iic-tui"
    for place in ["/own/presets", "/assets/presets", "/assets/digits"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + place, withIntermediateDirectories: true)
    }
    func find(_ name: String, own: String) throws(DatasetError) -> String {
      try AssetLocator.find(
        name, environment: ["IIC_TUI_ASSETS": own], executable: program, workingDirectory: "/")
    }
    let own = folder.path + "/own"
    #expect(try find("presets", own: own) == own + "/presets")
    #expect(try find("presets", own: "") == folder.path + "/assets/presets")
    let file = try folder.write("file", [1])
    for (name, place, problem) in [
      ("digits", own, "it has no folder 'digits'"),
      ("presets", own + "/none", "No such file or directory"),
      ("presets", file, "it is a file, expected a folder"),
    ] {
      #expect(throws: DatasetError.ownAssets(folder: place, problem: problem)) {
        try find(name, own: place)
      }
    }
  }
}
