import Foundation
import TestSupport
import Testing

@testable import RunStorage
@testable import iic_tui

/// Which runs a list shows in which order, and which ones `prune` takes.
@Suite struct RunChoiceTests {
  private func run(
    _ name: String, _ status: RunStatus = .completed, accuracy: Double? = nil, bytes: Int = 0,
    writtenAt: Double = 0
  ) -> RunSummary {
    var run = RunSummary(name: name, path: "/runs/\(name)", status: status)
    run.accuracy = accuracy
    run.bytes = bytes
    run.writtenAt = writtenAt
    return run
  }

  @Test func orders() {
    let runs = [
      run("b", .running, accuracy: 0.5, bytes: 3, writtenAt: 30),
      run("c", .failed, bytes: 1, writtenAt: 10),
      run("a", .completed, accuracy: 0.9, bytes: 3, writtenAt: 20),
    ]
    let expected: [RunOrder: String] = [
      .age: "cab", .name: "abc", .accuracy: "cba", .size: "cba", .state: "cab",
    ]
    for order in RunOrder.allCases {
      #expect(order.sorted(runs).map(\.name).joined() == expected[order], "\(order)")
    }
  }

  @Test func pruning() {
    var runs = [
      run("broken", .broken), run("a", accuracy: 0.9), run("b", .failed),
      run("c", .stopped, accuracy: 0.95), run("d", .running, accuracy: 0.1),
      run("e", accuracy: 0.5),
    ]
    func doomed(
      keep: [String] = [], best: Int = 0, last: Int = 0, state: RunStatus? = nil
    ) -> String {
      let plan = RunPruning(
        runs, keep: keep.map { "/runs/\($0)" }, best: best, last: last, state: state)
      #expect(plan.doomed.count + plan.kept.count == runs.count)
      return plan.doomed.map(\.name).joined(separator: " ")
    }
    #expect(doomed(keep: ["b"]) == "a c e")
    #expect(doomed(best: 1) == "a b e")
    #expect(doomed(last: 1) == "a b c")
    #expect(doomed(last: 2) == "a b c", "the running one counts")
    #expect(doomed(keep: ["a"], best: 1, last: 1) == "b")
    #expect(doomed(last: 1, state: .completed) == "a")
    #expect(doomed(keep: ["a"], state: .broken) == "broken")
    #expect(doomed(best: 100) == "b", "what has no accuracy is not among the best")
    runs[1].bestAccuracy = 0.99
    #expect(doomed(best: 1) == "b c e")
  }

  @Test func sizesAndAges() {
    let sizes = [0: "0 B", 999: "999 B", 1000: "1.0 kB", 12_345_678: "12 MB"]
    for (count, text) in sizes { #expect(Format.bytes(count) == text) }
    #expect(Format.bytes(9_960_000) == "10 MB" && Format.bytes(999_600) == "1.0 MB")
    #expect(Format.bytes(.max) == "9223372 TB")
    #expect(Format.age(-5) == "just now" && Format.age(3599) == "59 min")
    #expect(Format.age(172_799) == "47 h" && Format.age(172_800) == "2 days")
  }

  @Test func problemsStandBelowTheTable() {
    var broken = run("b", .broken)
    broken.error = StorageError(URL(fileURLWithPath: "/runs/b"), "is damaged")
    var good = run("⚡\u{FE0F}訓練", bytes: 1500, writtenAt: 1000)
    good.dataset = "mnist"
    let lines = RunSummary.table([broken, good], now: 1120).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines == [
        "run     status     dataset  seed  epoch  step  trained  accuracy  best    size    age",
        "b       broken     –           –      –     –        –         –     –     0 B      –",
        "⚡\u{FE0F}訓練  completed  mnist       0    0/0   0/0     0:00         –     –  1.5 kB  2 min",
        "", "/runs/b: is damaged", "",
      ])
  }
}

extension CommandTests {
  /// Runs as people keep house with them.
  @Suite struct Housekeeping {
    /// Copies of the run that comes with the program.
    private static func copies(_ names: String...) throws -> Workspace {
      let workspace = try Workspace()
      try FileManager.default.createDirectory(
        at: workspace.runs, withIntermediateDirectories: true)
      for name in names {
        try FileManager.default.copyItem(
          at: Workspace.checkout.appendingPathComponent("assets/demo-run"),
          to: workspace.runs.appendingPathComponent(name))
        try FileManager.default.removeItem(
          at: workspace.runs.appendingPathComponent("\(name)/README.md"))
      }
      return workspace
    }

