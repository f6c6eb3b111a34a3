import Foundation
import RunStorage
import TestSupport
import Testing

extension CommandTests {
  /// `finetune`: labels on top of a run, as a run of its own.
  @Suite struct FineTune {
    /// Settings of a fine-tuning that takes milliseconds a step.
    private static let small = [
      "head.hidden_units=12", "training.batch_size=24", "training.epoch_steps=4",
    ].flatMap { ["--set", $0] }

    private func finetune(
      _ workspace: Workspace, _ name: String, _ more: String..., steps: Int = 8
    ) throws -> Workspace.Result {
      try workspace.run(
        ["finetune", "one", "--name", name, "--steps", "\(steps)", "--json"] + Self.small + more
          + workspace.inRuns)
    }

    @Test func aRunLikeTheOthers() throws {
      let workspace = try Workspace.withRun()
      let result = try finetune(workspace, "tuned", "--labels", "50%")
      #expect(result.ending == .exited(0), "\(result.error)")
      let objects = try result.objects()
      let start = try #require(objects.first)
      let configuration = try #require(start["configuration"] as? [String: Any])
      #expect(configuration["method"] as? String == "fine-tuning")
      #expect((configuration["network"] as? [String: Any])?["width"] as? Int == 2)
      let finetune = try #require(configuration["finetune"] as? [String: Any])
      #expect(
        finetune["from"] as? String
          == workspace.runs.appendingPathComponent("one/latest.safetensors").path)
      #expect(finetune["labels"] as? Double == 0.5)
      let transform = try #require(configuration["transform"] as? [String: Any])
      #expect(transform["input_size"] as? Int == 8 && transform["crop"] as? Int == 20)
      // Digits are never mirrored.
      #expect(transform["test_crops"] as? Int == 5)
      let steps = objects.filter { $0["event"] as? String == "step" }
      #expect(steps.count == 8 && steps.allSatisfy { $0["head"] as? String == "classifier" })
      #expect(steps.allSatisfy { $0["mutual_information"] == nil })
      let evaluation = try #require(objects.last { $0["event"] as? String == "evaluation" })
      // The test split.
      #expect(evaluation["images"] as? Int == 10)
      let subHead = try #require((evaluation["sub_heads"] as? [[String: Any]])?.first)
      #expect(subHead["accuracy"] as? Double != nil && subHead["mutual_information"] == nil)

      // Measured again: the same figures.
      let measured = try workspace.run(["evaluate", "tuned", "--json"] + workspace.inRuns)
      #expect(measured.ending == .exited(0), "\(measured.error)")
      var again = try #require(measured.objects().first)
      for key in ["classes", "contingency"] { #expect(again.removeValue(forKey: key) != nil) }
      #expect(again as NSDictionary == evaluation as NSDictionary)
      // Looked at, listed, exported.
      let frame = workspace.url.appendingPathComponent("frame.txt")
      let exported = try workspace.run(
        [
          "export", "tuned", "--frame", frame.path, "--csv", workspace.url.path + "/tables",
          "--weights", workspace.url.path + "/w.safetensors", "--tensorboard",
          workspace.url.path + "/logs",
        ] + workspace.inRuns)
      #expect(exported.ending == .exited(0), "\(exported.error)")
      #expect(exported.output.contains("/logs/events.out.tfevents."))
      #expect(exported.output.contains("confusion-classifier-1.csv"))
      #expect(!exported.output.contains("joint-"))
      let text = try String(contentsOf: frame, encoding: .utf8)
      #expect(text.contains("Confusion") && !text.contains("NaN"))
      let weights = try ReferenceTensors(
        url: workspace.url.appendingPathComponent("w.safetensors"))
      #expect(try weights.tensor("head_classifier.3.weight").shape == [10, 12])
      let listed = try workspace.run(["runs", "--json"] + workspace.inRuns).objects()
      let run = try #require(listed.first { $0["run"] as? String == "tuned" })
      #expect(run["status"] as? String == "completed")
      #expect(run["accuracy"] as? Double == subHead["accuracy"] as? Double)
    }

