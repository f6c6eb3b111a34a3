import Datasets
import Foundation
import Snapshots
import TestSupport
import Testing

@testable import RunStorage
@testable import TensorBoard

@Suite struct TensorBoardTests {
  /// A bit at a time, as the standard defines it.
  private static func naiveChecksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var value = UInt32.max
    for byte in bytes {
      for bit in 0..<8 {
        let isSet = (value ^ UInt32(byte >> UInt8(bit))) & 1 == 1
        value = value >> 1 ^ (isSet ? 0x82F6_3B78 : 0)
      }
    }
    return ~value
  }

  @Test func checksums() {
    #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
    // RFC 3720, B.4: 32 bytes of zeros, of ones, and 0…31.
    #expect(CRC32C.checksum(Array(repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum(Array(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(Array(0..<32)) == 0x46DD_794E)
    for count in 0..<100 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 * 37 + count) }
      #expect(CRC32C.checksum(bytes) == Self.naiveChecksum(bytes))
    }
  }

  /// Every event of a file, its checksums checked.
  private func events(_ file: URL) throws -> [Event] {
    let data = [UInt8](try Data(contentsOf: file))
    func number(_ place: Int, _ count: Int) -> Int {
      data[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    func checksum(_ range: Range<Int>) -> Int {
      let value = Self.naiveChecksum(data[range])
      return Int((value >> 15 | value << 17) &+ 0xA282_EAD8)
    }
    var events: [Event] = []
    var place = 0
    while place < data.count {
      let length = number(place, 8)
      try #require(number(place + 8, 4) == checksum(place..<place + 8))
      let end = place + 12 + length
      try #require(number(end, 4) == checksum(place + 12..<end))
      events.append(try Event(serializedBytes: Data(data[place + 12..<end])))
      place = end + 4
    }
    #expect(place == data.count)
    return events
  }

  private static let heads = [
    HeadDescription(name: .a, clusters: 4, subHeads: 1, matching: .manyToOne, isMain: false),
    HeadDescription(name: .b, clusters: 2, subHeads: 2, matching: .oneToOne, isMain: true),
  ]

  private func description(startedAt: Double = 1_700_000_000.5) -> RunDescription {
    RunDescription(
      name: "run", preset: "test", dataset: "digits", classNames: ["cat", "dog"],
      configuration: "", seed: 1, heads: Self.heads, epochs: 1, plannedSteps: 9,
      imagesPerStep: 10, evaluationImages: 10, parameterCount: 10, startedAt: startedAt)
  }

  private func subHead(_ index: Int, clusters: Int, hasLabels: Bool) -> SubHeadEvaluation {
    SubHeadEvaluation(
      index: index, loss: -0.5 - Double(index), mutualInformation: 0.5, entropy: 1,
      conditionalEntropy: 0.5,
      scores: hasLabels
        ? ClassScores(
          accuracy: 0.5 + Double(index) / 4, nmi: 0.25, ari: 0.125,
          classOfCluster: (0..<clusters).map { 1 - $0 % 2 },
          contingency: Array(repeating: 1, count: clusters * 2)) : nil,
      joint: (0..<clusters * clusters).map { $0 % (clusters + 1) == 0 ? 1 / Float(clusters) : 0 },
      clusterShares: Array(repeating: 1 / Float(clusters), count: clusters),
      // The first sample is surely in cluster 0, the second in cluster 1.
      sampleProbabilities: (0..<2 * clusters).map {
        [0, clusters + 1].contains($0) ? 1 : 0
      },
      agreement: index == 0 ? nil : 0.75)
  }

  private func recorded(hasLabels: Bool, in folder: URL) throws -> RunFolder {
    let run = RunFolder(folder.appendingPathComponent("run"))
    try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: false)
    let samples = SampleImages(
      width: 2, height: 2, channels: 1, pixels: [255, 0, 0, 0, 0, 0, 0, 255],
      labels: hasLabels ? [1, 1] : [-1, -1])
    let recorder = try RunRecorder(run)
    defer { recorder.close() }
    let evaluations = [0, 3].map { step in
      EvaluationSnapshot(
        step: step, epoch: 1, elapsed: Double(step) + 0.5, images: 10,
        heads: Self.heads.map { head in
          HeadEvaluation(
            head: head.name,
            subHeads: (0..<head.subHeads).map {
              subHead($0, clusters: head.clusters, hasLabels: hasLabels)
            },
            suggestion: head.name == .a ? SuggestedCount(clusters: 2, jump: 2) : nil)
        })
    }
    let steps = (1...3).map { step in
      TrainingEvent.step(
        StepSnapshot(
          step: step, epoch: 1, head: step == 2 ? .a : .b, loss: -0.25 * Double(step),
          subHeadLosses: [-0.25], mutualInformation: step == 3 ? .nan : 0.5, learningRate: 0.125,
          imagesPerSecond: 64, elapsed: Double(step)))
    }
    try recorder.record(
      [.started(description(), samples), .evaluation(evaluations[0])] + steps
        + [.evaluation(evaluations[1])])
    return run
  }

  @Test func everyStepAndImage() throws {
    try withTemporaryFolder { url in
      let run = try recorded(hasLabels: true, in: url)
      let folder = url.appendingPathComponent("a/logs")
      let file = try TensorBoardExport.write(RunHistoryReader(run), to: folder)
      #expect(file.lastPathComponent.hasPrefix("events.out.tfevents.1700000000."))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
      let events = try events(file)
      #expect(events.count == 1 + 3 + 2)
      #expect(events[0].fileVersion == "brain.Event:2" && events[0].wallTime == 1_700_000_000.5)
      #expect(events.map(\.step) == [0, 1, 2, 3, 0, 3])
      #expect(events[2].wallTime == 1_700_000_002.5 && events[5].wallTime == 1_700_000_004)
      func scalars(_ event: Event) -> [String: Float] {
        Dictionary(
          uniqueKeysWithValues: event.summary.value.compactMap { value in
            guard case .simpleValue(let number) = value.value else { return nil }
            return (value.tag, number)
          })
      }
      #expect(
        scalars(events[2]) == [
          "loss/A": -0.5, "mutual_information/A": 0.5, "learning_rate": 0.125,
          "images_per_second": 64,
        ])
      // What was not measured is left out.
      #expect(scalars(events[3]).keys.sorted() == ["images_per_second", "learning_rate", "loss/B"])
      let evaluation = scalars(events[5])
      #expect(evaluation["accuracy/B-1"] == 0.5 && evaluation["accuracy/B-2"] == 0.75)
      #expect(evaluation["accuracy/B"] == 0.75 && evaluation["evaluation_loss/B"] == -1.5)
      #expect(evaluation["agreement/B-1"] == nil && evaluation["agreement/B-2"] == 0.75)
      #expect(evaluation["suggested_clusters/A"] == 2 && evaluation["suggested_clusters/B"] == nil)
      #expect(evaluation.count == 4 + 4 + 5 + 4 + 5 + 1)
    }
  }

  private func picture(_ tag: String, in event: Event) throws -> Picture {
    let value = try #require(event.summary.value.first { $0.tag == tag })
    guard case .image(let image) = value.value else {
      throw CocoaError(.coderInvalidValue)
    }
    let (picture, _) = try PictureFile.decode([UInt8](image.encodedImageString), path: tag)
    #expect(picture.width == Int(image.width) && picture.height == Int(image.height))
    #expect(picture.channels == Int(image.colorspace) && picture.channels == 3)
    return picture
  }

  @Test(arguments: [true, false]) func pictures(hasLabels: Bool) throws {
    try withTemporaryFolder { url in
      let run = try recorded(hasLabels: hasLabels, in: url)
      let events = try events(TensorBoardExport.write(RunHistoryReader(run), to: url))
      for event in events.suffix(2) {
        let tags = event.summary.value.map(\.tag).filter {
          $0.hasPrefix("joint") || $0.hasPrefix("samples")
        }
        #expect(tags == ["joint/A", "samples/A", "joint/B", "samples/B"])
      }
      let joint = try picture("joint/B", in: events[5])
      #expect(joint.width == 256 && joint.height == 256)
      func color(_ picture: Picture, _ x: Int, _ y: Int) -> [UInt8] {
        Array(picture.pixels[(y * picture.width + x) * 3..<(y * picture.width + x) * 3 + 3])
      }
      // Bright along the diagonal.
      #expect(
        color(joint, 0, 0) == [252, 255, 164] && color(joint, 255, 255) == color(joint, 0, 0))
      #expect(color(joint, 255, 0) == [0, 0, 4] && color(joint, 127, 128) == [0, 0, 4])
      let sheet = try picture("samples/B", in: events[5])
      // Both samples in a row: 64 pixels of image and two bars of 10 each, and margins.
      #expect(sheet.width == 10 + 2 * (64 + 4 + 20 + 10) && sheet.height == 10 + 11 + 64 + 10)
      #expect(color(sheet, 10, 21) == [255, 255, 255] && color(sheet, 10 + 63, 21) == [0, 0, 0])
      // Cluster 0 is a dog's, and stands behind that of a cat; without labels the prediction alone
      // stands out.
      let first = color(sheet, 10 + 68 + (hasLabels ? 10 : 0), 22)
      let second = color(sheet, 10 + 98 + 68 + (hasLabels ? 0 : 10), 22)
      #expect(first == (hasLabels ? [80, 200, 120] : [230, 180, 60]))
      #expect(second == (hasLabels ? [224, 80, 72] : [230, 180, 60]))
      #expect(color(sheet, 10 + 68 + (hasLabels ? 0 : 10), 22) == [24, 24, 28])
    }
  }

  /// The longest name that a run may have still leaves room for the rest of the file's.
  @Test func aLongName() throws {
    try withTemporaryFolder { url in
      let run = try recorded(hasLabels: false, in: url)
      let long = RunFolder(url.appendingPathComponent(String(repeating: "ü", count: 100)))
      try FileManager.default.moveItem(at: run.url, to: long.url)
      let file = try TensorBoardExport.write(RunHistoryReader(long), to: url)
      #expect(file.lastPathComponent.hasSuffix("." + String(repeating: "ü", count: 50)))
      #expect(try events(file).count == 6)
    }
  }

  /// An export that fails leaves the one before.
  @Test func theOldFileStays() throws {
    try withTemporaryFolder { url in
      let run = try recorded(hasLabels: true, in: url)
      let file = try TensorBoardExport.write(RunHistoryReader(run), to: url)
      let before = try Data(contentsOf: file)
      #expect(try TensorBoardExport.write(RunHistoryReader(run), to: url) == file)
      #expect(try Data(contentsOf: file) == before)
      // The middle of the history is gone.
      let history = try Data(contentsOf: run.historyURL)
      try history.prefix(history.count / 2).write(to: run.historyURL)
      #expect(throws: StorageError.self) {
        try TensorBoardExport.write(RunHistoryReader(run), to: url)
      }
      #expect(try Data(contentsOf: file) == before)
      let folder = URL(fileURLWithPath: file.path + "/x")
      #expect(throws: StorageError.self) {
        try TensorBoardExport.write(RunHistoryReader(run), to: folder)
      }
    }
  }
}