    @Test func filteredAndSorted() throws {
      let workspace = try Self.copies("b", "a", "c")
      let broken = workspace.runs.appendingPathComponent("broken")
      try FileManager.default.createDirectory(at: broken, withIntermediateDirectories: true)
      try Data().write(to: broken.appendingPathComponent("history.sqlite"))
      func names(_ arguments: String...) throws -> String {
        let result = try workspace.run(["runs", "list", "--json"] + arguments + workspace.inRuns)
        #expect(result.ending == .exited(0), "\(result.error)")
        return try result.objects().compactMap { $0["run"] as? String }.joined(separator: " ")
      }
      #expect(try names("--sort", "name") == "a b broken c")
      #expect(try names("--sort", "name", "--reverse") == "c broken b a")
      #expect(try names("--sort", "state") == "broken a b c")
      #expect(try names("--state", "broken") == "broken")
      #expect(try names("--dataset", "digits", "--preset", "digits") == "a b c")
      #expect(try names("--dataset", "mnist") == "")
      let none = try workspace.run(["runs", "--dataset", "mnist"] + workspace.inRuns)
      #expect(none.output == "none of the 4 runs in \(workspace.runs.path) is one of these\n")
      let wrong = try workspace.run(["runs", "--state", "lost"] + workspace.inRuns)
      #expect(wrong.ending == .exited(2))
      let run = try workspace.run(["runs", "show", "a", "--json"] + workspace.inRuns).objects()[0]
      let files = try FileManager.default.contentsOfDirectory(
        at: workspace.runs.appendingPathComponent("a"), includingPropertiesForKeys: [.fileSizeKey])
      let bytes = try files.reduce(0) {
        try $0 + ($1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
      }
      #expect(run["size_bytes"] as? Int == bytes && run["generation"] as? Int == 1)
      #expect((run["written_at"] as? Double ?? 0) > 1.7e9)
      let checkpoints = run["checkpoints"] as? [[String: Any]]
      #expect(checkpoints?.first?["file"] as? String == "latest.safetensors")
      #expect(checkpoints?.first?["step"] as? Int == run["step"] as? Int)
      let text = try workspace.run(["runs", "show", "a"] + workspace.inRuns).output
      #expect(text.contains("\nfolder      \(workspace.runs.path)/a\n"))
      #expect(text.contains("\ncheckpoint  latest.safetensors, step 1420, "))
    }

    /// What another user lets nobody look into may be a run: it is listed, not passed over.
    @Test(.enabled(if: getuid() == 0, "only root may be two users"))
    func closedFolders() throws {
      let workspace = try Self.copies("one", "closed")
      let closed = workspace.runs.appendingPathComponent("closed").path
      chmod(closed, 0o700)
      func run(_ arguments: String...) throws -> (ChildProcess.Ending, String, String) {
        let child = try workspace.startInShell(
          "exec \"$0\" \"$@\"", ["runs"] + arguments + workspace.inRuns, asUser: 65534)
        return (try child.waitForEnding(), child.text, child.errorText)
      }
      let (ending, text, errors) = try run("list", "--json", "--sort", "name")
      #expect(ending == .exited(0) && errors == "", "\(errors)")
      let listed = try jsonObjects(text)
      #expect(listed.map { $0["run"] as? String } == ["closed", "one"])
      #expect(listed[0]["status"] as? String == "broken")
      #expect(listed[0]["message"] as? String == "\(closed): cannot read: Permission denied")
      let shown = try run("show", "closed")
      #expect(shown.0 == .exited(1))
      #expect(shown.2 == "iic-tui: \(closed): cannot read: Permission denied\n")
      let deleted = try run("delete", "closed", "--yes")
      #expect(deleted.0 == .exited(1))
      #expect(deleted.2 == "iic-tui: \(closed): cannot delete: Permission denied\n")
      #expect(workspace.runNames == ["closed", "one"])
    }

    @Test func deletingAsks() throws {
      let workspace = try Self.copies("one", "two", "three")
      let unasked = try workspace.run(["runs", "delete", "one"] + workspace.inRuns)
      #expect(unasked.ending == .exited(2) && unasked.output == "")
      #expect(unasked.error == "iic-tui: stdin is no terminal to ask on; --yes deletes unasked\n")
      for name in ["tw", "last"] {
        expectOneLine(
          try workspace.run(["runs", "delete", "one", name, "--yes"] + workspace.inRuns),
          ["no run '\(name)'"])
      }
      #expect(workspace.runNames == ["one", "three", "two"])
      for (answer, left, code) in [("\n", 3, 1), ("no\n", 3, 1), ("y\n", 2, 0)] {
        let terminal = try PseudoTerminal()
        let child = try workspace.start(
          ["runs", "delete", "one"] + workspace.inRuns, terminal: terminal)
        try child.wait(for: "the question") { $0.errorText.hasSuffix("? [y/N] ") }
        #expect(child.errorText == "delete run one (5.9 MB)? [y/N] ")
        terminal.type(answer)
        #expect(try child.waitForEnding() == .exited(Int32(code)))
        #expect(workspace.runNames.count == left)
      }
      let notes = workspace.runs.appendingPathComponent("two/notes.txt")
      try Data("mine".utf8).write(to: notes)
      let both = try workspace.run(
        ["runs", "delete", "two", "three", "--yes", "--json"] + workspace.inRuns)
      #expect(both.ending == .exited(0), "\(both.error)")
      #expect(try both.objects().map { $0["kept"] as? [String] } == [["notes.txt"], []])
      #expect(workspace.runNames == ["two"])
      #expect(try Data(contentsOf: notes) == Data("mine".utf8))
      #expect(try workspace.run(["runs", "--json"] + workspace.inRuns).output == "")
    }

    @Test func aRunningRunIsRefused() throws {
      let workspace = try Workspace()
      let trainer = try workspace.start(
        workspace.longTraining + ["--headless", "--json", "--name", "one"])
      try trainer.wait(for: "a step") { $0.text.contains("\"step\":1}") }
      expectOneLine(
        try workspace.run(["runs", "delete", "one", "--yes"] + workspace.inRuns),
        ["the run is being written by process \(trainer.identifier)"])
      let pruned = try workspace.run(
        ["runs", "prune", "--keep-last", "1", "--yes"] + workspace.inRuns)
      #expect(pruned.output == "nothing to delete; 1 runs kept\n")
      trainer.send(signal: SIGTERM)
      #expect(try trainer.waitForEnding() == .exited(143))
      #expect(workspace.runNames == ["one"])
    }

    @Test func pruning() throws {
      let workspace = try Self.copies("a", "b", "c", "d")
      func prune(_ arguments: String...) throws -> Workspace.Result {
        try workspace.run(["runs", "prune"] + arguments + workspace.inRuns)
      }
      #expect(try prune("--yes").ending == .exited(2))
      #expect(try prune("--keep-last", "0", "--yes").ending == .exited(2))
      expectOneLine(try prune("--keep", "a", "x", "--yes"), ["no run 'x'"])
      #expect(try prune("--keep", "a").ending == .exited(2), "nobody to ask")
      let dry = try prune("--keep", "a", "c", "--dry-run", "--json")
      #expect(
        try dry.objects().compactMap { $0["would_delete"] as? String }
          == ["b", "d"].map { "\(workspace.runs.path)/\($0)" })
      #expect(workspace.runNames == ["a", "b", "c", "d"])
      let terminal = try PseudoTerminal()
      let child = try workspace.start(
        ["runs", "prune", "--keep", "a", "c"] + workspace.inRuns, terminal: terminal)
      try child.wait(for: "the question") { $0.errorText.hasSuffix("? [y/N] ") }
      #expect(child.errorText.contains("\nb  ") && child.errorText.contains("\nd  "))
      #expect(child.errorText.contains("\ndelete these 2 runs (12 MB) and keep 2?"))
      terminal.type("yes\n")
      #expect(try child.waitForEnding() == .exited(0))
      #expect(workspace.runNames == ["a", "c"])
      #expect(try prune("--keep-last", "1", "--state", "failed", "--yes").ending == .exited(0))
      #expect(workspace.runNames == ["a", "c"])
      #expect(try prune("--keep-last", "1", "--yes").ending == .exited(0))
      #expect(workspace.runNames == ["c"])
    }