    /// Stopped and gone on with, the run it came from deleted: the bits of an unbroken one.
    @Test func resumedWithoutItsSource() throws {
      let workspace = try Workspace.withRun()
      for (name, steps) in [("whole", 11), ("cut", 5)] {
        let result = try finetune(workspace, name, steps: steps)
        #expect(result.ending == .exited(0), "\(result.error)")
      }
      let deleted = try workspace.run(["runs", "delete", "one", "--yes"] + workspace.inRuns)
      #expect(deleted.ending == .exited(0))
      let resumed = try workspace.run(
        ["train", "--resume", "cut", "--steps", "11", "--json"] + workspace.inRuns)
      #expect(resumed.ending == .exited(0), "\(resumed.error)")
      #expect(try workspace.weights(of: "cut") == workspace.weights(of: "whole"))
      // Its own settings are a settings file, but a new run would need the weights.
      let shown = try workspace.run(["runs", "show", "cut", "--config"] + workspace.inRuns)
      let file = workspace.url.appendingPathComponent("own.yaml")
      try Data(shown.output.utf8).write(to: file)
      expectOneLine(
        try workspace.run(["train", "--config", file.path, "--json"] + workspace.inRuns),
        ["one/latest.safetensors"])
      #expect(workspace.runNames == ["cut", "whole"])
    }

    @Test func fromScratchDiffersAndASettingsFileRepeats() throws {
      let workspace = try Workspace.withRun()
      for (name, more) in [("tuned", []), ("scratch", ["--from-scratch"])] {
        let result = try workspace.run(
          ["finetune", "one", "--name", name, "--steps", "3", "--json"] + Self.small + more
            + workspace.inRuns)
        #expect(result.ending == .exited(0), "\(result.error)")
      }
      #expect(try workspace.weights(of: "tuned") != workspace.weights(of: "scratch"))
      let shown = try workspace.run(["runs", "show", "scratch", "--config"] + workspace.inRuns)
      #expect(shown.output.contains("from: \"\"") && shown.output.contains("trunk_rate: 1"))
      let own = try workspace.run(["runs", "show", "tuned", "--config"] + workspace.inRuns)
      let file = workspace.url.appendingPathComponent("own.yaml")
      try Data(own.output.utf8).write(to: file)
      let again = try workspace.run(
        ["train", "--config", file.path, "--name", "again", "--json"] + workspace.inRuns)
      #expect(again.ending == .exited(0), "\(again.error)")
      #expect(try workspace.weights(of: "again") == workspace.weights(of: "tuned"))
    }

    /// The run's own sample images, given back as files.
    @Test func predictsAsItMeasures() throws {
      let workspace = try Workspace.withRun()
      #expect(try finetune(workspace, "tuned").ending == .exited(0))
      let reader = RunHistoryReader(
        RunFolder(workspace.runs.appendingPathComponent("tuned", isDirectory: true)))
      let samples = try reader.samples()
      let evaluation = try #require(try reader.evaluation()?.heads.first?.subHeads.first)
      let images = workspace.url.appendingPathComponent("images")
      try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
      for sample in 0..<samples.count {
        try writePNG(
          Array(samples.pixels[sample * 784..<(sample + 1) * 784]),
          to: images.appendingPathComponent("\(sample).png"))
      }
      let result = try workspace.run(
        ["predict", "tuned", images.path, "--json"] + workspace.inRuns)
      #expect(result.ending == .exited(0), "\(result.error)")
      let objects = try result.objects()
      #expect(objects.count == samples.count)
      for object in objects {
        let path = try #require(object["path"] as? String)
        let sample = try #require(
          Int(URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent))
        let probabilities = try #require(object["probabilities"] as? [Double])
        let expected = evaluation.sampleProbabilities[10 * sample..<10 * sample + 10]
        for (found, expected) in zip(probabilities, expected) {
          #expect(abs(found - Double(expected)) <= 1e-5)
        }
        let cluster = try #require(object["cluster"] as? Int)
        #expect(object["class"] as? String == "\(cluster)")
      }
      let other = try workspace.run(
        ["predict", "tuned", images.path, "--head", "B"] + workspace.inRuns)
      expectOneLine(other, ["tuned: has no head B, expected classifier"])
    }

