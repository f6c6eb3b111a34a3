import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// Experiments as a process that may be killed at any moment.
  @Suite struct Experiments {
    private func write(_ yaml: String, _ workspace: Workspace) throws -> String {
      let file = workspace.url.appendingPathComponent("own.yaml")
      try Data(yaml.utf8).write(to: file)
      return file.path
    }

    private static let settings = """
      dataset: mnist
      data: data
      settings:
        network: {width: 2}
        heads: {A: {clusters: 12, sub_heads: 2}, B: {sub_heads: 2}}
        training: {batch_pairs: 60, sample_repeats: 5, epochs: 4}
        transform: {input_size: 8}
        evaluation: {samples: 12}
        checkpoint: {seconds: 1}

      """

    /// Bytes and time of the last change of each file in a run's folder.
    private func files(of run: String, _ workspace: Workspace) throws -> [String: String] {
      let folder = workspace.runs.appendingPathComponent(run)
      var found: [String: String] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        let file = folder.appendingPathComponent(name)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        let changed = try #require(attributes[.modificationDate] as? Date)
        found[name] = "\(changed.timeIntervalSince1970) \(try Data(contentsOf: file).hashValue)"
      }
      return found
    }

    private static let names = [
      "own-plain-seed-1", "own-narrow-seed-1", "own-plain-seed-2", "own-narrow-seed-2",
    ]

    @Test func killedAtAnyMomentItRepeatsNothingAndLosesNothing() throws {
      let workspace = try Workspace()
      let file = try write(
        Self.settings
          + "seeds: [1, 2]\nvariants: {plain: , narrow: {settings: {network: {width: 1}}}}\n",
        workspace)
      let arguments = ["experiment", file, "--threads", "2"] + workspace.inRuns
      var finished: [String: [String: String]] = [:]
      // As the first run begins, between the first two, and somewhere in the next.
      for (text, pause) in [("run 1 of 4", 0), ("run 2 of", 0), ("run 1 of 3", 400_000)] {
        let child = try workspace.start(arguments)
        try child.wait(for: text) { $0.errorText.contains(text) }
        usleep(UInt32(pause))
        child.send(signal: SIGKILL)
        #expect(try child.waitForEnding() == .killed(signal: SIGKILL))
        for (name, before) in finished {
          #expect(try files(of: name, workspace) == before, "\(name) after '\(text)'")
        }
        for run in try workspace.run(["runs", "--json"] + workspace.inRuns).objects()
        where run["status"] as? String == "completed" {
          let name = try #require(run["run"] as? String)
          finished[name] = try files(of: name, workspace)
        }
      }
      #expect(finished.keys.contains("own-plain-seed-1"))
      let last = try workspace.run(arguments)
      #expect(last.ending == .exited(0), "\(last.error)")
      #expect(last.error.contains("run 1 of \(4 - finished.count): "), "\(last.error)")
      for (name, before) in finished {
        #expect(try files(of: name, workspace) == before, "\(name)")
      }
      #expect(workspace.runNames == Self.names.sorted())
      let runs = try workspace.run(["runs", "--json"] + workspace.inRuns).objects()
      #expect(runs.allSatisfy { $0["status"] as? String == "completed" })

      let whole = try workspace.run(arguments + ["--name", "whole", "--jobs", "2"])
      #expect(whole.ending == .exited(0), "\(whole.error)")
      for name in Self.names {
        let other = name.replacingOccurrences(of: "own-", with: "whole-")
        #expect(try workspace.weights(of: name) == workspace.weights(of: other), "\(name)")
      }
      let again = try workspace.run(arguments)
      #expect(again.ending == .exited(0) && again.error == "")
      #expect(again.output == last.output)
    }

    @Test func interruptedItGoesOn() throws {
      let workspace = try Workspace()
      let file = try write(
        Self.settings.replacingOccurrences(of: "epochs: 4", with: "epochs: 1000")
          + "variants: {plain: }\n", workspace)
      let arguments = ["experiment", file] + workspace.inRuns
      let child = try workspace.start(arguments)
      let history = workspace.runs.appendingPathComponent("own-plain-seed-1/history.sqlite").path
      try child.wait(for: "a history") { _ in FileManager.default.fileExists(atPath: history) }
      usleep(500_000)
      child.send(signal: SIGINT)
      #expect(try child.waitForEnding() == .exited(130))
      #expect(child.text == "")
      #expect(child.errorText.hasSuffix("iic-tui: stopped; the same command goes on\n"))
      let table = try workspace.run(arguments + ["--only-table", "--json"])
      #expect(table.ending == .exited(0))
      let runs = try #require(try table.objects()[0]["runs"] as? [[String: Any]])
      #expect(runs.compactMap { $0["status"] as? String } == ["begun"])
      let step = try #require(try workspace.onlyRun()["step"] as? Int)
      let note = try #require(try table.objects()[0]["note"] as? String)
      #expect(note == "stopped at step \(step) of 10000")
    }

    /// Ctrl-S stops what is told of the runs, and neither these nor their end.
    @Test func aStoppedTerminalHoldsNoRun() throws {
      let workspace = try Workspace()
      let file = try write(
        Self.settings.replacingOccurrences(of: "epochs: 4", with: "epochs: 1000")
          + "variants: {plain: }\n", workspace)
      let terminal = try PseudoTerminal()
      let child = try workspace.startInShell(
        "exec \"$0\" \"$@\" 2>&1", ["experiment", file] + workspace.inRuns, terminal: terminal)
      try child.wait(for: "a step") { $0.text.contains(", step ") }
      terminal.type("\u{13}")
      // A progress line is due five times a second.
      usleep(1_000_000)
      let step = try #require(try workspace.onlyRun()["step"] as? Int)
      usleep(1_000_000)
      #expect(try #require(try workspace.onlyRun()["step"] as? Int) > step)
      child.send(signal: SIGTERM)
      let sent = Date()
      while child.isRunning, Date().timeIntervalSince(sent) < 30 { usleep(20_000) }
      try #require(!child.isRunning)
      #expect(try child.waitForEnding() == .exited(143))
    }

    #if os(Linux)
      /// It waits, says so, and is steered like any other run.
      @Test func aFullDiskIsTold() throws {
        let workspace = try Workspace()
        let file = try write(
          Self.settings.replacingOccurrences(of: "epochs: 4", with: "epochs: 100000")
            + "variants: {plain: }\n", workspace)
        let child = try workspace.startInShell(
          "ulimit -S -f 400; exec \"$0\" \"$@\"", ["experiment", file] + workspace.inRuns)
        try child.wait(for: "the disk to be full") {
          $0.errorText.contains("plain, seed 1: waiting for the disk: ")
        }
        let folder = workspace.runs.appendingPathComponent("own-plain-seed-1")
        #expect(FileManager.default.fileExists(atPath: folder.path + "/control"))
        let log = try String(contentsOf: folder.appendingPathComponent("run.log"), encoding: .utf8)
        #expect(log.contains("  started\n") && log.contains("  waiting for the disk: "))
        child.send(signal: SIGTERM)
        #expect(try child.waitForEnding() == .exited(143))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/control"))
      }
    #endif

    @Test func aTableOfNothingYet() throws {
      let workspace = try Workspace()
      let file = try write(
        "title: Nothing yet\n" + Self.settings + "seeds: [1, 2, 3]\nvariants: {a: , b-2: }\n",
        workspace)
      let result = try workspace.run(["experiment", file, "--only-table"] + workspace.inRuns)
      #expect(result.ending == .exited(0) && result.error == "")
      #expect(
        result.output == """
          Nothing yet

          variant  seeds  lowest loss    mean of sub-heads  best  NMI  loss  time
          a          0/3            –                    –     –    –     –     –
          b-2        0/3            –                    –     –    –     –     –

          """)
      #expect(!FileManager.default.fileExists(atPath: workspace.runs.path))
    }

    @Test func whatThereIs() throws {
      let workspace = try Workspace()
      let list = try workspace.run(["experiment"])
      #expect(list.ending == .exited(0))
      for name in ["figure6", "restart", "seeds", "table1", "table2", "table3"] {
        #expect(list.output.contains("\n\(name) "), "\(name)")
      }
      let shown = try workspace.run(["experiment", "table2", "--show"])
      let own = try write(shown.output, workspace)
      let result = try workspace.run(
        ["experiment", own, "--only-table", "--csv", "--seeds", "5"] + workspace.inRuns)
      #expect(result.ending == .exited(0), "\(result.error)")
      #expect(result.output.split(separator: "\n").count == 6)
      #expect(result.output.contains("digits has no unlabelled images"))
    }

    @Test func badFiles() throws {
      let workspace = try Workspace()
      for (yaml, expected) in [
        ("variants: {}", "variants: has none, expected at least one name"),
        ("varients: {a: }", "varients: unknown key, expected one of title, preset"),
        ("variants: [", "not YAML: line 2"),
      ] {
        let file = try write(yaml, workspace)
        expectOneLine(
          try workspace.run(["experiment", file] + workspace.inRuns), ["\(file): \(expected)"])
      }
      expectOneLine(
        try workspace.run(["experiment", "nope"]),
        [
          "unknown experiment 'nope', expected one of figure6, restart, seeds, "
            + "segmentation-baselines, table1, table2, table3"
        ])
      expectOneLine(
        try workspace.run(["experiment", "./nope.yaml"]), ["/nope.yaml: cannot be read: No such"])
      expectOneLine(
        try workspace.run(["experiment", "seeds", "--seeds", "1,x"]),
        ["--seeds: is '1,x', expected integers from 0 to 2⁶⁴ − 1, each once"])
      expectOneLine(
        try workspace.run(["experiment", "seeds", "--plot", "f.svg"]),
        ["--plot: seeds has no label_shares"])
      // What is wrong with all runs alike is no table.
      expectOneLine(
        try workspace.run(["experiment", "table1", "--data", "nowhere"] + workspace.inRuns),
        ["/nowhere"])
      for arguments in [
        ["--csv", "--json"], ["--plot", "f.png"], ["--jobs", "0"], ["--data", ""],
      ] {
        let result = try workspace.run(["experiment", "seeds"] + arguments)
        #expect(result.ending == .exited(2) && result.output == "", "\(arguments)")
      }
      #expect(workspace.runNames == [])
    }

    @Test func aVariantThatCannotStartIsARow() throws {
      let workspace = try Workspace()
      let file = try write(
        Self.settings
          + "variants: {wrong: {settings: {training: {batch_pairs: 61}}}, plain: }\n", workspace)
      let result = try workspace.run(
        ["experiment", file, "--steps", "2", "--markdown"] + workspace.inRuns)
      #expect(result.ending == .exited(1))
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 4)
      #expect(lines[2].hasPrefix("| wrong | 0/1 |"))
      #expect(
        lines[2].hasSuffix(
          "| \(file): variants.wrong.settings: training.batch_pairs: is 61, expected a multiple of "
            + "training.sample_repeats, 5 |"))
      #expect(lines[3].hasPrefix("| plain | 1/1 |"))
      #expect(
        result.error.hasSuffix(
          "iic-tui: 1 of 2 runs cannot be trained or counted; the table says why\n"))
      #expect(workspace.runNames == ["own-plain-seed-1"])
    }
  }
}
