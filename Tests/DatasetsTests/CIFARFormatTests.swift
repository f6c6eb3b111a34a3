import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct CIFARFormatTests {
  /// The value of a pixel; every image, channel, row and column differs from the next.
  private static func value(_ seed: Int, _ channel: Int, _ y: Int, _ x: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: 31 * seed + 89 * channel + 5 * y + x)
  }

  /// A record as the release has it: labels, then three planes.
  private static func record(_ labels: [UInt8], seed: Int) -> [UInt8] {
    var bytes = labels
    for channel in 0..<3 {
      for y in 0..<32 {
        for x in 0..<32 { bytes.append(value(seed, channel, y, x)) }
      }
    }
    return bytes
  }

  /// The image of a record as it is in memory.
  private static func image(seed: Int) -> [UInt8] {
    var pixels: [UInt8] = []
    for y in 0..<32 {
      for x in 0..<32 {
        for channel in 0..<3 { pixels.append(value(seed, channel, y, x)) }
      }
    }
    return pixels
  }

  /// Five batches of two images each and a test file of three; seeds count up from 0.
  private static func writeCIFAR10(_ folder: TemporaryFolder, below: String = "") throws {
    for batch in 1...5 {
      let seed = 2 * (batch - 1)
      try folder.write(
        "\(below)data_batch_\(batch).bin",
        record([UInt8(batch)], seed: seed) + record([9], seed: seed + 1))
    }
    try folder.write(
      "\(below)test_batch.bin",
      [0, 6, 3].enumerated().flatMap { record([$1], seed: 10 + $0) })
  }

  private static func writeCIFAR100(_ folder: TemporaryFolder, below: String = "") throws {
    try folder.write(
      below + "train.bin", record([19, 0], seed: 0) + record([4, 99], seed: 1))
    try folder.write(below + "test.bin", record([7, 42], seed: 2))
  }

  private static func makeFolder(_ folder: TemporaryFolder, _ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/" + name, withIntermediateDirectories: true)
  }

  /// The error that `body` throws, as the user sees it.
  private static func message(
    _ body: () throws(DatasetError) -> ImageDataset
  ) -> String {
    do throws(DatasetError) { return "read \(try body().count) images" } catch {
      return error.description
    }
  }

  @Test func readsCIFAR10() throws {
    let folder = try TemporaryFolder()
    try Self.writeCIFAR10(folder)
    let dataset = try CIFARFormat.loadCIFAR10(folder: folder.path)
    #expect(dataset.name == "cifar10" && dataset.count == 13)
    #expect(dataset.size == ImageSize(height: 32, width: 32, channels: 3))
    #expect(dataset.labels == [1, 9, 2, 9, 3, 9, 4, 9, 5, 9, 0, 6, 3])
    #expect(dataset.splits == [.train: 0..<10, .test: 10..<13])
    #expect(dataset.notes == [])
    #expect(dataset.classNames[0] == "airplane" && dataset.classNames[9] == "truck")
    for image in 0..<13 {
      #expect(dataset.source.pixels(of: image) == Self.image(seed: image), "image \(image)")
    }
  }

  /// More records than are read at a time.
  @Test func readsLongFiles() throws {
    let folder = try TemporaryFolder()
    let labels = (0..<600).map { UInt8($0 % 10) }
    let records = labels.enumerated().map { Self.record([$1], seed: $0) }
    try folder.write("data_batch_1.bin", Array(records.joined()))
    try folder.write("test_batch.bin", records[0])
    let dataset = try CIFARFormat.loadCIFAR10(folder: folder.path)
    #expect(dataset.labels == labels.map(Int32.init) + [0])
    for image in [0, 255, 256, 511, 512, 599] {
      #expect(dataset.source.pixels(of: image) == Self.image(seed: image), "image \(image)")
    }

    var wrong = Array(records.joined())
    wrong[300 * 3073] = 10
    let path = try folder.write("data_batch_1.bin", wrong)
    #expect(
      Self.message { () throws(DatasetError) in
        try CIFARFormat.loadCIFAR10(folder: folder.path)
      } == "\(path): label of record 300 is 10, expected 0…9")
  }

  @Test func filesOfTooManyRecords() throws {
    let folder = try TemporaryFolder()
    let three = (0..<3).flatMap { Self.record([0], seed: $0) }
    let path = try folder.write("data_batch_1.bin", folder.compressed(three))
    let layout = [CIFARRecords.LabelByte(name: "label", classes: 10)]
    var records = CIFARRecords()
    records.mostRecords = 3
    try records.append(path: path, layout: layout, used: 0)
    #expect(records.count == 3)
    records.mostRecords = 2
    #expect {
      try records.append(path: path, layout: layout, used: 0)
    } throws: { error in
      "\(error)"
        == "\(path): size is more than 6146 bytes, expected at most 2 records of 3073 bytes"
    }
  }

  @Test func readsBothLabelsOfCIFAR100() throws {
    let folder = try TemporaryFolder()
    try Self.writeCIFAR100(folder)
    let fine = try CIFARFormat.loadCIFAR100(folder: folder.path, labels: .fine)
    #expect(fine.name == "cifar100" && fine.labels == [0, 99, 42])
    #expect(fine.classNames == (0..<100).map { "\($0)" })
    let coarse = try CIFARFormat.loadCIFAR100(folder: folder.path, labels: .coarse)
    #expect(coarse.name == "cifar100-20" && coarse.labels == [19, 4, 7])
    #expect(coarse.classes == 20 && coarse.classNames[4] == "fruit_and_vegetables")
    #expect(coarse.classNames[19] == "vehicles_2" && Set(coarse.classNames).count == 20)
    for dataset in [fine, coarse] {
      #expect(dataset.splits == [.train: 0..<2, .test: 2..<3])
      #expect(dataset.pixels == (0..<3).flatMap { Self.image(seed: $0) })
    }
  }

  @Test func readsNamesOfClasses() throws {
    let folder = try TemporaryFolder()
    try Self.writeCIFAR10(folder)
    try Self.writeCIFAR100(folder)
    func names(_ count: Int, _ stem: String) -> [String] { (0..<count).map { "\(stem) \($0)" } }
    let files = [
      ("batches.meta.txt", 10), ("fine_label_names.txt", 100), ("coarse_label_names.txt", 20),
    ]
    for (file, count) in files {
      // The release has an empty line at the end.
      try folder.write(
        file, Array((names(count, file).joined(separator: "\r\n") + "\r\n\r\n").utf8))
    }
    #expect(
      try CIFARFormat.loadCIFAR10(folder: folder.path).classNames
        == names(10, "batches.meta.txt"))
    #expect(
      try CIFARFormat.loadCIFAR100(folder: folder.path, labels: .fine).classNames
        == names(100, "fine_label_names.txt"))
    #expect(
      try CIFARFormat.loadCIFAR100(folder: folder.path, labels: .coarse).classNames
        == names(20, "coarse_label_names.txt"))

    let path = try folder.write("batches.meta.txt", Array("cat\ndog\n".utf8))
    #expect(
      Self.message { () throws(DatasetError) in
        try CIFARFormat.loadCIFAR10(folder: folder.path)
      } == "\(path): number of class names is 2, expected 10, one a line")
  }

  @Test func missingBatchesAreANote() throws {
    let folder = try TemporaryFolder()
    try folder.write("data_batch_4.bin", Self.record([1], seed: 4))
    try folder.write("data_batch_2.bin", Self.record([0], seed: 2))
    try folder.write("test_batch.bin", Self.record([2], seed: 9))
    let dataset = try CIFARFormat.loadCIFAR10(folder: folder.path)
    #expect(dataset.labels == [0, 1, 2] && dataset.splits == [.train: 0..<2, .test: 2..<3])
    #expect(
      dataset.notes == [
        "\(folder.path) has 2 of 5 training files; missing: "
          + "data_batch_1.bin, data_batch_3.bin, data_batch_5.bin"
      ])
  }

  @Test func recognizesAndFindsFoldersBelow() throws {
    let folder = try TemporaryFolder()
    #expect(CIFARFormat.recognizes(folder: folder.path) == [])
    #expect(CIFARFormat.recognizes(folder: folder.path + "/none") == [])
    // Others call a file train.bin too.
    try folder.write("train.bin", [1])
    #expect(CIFARFormat.recognizes(folder: folder.path) == [])
    try FileManager.default.removeItem(atPath: folder.path + "/train.bin")

    try Self.makeFolder(folder, "cifar-10-batches-bin")
    try Self.writeCIFAR10(folder, below: "cifar-10-batches-bin/")
    #expect(CIFARFormat.recognizes(folder: folder.path) == [.cifar10])
    #expect(CIFARFormat.recognizes(folder: folder.path + "/cifar-10-batches-bin") == [.cifar10])
    try Self.makeFolder(folder, "cifar-100-binary")
    try Self.writeCIFAR100(folder, below: "cifar-100-binary/")
    #expect(CIFARFormat.recognizes(folder: folder.path) == [.cifar10, .cifar100])
    #expect(CIFARFormat.recognizes(folder: folder.path + "/cifar-100-binary") == [.cifar100])

    #expect(try CIFARFormat.loadCIFAR10(folder: folder.path).count == 13)
    #expect(try CIFARFormat.loadCIFAR100(folder: folder.path, labels: .fine).count == 3)
  }

  @Test func damagedFiles() throws {
    let folder = try TemporaryFolder()
    try Self.writeCIFAR10(folder)
    try Self.writeCIFAR100(folder)
    func load10() -> String {
      Self.message { () throws(DatasetError) in
        try CIFARFormat.loadCIFAR10(folder: folder.path)
      }
    }
    func load100(_ labels: CIFARFormat.Labels) -> String {
      Self.message { () throws(DatasetError) in
        try CIFARFormat.loadCIFAR100(folder: folder.path, labels: labels)
      }
    }
    // A wrong label comes second to a wrong size.
    let whole = Self.record([1], seed: 0) + Self.record([11], seed: 1)
    let expected = "expected a multiple of 3073, 1 for the label and 32×32×3 pixels"
    for size in [0, 1, 3072, 3074, 6145] {
      let path = try folder.write("data_batch_3.bin", Array(whole.prefix(size)))
      #expect(load10() == "\(path): size is \(size) bytes, \(expected)")
    }
    let batch = try folder.write("data_batch_3.bin", whole)
    #expect(load10() == "\(batch): label of record 1 is 11, expected 0…9")

    let test = try folder.write(
      "test.bin", Self.record([19, 99], seed: 0) + Self.record([3, 100], seed: 1))
    for labels in CIFARFormat.Labels.allCases {
      #expect(load100(labels) == "\(test): fine label of record 1 is 100, expected 0…99")
    }
    try folder.write("test.bin", Self.record([20, 99], seed: 0))
    #expect(load100(.fine) == "\(test): coarse label of record 0 is 20, expected 0…19")
    // CIFAR-10's records in CIFAR-100's file.
    try folder.write("test.bin", Self.record([1], seed: 0))
    #expect(
      load100(.coarse)
        == "\(test): size is 3073 bytes, expected a multiple of 3074, 2 for the label and "
        + "32×32×3 pixels")
  }

  @Test func missingFiles() throws {
    let folder = try TemporaryFolder()
    func load10(_ path: String) -> String {
      Self.message { () throws(DatasetError) in try CIFARFormat.loadCIFAR10(folder: path) }
    }
    let batches = (1...5).map { "data_batch_\($0).bin" }.joined(separator: ", ")
    let place = "data set cifar10: \(folder.path)"
    #expect(
      load10(folder.path)
        == "\(place) has none of \(batches), test_batch.bin; get them from \(CIFARFormat.source)")
    let test = try folder.write("test_batch.bin", Self.record([1], seed: 0))
    #expect(
      load10(folder.path) == "\(place) has none of \(batches); get them from \(CIFARFormat.source)")
    try FileManager.default.removeItem(atPath: test)
    try folder.write("data_batch_1.bin", Self.record([1], seed: 0))
    #expect(
      load10(folder.path)
        == "\(place) has none of test_batch.bin; get them from \(CIFARFormat.source)")

    let missing = folder.path + "/none"
    #expect(load10(missing) == "\(missing): cannot be read: No such file or directory")
    #expect(
      load10(folder.path + "/data_batch_1.bin")
        == "\(folder.path)/data_batch_1.bin: cannot be read: Not a directory")

    try folder.write("train.bin", Self.record([1, 1], seed: 0))
    #expect(
      Self.message { () throws(DatasetError) in
        try CIFARFormat.loadCIFAR100(folder: folder.path, labels: .coarse)
      }
        == "data set cifar100-20: \(folder.path) has none of test.bin; get them from "
        + CIFARFormat.source)
  }
}
