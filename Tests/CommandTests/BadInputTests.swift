import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// One clear line, exit code 1 (2 for wrong usage), and nothing half-written.
  @Suite struct BadInputs {
    @Test(arguments: BadInput.data + BadInput.settings) func training(input: BadInput) throws {
      let workspace = try Workspace()
      try input.prepare(workspace)
      let result = try workspace.run(
        workspace.smallTraining + ["--steps", "1", "--json"] + input.arguments(workspace))
      expectOneLine(result, input.expected)
      #expect(workspace.runNames == [])
    }

    @Test func instructionSet() throws {
      let workspace = try Workspace()
      let result = try workspace.run(
        workspace.smallTraining, variables: ["IIC_TUI_INSTRUCTION_SET": "sse9"])
      expectOneLine(result, ["'sse9'", "portable"])
      #expect(workspace.runNames == [])
    }

    @Test func convolution() throws {
      let workspace = try Workspace()
      let result = try workspace.run(
        workspace.smallTraining, variables: ["IIC_TUI_CONVOLUTION": "fourier"])
      expectOneLine(result, ["$IIC_TUI_CONVOLUTION", "'fourier'", "direct"])
      #expect(workspace.runNames == [])
    }

    @Test func noDataFolder() throws {
      let workspace = try Workspace()
      for name in ["mnist", "fashion-mnist"] {
        let result = try workspace.run(["train", "--dataset", name, "--json"] + workspace.inRuns)
        expectOneLine(result, ["data set \(name)", "--data DIR"])
      }
      #expect(workspace.runNames == [])
    }

    @Test(arguments: [
      ["train", "--resume", "nope"], ["watch", "nope"], ["replay", "nope"],
      ["runs", "show", "nope"],
      ["runs", "delete", "nope"], ["runs", "compare", "nope", "nope"], ["evaluate", "nope"],
      ["export", "nope", "--csv", "x"],
    ])
    func unknownRun(arguments: [String]) throws {
      let workspace = try Workspace()
      let result = try workspace.run(arguments + workspace.inRuns)
      expectOneLine(result, [workspace.runs.path, "no run 'nope'"])
      #expect(workspace.runNames == [])
      let path = workspace.url.appendingPathComponent("nowhere").path
      let byPath = try workspace.run(
        arguments.map { $0 == "nope" ? path : $0 } + workspace.inRuns)
      expectOneLine(byPath, [path, "no such run"])
      let last = try workspace.run(arguments.map { $0 == "nope" ? "last" : $0 } + workspace.inRuns)
      expectOneLine(last, ["there are no runs here yet"])
      let noRun = try workspace.run(
        arguments.map { $0 == "nope" ? workspace.data.path : $0 } + workspace.inRuns)
      expectOneLine(noRun, [workspace.data.path, "history.sqlite"])
      #expect(FileManager.default.fileExists(atPath: workspace.data.path))
    }

    @Test(arguments: [
      ["train", "--frobnicate"], ["frobnicate"],
      ["train", "--resume", "last", "--preset", "digits"],
      ["train", "--resume", "last", "--seed", "1"], ["train", "--steps"],
      ["train", "--steps", "-5"], ["train", "--threads", "many"], ["train", "--seed", "-1"],
      ["train", "extra"], ["runs", "show"], ["runs", "compare", "one"], ["evaluate"], ["export"],
      ["export", "last"], ["replay"], ["replay", "one", "--demo"],
      ["replay", "one", "--speed", "0"],
      ["replay", "one", "--speed", "nan"], ["replay", "one", "--from=-1"], ["watch"],
      ["presets", "extra"], ["bench", "--threads", "1000"], ["bench", "--steps", "0"],
      ["runs", "list", "--runs", ""],
    ])
    func usage(arguments: [String]) throws {
      let workspace = try Workspace()
      let result = try workspace.run(
        arguments, variables: ["IIC_TUI_RUNS": workspace.runs.path])
      #expect(result.ending == .exited(2), "\(result.error)")
      #expect(result.output == "")
      #expect(result.error.contains("Usage:"), "\(result.error)")
      #expect(workspace.runNames == [])
    }

    @Test(arguments: ["1000000", "9223372036854775807"])
    func benchmarksThatFitNoMachine(pairs: String) throws {
      let workspace = try Workspace()
      expectOneLine(
        try workspace.run(["bench", "--net", "net10a", "--pairs", pairs]),
        ["--pairs: is \(pairs), which needs about", "expected at most this machine's"])
    }

    @Test func aSettingsFileLoadsItsPreset() throws {
      let workspace = try Workspace()
      let file = workspace.url.appendingPathComponent("own.yaml")
      try Data("preset: nope\n".utf8).write(to: file)
      expectOneLine(
        try workspace.run(["train", "--config", file.path, "--json"] + workspace.inRuns),
        ["own.yaml: preset: unknown preset 'nope'"])
      try Data("preset: mnist-small\n".utf8).write(to: file)
      // mnist-small wants a folder, which the digits do not.
      expectOneLine(
        try workspace.run(["train", "--config", file.path, "--json"] + workspace.inRuns),
        ["data set mnist: name the folder"])
      #expect(workspace.runNames == [])
    }

    @Test func aTakenNameAndOtherSettingsLeaveTheRunAlone() throws {
      let workspace = try Workspace()
      let first = try workspace.run(
        workspace.smallTraining + ["--steps", "2", "--name", "one", "--headless"])
      try #require(first.ending == .exited(0))
      let before = try contents(of: "one", in: workspace)
      let again = try workspace.run(workspace.smallTraining + ["--name", "one", "--json"])
      expectOneLine(again, ["/runs/one: a run of this name exists"])
      for (setting, expected) in [
        ("network.width=3", "network.width: cannot change when a run is resumed"),
        ("training.lambda=0", "training.lambda: cannot change when a run is resumed"),
        ("data=/nowhere", "/nowhere: cannot be read: No such file or directory"),
      ] {
        let resumed = try workspace.run(
          ["train", "--resume", "one", "--steps", "5", "--set", setting, "--json"]
            + workspace.inRuns)
        expectOneLine(resumed, [expected])
      }
      #expect(workspace.runNames == ["one"])
      #expect(try contents(of: "one", in: workspace) == before)
      #expect(try workspace.onlyRun()["status"] as? String == "completed")
    }

    @Test func aRunWithoutItsCheckpointIsNotStartedOver() throws {
      let workspace = try Workspace()
      try #require(
        workspace.run(workspace.smallTraining + ["--steps", "2", "--name", "one", "--headless"])
          .ending == .exited(0))
      let weights = workspace.runs.appendingPathComponent("one/latest.safetensors")
      try FileManager.default.removeItem(at: weights)
      let before = try contents(of: "one", in: workspace)
      let resumed = try workspace.run(
        ["train", "--resume", "one", "--steps", "5", "--json"] + workspace.inRuns)
      expectOneLine(resumed, ["one/latest.safetensors: the checkpoint is missing"])
      #expect(try contents(of: "one", in: workspace) == before)
    }

    @Test func damagedRunFiles() throws {
      let workspace = try Workspace()
      let first = try workspace.run(
        workspace.smallTraining + ["--steps", "2", "--name", "one", "--headless"])
      try #require(first.ending == .exited(0))
      let weights = workspace.runs.appendingPathComponent("one/latest.safetensors")
      let bytes = try Data(contentsOf: weights)
      try bytes.prefix(bytes.count / 2).write(to: weights)
      for arguments in [["train", "--resume", "one", "--steps", "5"], ["evaluate", "one"]] {
        expectOneLine(
          try workspace.run(arguments + ["--json"] + workspace.inRuns), [weights.path])
      }
      let history = workspace.runs.appendingPathComponent("one/history.sqlite")
      try Data("SQLite format 3\0 and then nothing of the kind".utf8).write(to: history)
      for arguments in [
        ["train", "--resume", "one"], ["evaluate", "one"], ["runs", "show", "one"],
      ] {
        expectOneLine(
          try workspace.run(arguments + ["--json"] + workspace.inRuns), [history.path])
      }
      #expect(try workspace.onlyRun()["status"] as? String == "broken")
    }

    /// The run's files; of its history, which opening for writing already touches, what is in it.
    private func contents(of run: String, in workspace: Workspace) throws -> [String: Data] {
      let folder = workspace.runs.appendingPathComponent(run)
      var result: [String: Data] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        result[name] = try Data(contentsOf: folder.appendingPathComponent(name))
      }
      let shown = try workspace.run(["runs", "show", run, "--json"] + workspace.inRuns)
      // A process that leaves the run alone may still have opened its database.
      let measures = try Regex("\"(written_at|size_bytes)\":[0-9.]+")
      result["history.sqlite"] = Data(shown.output.replacing(measures, with: "").utf8)
      return result
    }
  }
}
