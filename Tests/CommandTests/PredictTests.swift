import Sessions
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
      pixels: chosen.flatMap { digits.source.pixels(of: $0) },
      labels: chosen.map { UInt8(digits.labels[$0]) })
  }

  /// Trains for three steps; the run is called `tiny`.
  ///
  /// - Parameter more: settings beside those of a small run.
  private func train(
    in runs: URL, on dataset: ImageDataset? = nil, _ more: String = ""
  ) throws -> RunHistory {
    var configuration = Configuration()
    try configuration.apply(yaml: more, source: "test")
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
      configuration: configuration, dataset: dataset ?? Self.dataset.get(), runName: "tiny",
      startedAt: 0,
      context: ComputeContext(threads: configuration.threadCount), checkpoint: nil,
      channel: SnapshotChannel(lanes: [lane]), control: TrainingControl()
    ).run()
    try recorder.record(lane.drain())
    recorder.close()
    return try RunHistoryReader(folder).outline()
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
      #expect(
        lines[0] == "path,cluster,class,name," + (0..<12).map { "p\($0)" }.joined(separator: ","))

      let evaluation = try #require(history.newest.evaluation?[head])
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
        let found = fields.dropFirst(4).compactMap { Float($0) }
        #expect(found.count == 12)
        for (value, other) in zip(found, expected) { #expect(abs(value - other) <= 1e-5) }
        let cluster = expected.indices.reduce(0) { expected[$1] > expected[$0] ? $1 : $0 }
        #expect(fields[1] == String(cluster))
        let label = subHead.scores?.classOfCluster[cluster] ?? -1
        let className = label < 0 ? nil : history.description.classNames[label]
        #expect(fields[2] == className ?? "")
        #expect(fields[3] == className ?? String(cluster))
      }
    }
  }

  /// What training saw of a folder of pictures is the middle square, and so it is here.
  @Test func picturesOfAFolderAreCutAsInTraining() throws {
    try withTemporaryFolder { folder in
      let images = folder.appendingPathComponent("images")
      let digits = try Self.dataset.get()
      for image in 0..<digits.count {
        // Bright bars at both sides, which a whole picture shows and its middle does not.
        let bar = [UInt8](repeating: 230, count: 12)
        let digit = digits.source.pixels(of: image)
        var rows: [UInt8] = []
        for row in 0..<28 { rows += bar + Array(digit[row * 28..<(row + 1) * 28]) + bar }
        let name = "\(image % 2 == 0 ? "even" : "odd")/\(1000 + image).png"
        try writePNG(rows, side: 52, height: 28, to: images.appendingPathComponent(name))
      }
      let dataset = try ImageFolderFormat.load(
        folder: images.path,
        ImageFolderFormat.Options(
          shape: PictureShape(side: 28, channels: 1), threads: 1,
          environment: ["XDG_CACHE_HOME": folder.path]))
      let runs = folder.appendingPathComponent("runs")
      let history = try train(
        in: runs, on: dataset, "dataset: image-folder\npictures: {size: 28, channels: 1}\n")
      let (isComplete, lines, problems) = try predict([images.path], runs: runs)
      #expect(isComplete && problems.isEmpty && lines.count == 1 + digits.count)
      let head = try #require(history.newest.evaluation?[.b])
      let subHead = head.subHeads[head.lowestLossSubHead]
      for sample in 0..<history.samples.count {
        let pixels = Array(history.samples.pixels[sample * 784..<(sample + 1) * 784])
        let places = (0..<dataset.count).filter { dataset.source.pixels(of: $0) == pixels }
        let found = places.map { place in
          lines[1 + place].split(separator: ",", omittingEmptySubsequences: false).dropFirst(4)
            .compactMap { Float($0) }
        }
        try #require(!found.isEmpty && found[0].count == 12)
        for (value, expected) in zip(
          found[0], subHead.sampleProbabilities[sample * 12..<(sample + 1) * 12])
        {
          #expect(abs(value - expected) <= 1e-5)
        }
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
      try writePNG((0..<300 * 300).map { $0 % 300 < 60 ? 200 : 0 }, side: 300, to: large)
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
        #expect(Set(object.keys) == ["path", "cluster", "class", "name", "probabilities"])
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

  /// A folder with the run, and the first sample as picture files that each function call adds to.
  private func withRun(
    _ body: (_ folder: URL, _ digit: [UInt8], _ runs: URL) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let runs = folder.appendingPathComponent("runs")
      let history = try train(in: runs)
      let images = folder.appendingPathComponent("images")
      try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
      try body(images, Array(history.samples.pixels.prefix(784)), runs)
    }
  }

  /// Fields after the path.
  private func answers(_ lines: [String]) -> [String] {
    lines.dropFirst().map { line in String(line.drop { $0 != "," }) }
  }

  @Test func foldersBelowAndNamesThatAreNoPictures() throws {
    try withRun { folder, digit, runs in
      for name in ["b", "a/deep", ".git"] {
        try FileManager.default.createDirectory(
          at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
      }
      for name in ["b/1.png", "a/deep/2.png", "3.png", ".git/4.png", ".5.png"] {
        try writePNG(digit, to: folder.appendingPathComponent(name))
      }
      try Data([0, 5, 0x16, 7]).write(to: folder.appendingPathComponent("b/._1.png"))
      #expect(symlink("..", folder.path + "/a/loop") == 0)
      #expect(rename(folder.path + "/b/1.png", folder.path + "/b/\u{1}.png") == 0)
      let (isComplete, lines, problems) = try predict([folder.path], runs: runs)
      #expect(isComplete && problems.isEmpty)
      let expected = ["3.png", "a/deep/2.png", "b/\u{1}.png"].map { folder.path + "/" + $0 }
      #expect(lines.dropFirst().map { line in String(line.prefix { $0 != "," }) } == expected)
      #expect(Set(answers(lines)).count == 1)
    }
  }

  @Test func namesNeedNotBeUTF8() throws {
    try withRun { folder, digit, runs in
      let plain = folder.appendingPathComponent("plain.png")
      try writePNG(digit, to: plain)
      let name = Array((folder.path + "/g").utf8) + [0xfc] + Array(".png".utf8)
      let renamed = PathBytes(name).withCString { rename(plain.path, $0) }
      #expect(renamed == 0)
      let (isComplete, lines, problems) = try predict([folder.path], runs: runs)
      #expect(isComplete && problems.isEmpty && lines.count == 2)
      #expect(lines[1].hasPrefix(folder.path + "/g\\xfc.png,"))
    }
  }

  @Test func negativesAreNamedAndInverted() throws {
    try withRun { folder, digit, runs in
      let ink = folder.appendingPathComponent("a-digit.png")
      try writePNG(digit, to: ink)
      let paper = folder.appendingPathComponent("paper.png")
      try writePNG(digit.map { 255 - $0 }, to: paper)
      let plain = try predict([folder.path], runs: runs)
      #expect(plain.isComplete && plain.lines.count == 3)
      #expect(plain.problems.count == 1)
      #expect(plain.problems[0].hasPrefix("\(paper.path): its mean brightness is "))
      #expect(plain.problems[0].hasSuffix("; with --invert it would fit"))
      let inverted = try predict([paper.path, "--invert"], runs: runs)
      #expect(inverted.isComplete && inverted.problems.isEmpty)
      #expect(answers(inverted.lines)[0] == answers(plain.lines)[0])
      let wrong = try predict([ink.path, "--invert"], runs: runs)
      #expect(
        wrong.problems.count == 1 && wrong.problems[0].hasSuffix("without --invert it would fit"))
    }
  }

  @Test func blankPicturesAreNamedAndPredicted() throws {
    try withRun { folder, _, runs in
      let black = folder.appendingPathComponent("black.png")
      try writePNG([UInt8](repeating: 0, count: 784), to: black)
      let (isComplete, lines, problems) = try predict([folder.path], runs: runs)
      #expect(isComplete && lines.count == 2)
      #expect(problems == ["\(black.path): it is blank, brightness 0 all over"])
    }
  }

  @Test func transparentPartsLieOnTheRunsGround() throws {
    try withRun { folder, digit, runs in
      try writePNG(digit, to: folder.appendingPathComponent("a.png"))
      func write(ink: UInt8, to name: String) throws {
        try writePNG(
          digit.flatMap { [ink, $0] }, format: Int32(PNG_FORMAT_GA),
          to: folder.appendingPathComponent(name))
      }
      try write(ink: 255, to: "white.png")
      let white = try predict([folder.path], runs: runs)
      #expect(white.isComplete && white.problems.isEmpty)
      #expect(answers(white.lines)[0] == answers(white.lines)[1])
      try write(ink: 0, to: "black.png")
      let black = try predict([folder.path + "/black.png"], runs: runs)
      #expect(
        black.problems == [
          "\(folder.path)/black.png: it is blank, brightness 0 all over; with --invert it would fit"
        ])
      let inverted = try predict([folder.path + "/black.png", "--invert"], runs: runs)
      #expect(inverted.problems.isEmpty && answers(inverted.lines)[0] == answers(white.lines)[0])
    }
  }

  @Test func aDecodersWarningIsALine() throws {
    try withRun { folder, digit, runs in
      let file = folder.appendingPathComponent("a.png")
      try writePNG(digit, to: file)
      let whole = try Data(contentsOf: file)
      let expected = try predict([file.path], runs: runs)
      // The end mark is missing.
      try whole.dropLast(12).write(to: file)
      let (isComplete, lines, problems) = try predict([file.path], runs: runs)
      #expect(isComplete && lines == expected.lines)
      #expect(
        problems.count == 1 && problems[0].hasPrefix(file.path + ": the PNG data has a fault"))
    }
  }

  @Test func wrongArguments() throws {
    #expect(throws: (any Error).self) { try PredictCommand.parse(["run"]) }
    try withRun { folder, _, runs in
      let message = "tiny: has no head C, expected A and B"
      #expect(throws: SessionError(message)) {
        try predict([folder.path, "--head", "C"], runs: runs)
      }
    }
  }
}
