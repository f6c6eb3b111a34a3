import ArgumentParser
import CImageCodecs
import Datasets
import Foundation
import Kernels
import NeuralNet
import RunStorage
import Snapshots
import TestSupport
import Testing
import Training

@testable import iic_tui

/// A run of a few steps, and images of its own samples given back to it.
@Suite struct PredictTests {
  /// 120 of the digits.
  private static let dataset = Result {
    let digits = try DatasetCatalog.load("digits")
    let chosen = (0..<120).map { $0 * 41 }
    return ImageDataset(
      name: "digits", width: 28, height: 28, channels: 1, classNames: digits.classNames,
      pixels: chosen.flatMap { digits.pixels[$0 * 784..<($0 + 1) * 784] },
      labels: chosen.map { digits.labels[$0] })
  }

  /// Trains for three steps; the run is called `tiny`.
  private func train(in runs: URL) throws -> RunHistory {
    var configuration = Configuration()
    try configuration.apply(
      yaml: """
        preset: test
        network: {width: 2}
        heads: {A: {clusters: 12, sub_heads: 2}, B: {clusters: 12, sub_heads: 3}}
        training: {steps: 3, batch_pairs: 30, threads: 1}
        evaluation: {samples: 9}
        """, source: "test")
    let folder = try RunsFolder(runs).createRun(name: "tiny", preset: "test")
    let recorder = try RunRecorder(folder)
    let lane = SnapshotLane.lossless()
    try Trainer(
      configuration: configuration, dataset: Self.dataset.get(), runName: "tiny", startedAt: 0,
      context: ComputeContext(threads: configuration.threadCount), checkpoint: nil,
      channel: SnapshotChannel(lanes: [lane]), control: TrainingControl()
    ).run()
    try recorder.record(lane.drain())
    recorder.close()
    return try RunHistoryReader(folder).load()
  }

  private func writePNG(_ pixels: [UInt8], side: Int = 28, to url: URL) throws {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(side)
    image.height = png_uint_32(side)
    image.format = png_uint_32(PNG_FORMAT_GRAY)
    defer { png_image_free(&image) }
    try #require(png_image_write_to_file(&image, url.path, 0, pixels, 0, nil) != 0)
  }

  private func predict(
    _ arguments: [String], runs: URL
  ) throws -> (isComplete: Bool, lines: [String], problems: [String]) {
    let command = try PredictCommand.parse(["tiny", "--runs", runs.path] + arguments)
    var text = ""
    var problems: [String] = []
    let isComplete = try command.predict(
      output: {
        text += $0
        return true
      }, problem: { problems.append($0) })
    return (isComplete, text.split(separator: "\n").map(String.init), problems)
  }

  @Test(arguments: [HeadID.a, .b]) func agreesWithTheEvaluation(_ head: HeadID) throws {
    try withTemporaryFolder { folder in
      let history = try train(in: folder.appendingPathComponent("runs"))
      let images = folder.appendingPathComponent("images")
      try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
      for sample in 0..<history.samples.count {
        try writePNG(
          Array(history.samples.pixels[sample * 784..<(sample + 1) * 784]),
          to: images.appendingPathComponent("\(sample).png"))
      }
      let (isComplete, lines, problems) = try predict(
        [images.path, "--head", head.rawValue], runs: folder.appendingPathComponent("runs"))
      #expect(isComplete && problems.isEmpty)
      #expect(lines.count == 1 + history.samples.count)
      #expect(lines[0] == "path,cluster,class," + (0..<12).map { "p\($0)" }.joined(separator: ","))

      let evaluation = try #require(history.evaluations.last?[head])
      let subHead = evaluation.subHeads[evaluation.lowestLossSubHead]
      // Images differ by far more than the tolerance, so that a mix-up would show.
      let (first, second) = (
        subHead.sampleProbabilities[..<12], subHead.sampleProbabilities[12..<24]
      )
      #expect(zip(first, second).contains { abs($0 - $1) > 1e-3 })
      for (sample, line) in lines.dropFirst().enumerated() {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        #expect(fields[0] == images.path + "/\(sample).png")
        let expected = Array(subHead.sampleProbabilities[sample * 12..<(sample + 1) * 12])
        let found = fields.dropFirst(3).compactMap { Float($0) }
        #expect(found.count == 12)
        for (value, other) in zip(found, expected) { #expect(abs(value - other) <= 1e-5) }
        let cluster = expected.indices.reduce(0) { expected[$1] > expected[$0] ? $1 : $0 }
        #expect(fields[1] == String(cluster))
        let label = try #require(subHead.scores).classOfCluster[cluster]
        #expect(fields[2] == (label < 0 ? "" : history.description.classNames[label]))
      }
    }
  }

  @Test func badImagesAreNamedAndTheOthersPredicted() throws {
    try withTemporaryFolder { folder in
      let runs = folder.appendingPathComponent("runs")
      let history = try train(in: runs)
      let good = folder.appendingPathComponent("a \"good\", one.png")
      try writePNG(Array(history.samples.pixels.prefix(784)), to: good)
      let large = folder.appendingPathComponent("large.PNG")
      try writePNG([UInt8](repeating: 30, count: 300 * 300), side: 300, to: large)
      let broken = folder.appendingPathComponent("broken.jpg")
      try Data("no image".utf8).write(to: broken)
      let missing = folder.path + "/missing.png"

      let (isComplete, lines, problems) = try predict(
        [missing, folder.path, runs.path, "--json", "--best"], runs: runs)
      #expect(!isComplete)
      #expect(problems.count == 3 && problems.allSatisfy { !$0.contains("\n") })
      for path in [missing, broken.path, runs.path] {
        #expect(problems.count { $0.hasPrefix(path + ":") } == 1)
      }
      #expect(lines.count == 2)
      for (line, path) in zip(lines, [good.path, large.path]) {
        let object = try #require(
          JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(Set(object.keys) == ["path", "cluster", "class", "probabilities"])
        #expect(object["path"] as? String == path)
        let probabilities = try #require(object["probabilities"] as? [Double])
        #expect(probabilities.count == 12 && abs(probabilities.reduce(0, +) - 1) <= 1e-4)
        let cluster = try #require(object["cluster"] as? Int)
        #expect(probabilities[cluster] == probabilities.max())
      }
      let quoted = try predict([good.path], runs: runs)
      #expect(quoted.lines[1].hasPrefix("\"\(folder.path)/a \"\"good\"\", one.png\","))
    }
  }

  @Test func wrongArguments() throws {
    #expect(throws: (any Error).self) { try PredictCommand.parse(["run"]) }
  }
}
