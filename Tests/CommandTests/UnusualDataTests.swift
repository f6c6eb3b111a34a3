import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// Data sets of odd sizes and contents: sensible figures, or one clear line.
  @Suite struct UnusualData {
    /// A training on images in MNIST's format, as `idx`.
    private func train(
      _ workspace: Workspace, _ digits: SyntheticDigits, labels: [UInt8], _ more: [String] = []
    ) throws -> Workspace.Result {
      try workspace.write(digits, labels: labels, to: workspace.data)
      return try workspace.run(
        workspace.smallTraining + ["--dataset", "idx", "--json", "--epochs", "2"] + more)
    }

    /// The main head's figures after training.
    private func lastEvaluation(_ result: Workspace.Result) throws -> [String: Any] {
      #expect(result.ending == .exited(0), "\(result.error)")
      return try #require(result.objects().last { $0["event"] as? String == "evaluation" })
    }

    private func clusters(_ result: Workspace.Result) throws -> Int? {
      let configuration = try result.objects().first?["configuration"] as? [String: Any]
      let heads = configuration?["heads"] as? [String: Any]
      return (heads?["B"] as? [String: Any])?["clusters"] as? Int
    }

    @Test func threeClassesHaveThreeClusters() throws {
      let workspace = try Workspace()
      let digits = SyntheticDigits(count: 120, classes: 3)
      let result = try train(
        workspace, digits, labels: digits.labels,
        ["--epochs", "10", "--set", "training.learning_rate=0.01"])
      #expect(try clusters(result) == 3)
      let evaluation = try lastEvaluation(result)
      let lowest = try #require(evaluation["lowest_loss"] as? [String: Any])
      let accuracy = try #require(lowest["accuracy"] as? Double)
      // Three equal classes: chance is a third, and these are easy to tell apart.
      #expect(accuracy > 0.6 && accuracy <= 1)
      let named = try workspace.run(
        workspace.smallTraining + [
          "--dataset", "mnist", "--set", "heads.B.clusters=3", "--json", "--steps", "1",
        ])
      #expect(try clusters(named) == 3)
      #expect(named.ending == .exited(0), "\(named.error)")
    }

    /// As many classes as pictures; of 60 pairs 60 clusters are the most.
    @Test func aLabelForEachPicture() throws {
      let workspace = try Workspace()
      let labels = (0..<60).map { UInt8($0) }
      let result = try train(workspace, SyntheticDigits(count: 60), labels: labels)
      #expect(try clusters(result) == 60)
      let mean = try #require(lastEvaluation(result)["mean"] as? Double)
      #expect(mean > 0 && mean <= 1)
      let many = try train(
        workspace, SyntheticDigits(count: 100), labels: (0..<100).map { UInt8($0) })
      expectOneLine(many, ["heads.B.clusters: is 100, expected at most", "60"])
    }

    @Test func oneClass() throws {
      let workspace = try Workspace()
      let result = try train(
        workspace, SyntheticDigits(count: 120), labels: [UInt8](repeating: 0, count: 120))
      let subHeads = try #require(lastEvaluation(result)["sub_heads"] as? [[String: Any]])
      for subHead in subHeads {
        // One cluster is the class; the others' images are wrong.
        #expect((subHead["accuracy"] as? Double).map { $0 > 0 && $0 <= 1 } == true)
        #expect(subHead["nmi"] as? Double == 0)
        #expect((subHead["ari"] as? Double)?.isFinite == true)
      }
    }

    @Test func oneImage() throws {
      let workspace = try Workspace()
      expectOneLine(
        try train(workspace, SyntheticDigits(count: 1), labels: [3]),
        ["training.batch_pairs: 12 images a batch", "at most the 2 of idx"])
      #expect(workspace.runNames == [])
    }

    /// A grey picture of noise.
    private func write(
      _ name: String, width: Int = 20, height: Int = 20, in workspace: Workspace
    ) throws {
      var state = UInt64(name.utf8.reduce(7) { $0 &* 31 &+ Int($1) })
      let pixels = (0..<width * height).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
      }
      try writePNG(
        pixels, side: width, height: height,
        to: workspace.url.appendingPathComponent("pictures/\(name)"))
    }

    private func pictures(_ workspace: Workspace) -> String { workspace.url.path + "/pictures" }

    /// A small training on the pictures.
    private func trainOnPictures(_ workspace: Workspace) throws -> Workspace.Result {
      let settings = [
        "network.kind=net6c", "network.width=2", "heads.A.clusters=12", "heads.A.sub_heads=2",
        "heads.B.sub_heads=2", "training.batch_pairs=60", "training.sample_repeats=5",
        "transform.input_size=8", "evaluation.samples=12",
      ]
      return try workspace.run(
        ["train", "--data", pictures(workspace), "--json", "--epochs", "1"] + workspace.inRuns
          + settings.flatMap { ["--set", $0] })
    }

    @Test func onePicture() throws {
      let workspace = try Workspace()
      try write("a.png", in: workspace)
      expectOneLine(
        try workspace.run(["train", "--data", pictures(workspace), "--json"] + workspace.inRuns),
        ["training.batch_pairs: 140 images a batch", "expected at most the 1 of image-folder"])
      #expect(workspace.runNames == [])
    }

    @Test func textAloneAndTwoKinds() throws {
      let workspace = try Workspace()
      let folder = URL(fileURLWithPath: pictures(workspace))
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("hello".utf8).write(to: folder.appendingPathComponent("a.txt"))
      let train = ["train", "--data", folder.path, "--json"] + workspace.inRuns
      expectOneLine(
        try workspace.run(train),
        ["\(folder.path): ", "no data set that is known", "1 called .txt"])
      try SyntheticDigits(count: 12).writeMNIST(to: folder)
      try Data(repeating: 0, count: 3073).write(to: folder.appendingPathComponent("test_batch.bin"))
      expectOneLine(
        try workspace.run(train), ["\(folder.path): ", "it holds idx and cifar10", "--dataset"])
      #expect(workspace.runNames == [])
    }

    /// Lines of one pixel, upright and flat, are pictures too.
    @Test func picturesOfOneRow() throws {
      let workspace = try Workspace()
      for number in 0..<20 {
        try write("flat/\(number).png", width: 50 + number, height: 1, in: workspace)
        try write("tall/\(number).png", width: 1, height: 300 + number, in: workspace)
      }
      let result = try trainOnPictures(workspace)
      #expect(result.ending == .exited(0) && result.error == "", "\(result.error)")
      #expect(try clusters(result) == 2)
      let mean = try #require(lastEvaluation(result)["mean"] as? Double)
      #expect(mean >= 0.5 && mean <= 1)
    }

    /// A header that promises 50,000×50,000 pixels takes no memory.
    @Test func aHugeHeaderIsSkipped() throws {
      let workspace = try Workspace()
      for number in 0..<20 { try write("\(number).png", in: workspace) }
      let file = URL(fileURLWithPath: pictures(workspace) + "/huge.png")
      try write("huge.png", in: workspace)
      var bytes = try Data(contentsOf: file)
      let sides: [UInt8] = [0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]
      bytes.replaceSubrange(16..<24, with: sides)
      bytes.replaceSubrange(29..<33, with: headerChecksum(bytes[12..<29]))
      try bytes.write(to: file)
      let result = try trainOnPictures(workspace)
      #expect(result.ending == .exited(0), "\(result.error)")
      let lines = result.error.split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines.first == "iic-tui: 1 of 21 pictures cannot be read and are left out")
      #expect(
        lines.last
          == "iic-tui: \(file.path): size is 50000×50000, expected at most 67108864 pixels")
    }

    /// CRC-32, as PNG has it.
    private func headerChecksum(_ bytes: Data) -> [UInt8] {
      var sum: UInt32 = 0xFFFF_FFFF
      for byte in bytes {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
      }
      sum = ~sum
      return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
    }

    private func caches(_ workspace: Workspace) -> [String] {
      let folder = workspace.url.path + "/.cache/iic-tui"
      return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    @Test func aDiskThatFillsUp() throws {
      let workspace = try Workspace()
      for number in 0..<40 { try write("\(number).png", in: workspace) }
      let arguments = ["train", "--data", pictures(workspace), "--json"] + workspace.inRuns
      // 40 pictures of 64×64×3 need 960 blocks of 512 bytes.
      expectOneLine(
        try workspace.run(arguments, largestFile: 500),
        [workspace.url.path + "/.cache/iic-tui/", "cannot be written: File too large"])
      #expect(caches(workspace) == [])
      // All pictures fit, and what is said of them does not.
      expectOneLine(
        try workspace.run(arguments, largestFile: 960), ["cannot be written: File too large"])
      #expect(caches(workspace) == [])
      #expect(workspace.runNames == [])
    }

    @Test func twoProcessesBuildOneCache() throws {
      let workspace = try Workspace()
      for number in 0..<150 { try write("\(number).png", in: workspace) }
      let arguments = ["datasets", "check", pictures(workspace)]
      let both = try (0..<2).map { _ in try workspace.start(arguments) }
      for child in both { #expect(try child.waitForEnding(seconds: 60) == .exited(0)) }
      #expect(both[0].text == both[1].text && both[0].text.contains("150 images"))
      #expect(caches(workspace).count == 1)
      // And it is whole: a training finds nothing to make anew.
      let before = try modified(caches(workspace)[0], in: workspace)
      let result = try trainOnPictures(workspace)
      #expect(result.ending == .exited(0), "\(result.error)")
      #expect(
        try caches(workspace).count == 1 && modified(caches(workspace)[0], in: workspace) == before)
    }

    private func modified(_ cache: String, in workspace: Workspace) throws -> Date? {
      let path = workspace.url.path + "/.cache/iic-tui/" + cache
      return try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    }
  }
}
