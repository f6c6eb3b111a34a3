import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// A run on data that is not its own.
  @Suite struct OtherData {
    private func evaluate(
      _ workspace: Workspace, _ folder: URL, _ more: String...
    ) throws -> Workspace.Result {
      try workspace.run(["evaluate", "one", "--data", folder.path] + more + workspace.inRuns)
    }

    private func resume(
      _ workspace: Workspace, _ folder: URL, _ more: String...
    ) throws -> Workspace.Result {
      try workspace.run(
        ["train", "--resume", "one", "--steps", "4", "--json", "--data", folder.path] + more
          + workspace.inRuns)
    }

    @Test func ofAnotherSize() throws {
      let workspace = try Workspace.withRun()
      let other = workspace.url.appendingPathComponent("other")
      try SyntheticDigits(count: 120, side: 56).writeMNIST(to: other)
      for result in [try evaluate(workspace, other), try resume(workspace, other)] {
        expectOneLine(
          result, ["\(other.path): its images are 56×56×1, expected 28×28×1", "one was trained on"])
      }
    }

    @Test func ofAFolderOfPictures() throws {
      let workspace = try Workspace.withRun()
      let other = workspace.url.appendingPathComponent("other")
      for number in 0..<12 {
        try writePNG(
          (0..<784).map { UInt8(($0 * (number + 1)) % 251) },
          to: other.appendingPathComponent("\(number).png"))
      }
      let result = try workspace.run(
        ["evaluate", "one", "--data", other.path, "--dataset", "image-folder"] + workspace.inRuns)
      // Pictures become what the run's images are.
      #expect(result.ending == .exited(0), "\(result.error)")
      #expect(result.output.contains("on 12 images of image-folder"))
    }

    /// Judging fewer classes makes sense, and going on with them does not.
    @Test func ofFewerClasses() throws {
      let workspace = try Workspace.withRun()
      let other = workspace.url.appendingPathComponent("other")
      try SyntheticDigits(count: 120, classes: 3).writeMNIST(to: other)
      let evaluated = try evaluate(workspace, other, "--data-changed")
      #expect(evaluated.ending == .exited(0) && evaluated.output.contains("130 images"))
      expectOneLine(
        try resume(workspace, other), ["\(other.path): has 3 classes, expected the 10 of one"])
    }

    @Test func ofAnotherNumber() throws {
      let workspace = try Workspace.withRun()
      let other = workspace.url.appendingPathComponent("other")
      try SyntheticDigits(count: 90).writeMNIST(to: other)
      #expect(try evaluate(workspace, other, "--data-changed").ending == .exited(0))
      for result in [try evaluate(workspace, other), try resume(workspace, other)] {
        expectOneLine(
          result,
          [
            "\(other.path): has 100 images of 28×28×1, checksum ", "expected 130 images of 28×28×1",
            "the data of one; --data-changed insists",
          ])
      }
      // Who insists goes on with them, whatever their number.
      #expect(try resume(workspace, other, "--data-changed").ending == .exited(0))
    }

    @Test func ofOtherPixels() throws {
      let workspace = try Workspace.withRun()
      let before = try workspace.weights(of: "one")
      let other = workspace.url.appendingPathComponent("other")
      try SyntheticDigits(count: 120, seed: 2).writeMNIST(to: other)
      #expect(try evaluate(workspace, other, "--data-changed").ending == .exited(0))
      for result in [try evaluate(workspace, other), try resume(workspace, other)] {
        expectOneLine(result, ["\(other.path): has 130 images", "--data-changed insists"])
      }
      #expect(try workspace.weights(of: "one") == before)
      // The same files in another place are the same images.
      let copy = workspace.url.appendingPathComponent("copy")
      try FileManager.default.copyItem(at: workspace.data, to: copy)
      let resumed = try resume(workspace, copy)
      #expect(resumed.ending == .exited(0), "\(resumed.error)")
    }

    /// One pixel of one image.
    @Test func ofAlmostTheSamePixels() throws {
      let workspace = try Workspace.withRun()
      let file = workspace.data.appendingPathComponent("train-images-idx3-ubyte")
      var bytes = try Data(contentsOf: file)
      bytes[16 + 40 * 784 + 300] ^= 1
      try bytes.write(to: file)
      let refused = try workspace.run(
        ["train", "--resume", "one", "--steps", "4", "--json"] + workspace.inRuns)
      expectOneLine(refused, ["checksum", "--data-changed insists"])
      let assigned = try workspace.run(["clusters", "one", "assignments"] + workspace.inRuns)
      expectOneLine(assigned, ["checksum"])
      #expect(
        try resume(workspace, workspace.data, "--data-changed").ending == .exited(0))
      let alone = try workspace.run(
        workspace.smallTraining + ["--steps", "2", "--data-changed", "--headless"])
      #expect(alone.ending == .exited(2))
    }

    /// The digits that come with the program read no folder.
    @Test func ofTheProgramsOwnDigits() throws {
      let workspace = try Workspace.withRun()
      try FileManager.default.copyItem(
        at: Workspace.checkout.appendingPathComponent("assets/demo-run"),
        to: workspace.runs.appendingPathComponent("demo"))
      // What is refused is refused before any weights are read.
      try Data().write(to: workspace.runs.appendingPathComponent("demo/latest.safetensors"))
      for arguments in [
        ["evaluate", "one", "--dataset", "digits"],
        ["train", "--resume", "demo", "--epochs", "1000"],
      ] {
        expectOneLine(
          try workspace.run(arguments + ["--data", workspace.data.path] + workspace.inRuns),
          ["data set digits comes with the program", "\(workspace.data.path) would have no effect"])
      }
      // What holds the run's data set holds no other.
      expectOneLine(
        try workspace.run(["evaluate", "one", "--dataset", "fashion-mnist"] + workspace.inRuns),
        ["data set fashion-mnist: name the folder of its files with --data DIR"])
    }
  }
}
