import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// What goes wrong around the program is told, and costs nobody a file.
  @Suite struct SparedFiles {
    #if os(Linux)
      @Test func aFullDiskBehindStandardOutput() throws {
        let workspace = try Workspace.withRun()
        for arguments in [["runs"], ["runs", "show", "one", "--config"], ["evaluate", "one"]] {
          let result = try workspace.runIntoFullDisk(arguments + workspace.inRuns)
          expectOneLine(result, ["stdout: cannot write: No space left on device"])
        }
      }
    #endif

    @Test func aFrameThatCannotBeWritten() throws {
      let workspace = try Workspace.withRun()
      let file = workspace.url.appendingPathComponent("frame.svg")
      try Data("good".utf8).write(to: file)
      let arguments = ["export", "one", "--frame", file.path] + workspace.inRuns
      expectOneLine(try workspace.run(arguments, largestFile: 1), [file.path, "cannot write"])
      #expect(try String(contentsOf: file, encoding: .utf8) == "good")
      #expect(try workspace.run(arguments).ending == .exited(0))
      #expect(try String(contentsOf: file, encoding: .utf8).hasSuffix("</svg>\n"))
    }

    /// Eight of the tables fit below the limit, and one does not: all are as they were.
    @Test func tablesThatDoNotAllFit() throws {
      let workspace = try Workspace.withRun()
      let folder = workspace.url.appendingPathComponent("tables")
      let arguments = ["export", "one", "--csv", folder.path] + workspace.inRuns
      #expect(try workspace.run(arguments).ending == .exited(0))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      for name in names {
        try Data("old".utf8).write(to: folder.appendingPathComponent(name))
      }
      expectOneLine(
        try workspace.run(arguments, largestFile: 1), [folder.path, ".csv: cannot write: File too"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == names)
      for name in names {
        let file = folder.appendingPathComponent(name)
        #expect(try String(contentsOf: file, encoding: .utf8) == "old", "\(name)")
      }
    }

    @Test(arguments: [
      ["evaluate", "one", "--data", ""], ["train", "--data", ""], ["export", "one", "--csv", ""],
      ["export", "one", "--weights", ""],
    ])
    func emptyPaths(_ arguments: [String]) throws {
      let workspace = try Workspace()
      let result = try workspace.run(arguments + workspace.inRuns)
      #expect(result.ending == .exited(2) && result.error.contains("is empty, expected a"))
    }

    @Test func resumingWhatIsNoRun() throws {
      let workspace = try Workspace()
      let empty = workspace.runs.appendingPathComponent("empty")
      try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
      let result = try workspace.run(
        ["train", "--resume", "empty", "--steps", "3", "--headless"] + workspace.inRuns)
      expectOneLine(result, ["it has no history.sqlite"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: empty.path) == [])
    }

    /// A run that cannot be read can be deleted where runs are kept, and nothing elsewhere.
    @Test func deletingABrokenRun() throws {
      let workspace = try Workspace()
      for folder in [workspace.runs, workspace.url.appendingPathComponent("mine")] {
        let broken = folder.appendingPathComponent("broken")
        try FileManager.default.createDirectory(at: broken, withIntermediateDirectories: true)
        try Data("hello".utf8).write(to: broken.appendingPathComponent("history.sqlite"))
      }
      let elsewhere = workspace.url.path + "/mine/broken"
      expectOneLine(
        try workspace.run(["runs", "delete", elsewhere, "--yes"] + workspace.inRuns),
        [elsewhere, "its history.sqlite is no database"])
      let deleted = try workspace.run(["runs", "delete", "broken", "--yes"] + workspace.inRuns)
      #expect(deleted.ending == .exited(0) && workspace.runNames == [])
    }
  }

  /// What the data says about the settings, and what it does not.
  @Suite struct FittedSettings {
    private static let tiny = [
      "network.width=2", "training.batch_pairs=60", "training.sample_repeats=5",
      "transform.input_size=16", "evaluation.samples=4", "heads.A.sub_heads=1",
      "heads.B.sub_heads=1",
    ].flatMap { ["--set", $0] }

    private func clusters(_ workspace: Workspace) throws -> [String] {
      let text = try workspace.run(["runs", "show", "last", "--config"] + workspace.inRuns).output
      return text.split(separator: "\n").filter { $0.contains("clusters:") }
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// CIFAR-100's twenty superclasses are more than the clusters of the preset for CIFAR-10.
    @Test func anotherDataSetThanThePresets() throws {
      let workspace = try Workspace()
      let data = workspace.url.appendingPathComponent("cifar-100-binary")
      var releases = BinaryReleases()
      try releases.writeCIFAR100(to: data, train: 40, test: 20)
      let result = try workspace.run(
        ["train", "--data", data.path, "--steps", "2", "--headless"] + Self.tiny
          + ["--set", "heads.A.clusters=50"] + workspace.inRuns)
      #expect(result.ending == .exited(0), "\(result.error)")
      #expect(try clusters(workspace) == ["clusters: 50", "clusters: 20"])
    }

    /// A number of clusters that somebody chose stays when the run goes on.
    @Test func aChosenNumberOfClustersIsResumed() throws {
      let workspace = try Workspace()
      let data = workspace.url.appendingPathComponent("three")
      try SyntheticDigits(count: 120, classes: 3).writeMNIST(to: data)
      let train = try workspace.run(
        ["train", "--data", data.path, "--steps", "2", "--headless", "--name", "six"] + Self.tiny
          + ["--set", "heads.B.clusters=6"] + workspace.inRuns)
      #expect(train.ending == .exited(0), "\(train.error)")
      let resumed = try workspace.run(
        ["train", "--resume", "six", "--steps", "4", "--headless"] + workspace.inRuns)
      #expect(resumed.ending == .exited(0), "\(resumed.error)")
      #expect(try clusters(workspace) == ["clusters: 50", "clusters: 6"])
    }

    /// A settings file that names neither preset nor data set leaves both to the data, wherever
    /// that is named.
    @Test func aFileBesideAFolder() throws {
      let workspace = try Workspace()
      let file = workspace.url.appendingPathComponent("my.yaml")
      let data = workspace.url.appendingPathComponent("three")
      try SyntheticDigits(count: 120, classes: 3).writeMNIST(to: data)
      for (text, arguments) in [
        ("", ["--data", data.path]), ("data: three\n", []), ("", ["--set", "data=\(data.path)"]),
      ] {
        try Data(("training: {seed: 5}\n" + text).utf8).write(to: file)
        let result = try workspace.run(
          ["train", "--config", file.path, "--steps", "1", "--headless"] + arguments + Self.tiny
            + workspace.inRuns)
        #expect(result.ending == .exited(0), "\(result.error)")
        #expect(try clusters(workspace) == ["clusters: 50", "clusters: 3"])
      }
    }

    /// Measuring needs no batch full of images.
    @Test func aFewImagesAreEvaluated() throws {
      let workspace = try Workspace()
      _ = try workspace.run(
        workspace.smallTraining + ["--headless", "--steps", "2", "--name", "one"])
      let few = workspace.url.appendingPathComponent("few")
      try SyntheticDigits(count: 3).writeMNIST(to: few, testCount: 2)
      let result = try workspace.run(
        ["evaluate", "one", "--data", few.path, "--json", "--data-changed"] + workspace.inRuns)
      #expect(result.ending == .exited(0), "\(result.error)")
      #expect(try result.objects().first?["images"] as? Int == 5)
    }
  }
}
