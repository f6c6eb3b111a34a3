import Foundation
import RunStorage
import Snapshots
import TestSupport
import Testing

extension CommandTests {
  /// Weights that come from elsewhere.
  @Suite struct Weights {
    /// A run's weights as PyTorch saves them: without metadata.
    private func exported(_ workspace: Workspace, without tensor: String? = nil) throws -> URL {
      let file = workspace.url.appendingPathComponent("weights-\(tensor ?? "all").safetensors")
      let run = RunFolder(workspace.runs.appendingPathComponent("one"))
      let tensors = try run.loadLatestWeights().tensors.filter { $0.name != tensor }
      try Safetensors.write(tensors, metadata: [:], to: file)
      return file
    }

    @Test func areEvaluatedAndPredictedWith() throws {
      let workspace = try Workspace.withRun()
      let file = try exported(workspace)
      let own = try workspace.run(["evaluate", "one", "--json"] + workspace.inRuns)
      let other = try workspace.run(
        ["evaluate", "one", "--json", "--weights", file.path] + workspace.inRuns)
      #expect(other.ending == .exited(0), "\(other.error)")
      let (first, second) = (try own.objects()[0], try other.objects()[0])
      #expect(
        NSDictionary(dictionary: first["reported"] as? [String: Any] ?? [:])
          == NSDictionary(dictionary: second["reported"] as? [String: Any] ?? [:]))
      #expect(first["mean"] as? Double == second["mean"] as? Double)
      let image = workspace.url.appendingPathComponent("one.png")
      try writePNG(Array(SyntheticDigits(count: 1).pixels.prefix(784)), to: image)
      let predictions = try [[], ["--weights", file.path]].map {
        try workspace.run(["predict", "one", image.path] + $0 + workspace.inRuns)
      }
      #expect(predictions.allSatisfy { $0.ending == .exited(0) })
      #expect(predictions[0].output == predictions[1].output && predictions[0].output != "")
    }

    @Test func thatDoNotFitAreNamed() throws {
      let workspace = try Workspace.withRun()
      let tensor = "head_B.heads.0.0.weight"
      let file = try exported(workspace, without: tensor)
      expectOneLine(
        try workspace.run(["evaluate", "one", "--weights", file.path] + workspace.inRuns),
        [file.path, "tensor '\(tensor)' is missing"])
      expectOneLine(
        try workspace.run(["evaluate", "one", "--weights", "nowhere"] + workspace.inRuns),
        ["nowhere: cannot read: No such file"])
      let both = try workspace.run(
        ["evaluate", "one", "--weights", file.path, "--best"] + workspace.inRuns)
      #expect(both.ending == .exited(2))
    }

    @Test func startARun() throws {
      let workspace = try Workspace.withRun()
      let file = try exported(workspace)
      func start(_ name: String, _ file: URL, _ more: String...) throws -> Workspace.Result {
        try workspace.run(
          workspace.smallTraining
            + ["--headless", "--steps", "3", "--name", name, "--init", file.path] + more)
      }
      let single = try start("single", file, "--threads", "1")
      #expect(single.ending == .exited(0) && single.error == "", "\(single.error)")
      let double = try start("double", file, "--threads", "2")
      #expect(double.ending == .exited(0))
      #expect(try workspace.weights(of: "single") == workspace.weights(of: "double"))
      let plain = try workspace.run(
        workspace.smallTraining + ["--headless", "--steps", "3", "--name", "plain"])
      #expect(plain.ending == .exited(0))
      #expect(try workspace.weights(of: "single") != workspace.weights(of: "plain"))

      // The first evaluation measures the weights that it starts from.
      let from = try workspace.run(["evaluate", "one", "--json"] + workspace.inRuns).objects()[0]
      let shown = try workspace.run(["runs", "show", "single", "--json"] + workspace.inRuns)
        .objects()
      let first = try #require(shown.first { $0["step"] as? Int == 0 && $0["mean"] != nil })
      #expect(first["mean"] as? Double == from["mean"] as? Double)

      let part = try start("part", try exported(workspace, without: "head_B.heads.1.0.bias"))
      #expect(part.ending == .exited(0))
      #expect(
        part.error == "iic-tui: --init: has no head_B that fits; it starts with random weights\n")

      let before = workspace.runNames
      expectOneLine(
        try start("wide", file, "--set", "network.width=4"),
        [file.path, "tensor 'trunk.", "expected"])
      expectOneLine(
        try start("none", workspace.url.appendingPathComponent("nowhere")),
        ["nowhere: cannot read: No such file"])
      #expect(workspace.runNames == before)
      let resumed = try workspace.run(
        ["train", "--resume", "single", "--init", file.path] + workspace.inRuns)
      #expect(resumed.ending == .exited(2))
    }
  }

  /// Files that exports replace, and what is no file.
  @Suite struct ReplacedFiles {
    @Test func aLinkStaysAndModesDoToo() throws {
      let workspace = try Workspace.withRun()
      let target = workspace.url.appendingPathComponent("target.svg")
      let link = workspace.url.appendingPathComponent("link.svg")
      try Data("old".utf8).write(to: target)
      chmod(target.path, 0o600)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
      let result = try workspace.run(
        ["export", "one", "--frame", link.path] + workspace.inRuns)
      #expect(result.ending == .exited(0), "\(result.error)")
      #expect(try String(contentsOf: target, encoding: .utf8).hasSuffix("</svg>\n"))
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == target.path)
      var status = stat()
      #expect(stat(target.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func whatIsNoFileIsWrittenInto() throws {
      let workspace = try Workspace.withRun()
      let pipe = workspace.url.appendingPathComponent("pipe.txt")
      #expect(mkfifo(pipe.path, 0o600) == 0)
      let reader = try ChildProcess("/bin/cat", [pipe.path], environment: [:])
      let piped = try workspace.run(["export", "one", "--frame", pipe.path] + workspace.inRuns)
      #expect(piped.ending == .exited(0), "\(piped.error)")
      #expect(try reader.waitForEnding() == .exited(0))
      #expect(reader.text.contains("mnist-small") && reader.text.hasSuffix("\n"))
      let shown = try workspace.run(
        ["clusters", "one", "assignments", "--output", "/dev/stdout"] + workspace.inRuns)
      #expect(shown.ending == .exited(0) && shown.output.hasPrefix("split,index,"))
    }
  }
}
