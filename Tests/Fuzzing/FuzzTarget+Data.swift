import CZlib
import Datasets
import Foundation
import TestSupport

extension FuzzTarget {
  /// Data sets' files.
  static let data: [FuzzTarget] = [
    FuzzTarget("idx-images", seeds: { try Self.idxSeeds(\.imageFile) }, errors: isDatasetError) {
      _ = try IDXReader.readImages(path: $1.write($0))
    },
    FuzzTarget("idx-labels", seeds: { try Self.idxSeeds(\.labelFile) }, errors: isDatasetError) {
      _ = try IDXReader.readLabels(path: $1.write($0), classes: 10)
    },
    FuzzTarget("cifar10", seeds: { [cifar(3, [7]), cifar(1, [0])] }, errors: isDatasetError) {
      try $1.keep("test_batch.bin") { cifar(1, [3]) }
      _ = try $1.write($0, "data_batch_1.bin")
      _ = try CIFARFormat.loadCIFAR10(folder: $1.folder.path)
    },
    FuzzTarget("cifar100", seeds: { [cifar(2, [4, 99])] }, errors: isDatasetError) {
      try $1.keep("test.bin") { cifar(1, [3, 4]) }
      _ = try $1.write($0, "train.bin")
      for labels in CIFARFormat.Labels.allCases {
        _ = try CIFARFormat.loadCIFAR100(folder: $1.folder.path, labels: labels)
      }
    },
    FuzzTarget("stl10-images", seeds: { [stl10(1)] }, errors: isDatasetError) {
      try $1.keep("train_y.bin") { [1] }
      _ = try $1.write($0, "train_X.bin")
      try readSTL10($1)
    },
    FuzzTarget("stl10-labels", seeds: { [[10]] }, errors: isDatasetError) {
      try $1.keep("train_X.bin") { stl10(1) }
      _ = try $1.write($0, "train_y.bin")
      try readSTL10($1)
    },
    FuzzTarget("label-csv", seeds: { [Array(Self.labels.utf8)] }, errors: isDatasetError) {
      bytes, _ in
      let text = String(decoding: bytes, as: UTF8.self)
      let file = try LabelFile(text, path: "labels.csv", pictures: ["a.png", "b/c.jpg", "d.webp"])
      guard file.labelOfFile.values.allSatisfy({ file.classNames.indices.contains(Int($0)) }) else {
        throw FuzzFinding("label-csv gave a label that no class has: \(file)")
      }
    },
    FuzzTarget("class-map", seeds: { [Array(Self.classes.utf8)] }, errors: isDatasetError) {
      bytes, _ in
      _ = try ClassMap(yaml: String(decoding: bytes, as: UTF8.self), source: "classes.yaml")
    },
  ]

  static let isDatasetError: @Sendable (any Error) -> Bool = { $0 is DatasetError }

  private static let labels = """
    file,label
    a.png,cat
    b/c.jpg,"a ""dog"", perhaps"
    d.webp,cat
    other.png,3

    """

  static let classes = """
    classes: [sky, ground, "on it"]
    map: {0: sky, 3: ground, "128,64,128": on it}
    masked: [11, "0,0,0"]
    others: masked

    """

  /// Plain and gzip.
  private static func idxSeeds(
    _ file: KeyPath<SyntheticDigits, [UInt8]>
  ) throws -> [[UInt8]] {
    let plain = SyntheticDigits(count: 12, side: 6)[keyPath: file]
    return [plain, try gzip(plain)]
  }

  private static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let place = try FuzzPlace()
    let path = place.folder.path + "/file.gz"
    guard let file = gzopen(path, "wb") else { throw CocoaError(.fileWriteUnknown) }
    let written = gzwrite(file, bytes, UInt32(bytes.count))
    guard gzclose(file) == Z_OK, Int(written) == bytes.count else {
      throw CocoaError(.fileWriteUnknown)
    }
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Sendable private static func cifar(_ count: Int, _ labels: [UInt8]) -> [UInt8] {
    (0..<count).flatMap { record in labels + (0..<3072).map { UInt8(($0 + record) % 251) } }
  }

  @Sendable private static func stl10(_ count: Int) -> [UInt8] {
    (0..<count * 3 * 96 * 96).map { UInt8($0 % 251) }
  }

  /// With a test split that is as it should be.
  @Sendable private static func readSTL10(_ place: FuzzPlace) throws {
    try place.keep("test_X.bin") { stl10(1) }
    try place.keep("test_y.bin") { [2] }
    let dataset = try STL10Format.load(folder: place.folder.path)
    guard dataset.count == dataset.labels.count else {
      throw FuzzFinding("stl10 has \(dataset.count) images and \(dataset.labels.count) labels")
    }
  }
}