    /// Whatever it was called when it was recorded.
    @Test func aCopiedRunHasItsFoldersName() throws {
      let workspace = try Workspace.withRun()
      let copy = workspace.runs.appendingPathComponent("copy")
      try FileManager.default.copyItem(
        at: workspace.runs.appendingPathComponent("one"), to: copy)
      let frame = workspace.url.appendingPathComponent("frame.txt")
      let exported = try workspace.run(
        ["export", "copy", "--frame", frame.path] + workspace.inRuns)
      #expect(exported.ending == .exited(0), "\(exported.error)")
      #expect(try String(contentsOf: frame, encoding: .utf8).hasPrefix(" iic-tui copy · "))
      let shown = try workspace.run(["runs", "show", "copy", "--json"] + workspace.inRuns)
      #expect(try shown.objects().first?["run"] as? String == "copy")
      let terminal = try PseudoTerminal()
      let replay = try workspace.start(
        ["replay", "copy"] + workspace.inRuns, variables: ["TERM": "xterm-256color"],
        terminal: terminal)
      try replay.wait(for: "the dashboard") { $0.text.contains("copy") }
      terminal.type("q")
      #expect(try replay.waitForEnding() == .exited(0))
      let resumed = try workspace.run(
        ["train", "--resume", "copy", "--steps", "3", "--json"] + workspace.inRuns)
      #expect(resumed.ending == .exited(0), "\(resumed.error)")
      let events = try resumed.objects()
      #expect(events.first?["run"] as? String == "copy")
      #expect(events.last?["run"] as? String == "copy")
      let lines = try workspace.run(
        ["train", "--resume", "copy", "--steps", "4", "--headless"] + workspace.inRuns)
      #expect(lines.output.hasPrefix("run copy: mnist, "))
    }
  }
}