    @Test func onOtherData() throws {
      let workspace = try Workspace.withRun()
      // Only the training files: a fifth of each class is held out.
      let other = workspace.url.appendingPathComponent("other")
      try SyntheticDigits(count: 100, seed: 5).writeMNIST(to: other)
      for kind in ["images-idx3", "labels-idx1"] {
        try FileManager.default.removeItem(
          at: other.appendingPathComponent("t10k-\(kind)-ubyte"))
      }
      let result = try finetune(workspace, "tuned", "--data", other.path, steps: 2)
      #expect(result.ending == .exited(0), "\(result.error)")
      let evaluation = try #require(
        try result.objects().last { $0["event"] as? String == "evaluation" })
      #expect(evaluation["images"] as? Int == 20)
    }

    @Test(arguments: [
      (
        ["--labels", "0.05"],
        ["--labels: finetune.labels: is 0.05, which of the 12 images of class"]
      ),
      (["--labels", "0"], ["--labels: finetune.labels: is '0.0', expected a number above 0"]),
      (["--labels", "1.5"], ["finetune.labels: is '1.5'"]),
      (["--labels", "150%"], ["finetune.labels: is '1.5'"]),
      (["--set", "finetune.labels=nan"], ["--set: finetune.labels: is 'nan'"]),
      (["--set", "training.batch_pairs=60"], ["--set: training.batch_pairs: unknown key"]),
      (
        ["--set", "transform.crop=29"],
        ["--set: transform.crop: is 29, expected at most the images' 28"]
      ),
      (["--set", "network.width=3"], ["one/latest.safetensors: tensor 'trunk.features.0.weight'"]),
      (["--data", "/nowhere"], ["/nowhere: cannot be read"]),
      (["--steps", "0"], ["--steps: is '0', expected an integer of at least 1"]),
      (["--name", "one"], ["/runs/one: a run of this name exists"]),
    ])
    func badInput(arguments: [String], expected: [String]) throws {
      let workspace = try Workspace.withRun()
      let result = try workspace.run(
        ["finetune", "one", "--json"] + Self.small + arguments + workspace.inRuns)
      expectOneLine(result, expected)
      #expect(workspace.runNames == ["one"])
    }

    @Test func labelsThatCoverTooLittle() throws {
      let workspace = try Workspace.withRun()
      let digits = SyntheticDigits(count: 60)
      let other = workspace.url.appendingPathComponent("other")
      try workspace.write(digits, labels: Array(repeating: 4, count: 60), to: other)
      expectOneLine(
        try workspace.run(
          ["finetune", "one", "--data", other.path, "--json"] + workspace.inRuns),
        [
          "finetune.labels: the labels of idx's training images cover 1 class, expected at least 2"
        ])
      // Pictures in no folders have no labels.
      let pictures = workspace.url.appendingPathComponent("pictures")
      try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
      for index in 0..<4 {
        try writePNG(
          Array(digits.pixels[index * 784..<(index + 1) * 784]),
          to: pictures.appendingPathComponent("\(index).png"))
      }
      expectOneLine(
        try workspace.run(
          [
            "finetune", "one", "--data", pictures.path, "--set", "pictures.channels=1", "--json",
          ] + workspace.inRuns),
        ["finetune.labels: the labels of ", "cover no class, expected at least 2"])
      #expect(workspace.runNames == ["one"])
    }

    @Test func aSourceThatCannotBeOne() throws {
      let workspace = try Workspace.withRun()
      expectOneLine(
        try workspace.run(["finetune", "nope", "--json"] + workspace.inRuns), ["no run 'nope'"])
      let weights = workspace.runs.appendingPathComponent("one/latest.safetensors")
      let bytes = try Data(contentsOf: weights)
      try bytes.prefix(bytes.count / 2).write(to: weights)
      expectOneLine(
        try workspace.run(["finetune", "one", "--json"] + workspace.inRuns), [weights.path])
      try FileManager.default.removeItem(at: weights)
      expectOneLine(
        try workspace.run(["finetune", "one", "--json"] + workspace.inRuns),
        ["runs/one: the run has no latest.safetensors to start from"])
      #expect(try workspace.run(["finetune"] + workspace.inRuns).ending == .exited(2))
      #expect(workspace.runNames == ["one"])
    }
  }
}
