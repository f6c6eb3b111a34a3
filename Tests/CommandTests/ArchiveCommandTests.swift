import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// `export --to` and `import`.
  @Suite struct Archives {
    /// The copy goes on as the run itself does.
    @Test func aRunGoesElsewhereAndOn() throws {
      let workspace = try Workspace.withRun()
      let folder = workspace.url.appendingPathComponent("archives")
      let export = try workspace.run(["export", "one", "--to", folder.path] + workspace.inRuns)
      #expect(export.output == "wrote \(folder.path)/one.tar\n", "\(export.error)")
      let file = folder.appendingPathComponent("one.tar").path
      let elsewhere = workspace.url.appendingPathComponent("elsewhere")
      let there = ["--runs", elsewhere.path]
      let imported = try workspace.run(["import", file, "--name", "two"] + there)
      #expect(imported.output == "imported two into \(elsewhere.path)/two\n", "\(imported.error)")
      for command in [["evaluate"], ["clusters"], ["runs", "show"]] {
        let first = try workspace.run(command + ["one", "--json"] + workspace.inRuns)
        let second = try workspace.run(command + ["two", "--json"] + there)
        #expect(second.ending == .exited(0), "\(command): \(second.error)")
        if command != ["runs", "show"] {
          #expect(second.output.replacing("two", with: "one") == first.output)
        }
      }
      // What a replay shows after the first step.
      let frames = try [("one", workspace.inRuns), ("two", there)].map { name, runs in
        let frame = workspace.url.appendingPathComponent("\(name).txt")
        let result = try workspace.run(
          ["export", name, "--frame", frame.path, "--step", "1"] + runs)
        #expect(result.ending == .exited(0), "\(result.error)")
        return try String(contentsOf: frame, encoding: .utf8).replacing("two", with: "one")
      }
      #expect(frames[0] == frames[1])
      for (name, runs) in [("one", workspace.inRuns), ("two", there)] {
        let result = try workspace.run(
          ["train", "--resume", name, "--steps", "5", "--headless"] + runs)
        #expect(result.ending == .exited(0), "\(result.error)")
      }
      #expect(
        try Data(contentsOf: elsewhere.appendingPathComponent("two/latest.safetensors"))
          == workspace.weights(of: "one"))
    }

    @Test func whatIsRefused() throws {
      let workspace = try Workspace.withRun()
      let file = workspace.url.appendingPathComponent("run.tar")
      let export = try workspace.run(["export", "one", "--to", file.path] + workspace.inRuns)
      #expect(export.output == "wrote \(file.path)\n", "\(export.error)")
      expectOneLine(
        try workspace.run(["import", file.path] + workspace.inRuns),
        ["\(workspace.runs.path)/one: a run of this name exists"])
      // A disk that is full leaves the archive as it was, and no part of a run.
      let before = try Data(contentsOf: file)
      expectOneLine(
        try workspace.run(["export", "one", "--to", file.path] + workspace.inRuns, largestFile: 8),
        ["cannot"])
      #expect(try Data(contentsOf: file) == before)
      expectOneLine(
        try workspace.run(
          ["import", file.path, "--name", "two"] + workspace.inRuns, largestFile: 8),
        ["cannot write"])
      #expect(workspace.runNames == ["one"])
      let other = workspace.url.appendingPathComponent("x.txt")
      try Data().write(to: other)
      expectOneLine(
        try workspace.run(["export", "one", "--to", other.path] + workspace.inRuns),
        ["x.txt: is a file, expected a folder or a name that ends in .tar"])
      for arguments in [["export", "one", "--to", ""], ["import", ""]] {
        #expect(try workspace.run(arguments + workspace.inRuns).ending == .exited(2))
      }
    }

    /// Behind what a file has, and nothing of what the program says among it.
    @Test func ontoStandardOutput() throws {
      let workspace = try Workspace.withRun()
      let file = workspace.url.appendingPathComponent("out")
      try Data("before\n".utf8).write(to: file)
      let weights = workspace.url.appendingPathComponent("w.safetensors")
      let command = ["export", "one"] + workspace.inRuns
      #expect(try workspace.run(command + ["--weights", weights.path]).ending == .exited(0))
      let child = try workspace.startInShell(
        "\"$0\" \"$@\" --weights /dev/stdout >> \(file.path)", command)
      #expect(try child.waitForEnding() == .exited(0), "\(child.errorText)")
      #expect(
        try Data(contentsOf: file) == Data("before\n".utf8) + Data(contentsOf: weights))
    }

    /// As `export … --to /dev/stdout | ssh … import /dev/stdin` has it.
    @Test func throughAPipe() throws {
      let workspace = try Workspace.withRun()
      let child = try workspace.startInShell(
        "\"$0\" export one --to /dev/stdout \"$@\" | \"$0\" import /dev/stdin --name two \"$@\"",
        workspace.inRuns)
      #expect(try child.waitForEnding(seconds: 120) == .exited(0), "\(child.errorText)")
      #expect(workspace.runNames == ["one", "two"])
      #expect(try workspace.weights(of: "two") == workspace.weights(of: "one"))
    }
  }
}
