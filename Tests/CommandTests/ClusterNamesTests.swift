import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// Names of clusters, given and shown by commands.
  @Suite struct ClusterNamesCommands {
    private func clusters(_ workspace: Workspace, _ arguments: [String]) throws -> Workspace.Result
    {
      try workspace.run(["clusters", "one"] + arguments + workspace.inRuns)
    }

    @Test func givenListedAndTakenAway() throws {
      let workspace = try Workspace.withRun()
      let named = try clusters(workspace, ["name", "B", "3", " my cats ", "--sub-head", "2"])
      #expect(named.ending == .exited(0) && named.error == "")
      #expect(named.output == "one: B2 cluster 3 is called 'my cats'\n")
      let renamed = try clusters(workspace, ["name", "B", "3", "owls", "--sub-head", "2"])
      #expect(renamed.output == "one: B2 cluster 3 is called 'owls', no longer 'my cats'\n")
      _ = try clusters(workspace, ["name", "A", "11", "eels", "--sub-head", "1"])
      let list = try clusters(workspace, ["names", "--json"]).objects()
      #expect(list.compactMap { $0["name"] as? String } == ["eels", "owls"])
      #expect(list.compactMap { $0["sub_head"] as? Int } == [1, 2])
      #expect(list.compactMap { $0["cluster"] as? Int } == [11, 3])
      let table = try clusters(workspace, ["names"])
      #expect(table.output.split(separator: "\n").last == "B            2        3  owls")

      let shown = try clusters(workspace, ["--sub-head", "2"])
      #expect(shown.output.hasPrefix("one: head B, sub-head 2, evaluated after step 2\n"))
      let row = try #require(shown.output.split(separator: "\n").first { $0.contains("owls") })
      #expect(row.drop { $0 == " " }.hasPrefix("3"))
      let other = try clusters(workspace, ["show", "--sub-head", "1", "--json"])
      #expect(try other.objects().count == 10)
      // The cluster of the other sub-head that holds the same images is called the same.
      #expect(try other.objects().compactMap { $0["name"] as? String } == ["owls"])
      #expect(try clusters(workspace, ["--sub-head", "1"]).error.isEmpty)

      let removed = try clusters(workspace, ["name", "B", "3", "--remove", "--sub-head", "2"])
      #expect(removed.output == "one: B2 cluster 3 is no longer called 'owls'\n")
      let again = try clusters(workspace, ["name", "B", "3", "--remove", "--sub-head", "2"])
      expectOneLine(again, ["one: B2 cluster 3 has no name to take away"])
      #expect(try clusters(workspace, ["names", "--json"]).objects().count == 1)
    }

    @Test func refused() throws {
      let workspace = try Workspace.withRun()
      let long = String(repeating: "x", count: 10_000)
      for (arguments, expected) in [
        (["B", "3", ""], "the name is empty, expected 1 to 60 characters"),
        (["B", "3", "  "], "the name is empty"),
        (["B", "3", long], "the name has 10000 characters, expected at most 60"),
        (["B", "3", "a\u{1B}[31m"], "control character, U+001B"),
        (["B", "10", "x"], "one: head B has no cluster 10, expected 0…9"),
        (["B", "--", "-1", "x"], "one: head B has no cluster -1, expected 0…9"),
        (["C", "3", "x"], "one: has no head C, expected A and B"),
        (["B", "3", "x", "--sub-head", "3"], "--sub-head is 3, expected 1…2, those of head B"),
        (["B", "3", "x", "--sub-head", "0"], "--sub-head is 0, expected 1…2"),
      ] {
        // Options first: what follows `--` is none.
        let result = try workspace.run(
          ["clusters", "one"] + workspace.inRuns + ["name"] + arguments)
        expectOneLine(result, [expected])
      }
      for arguments in [["B", "3"], ["B", "3", "x", "--remove"], ["B", "three", "x"], ["B"]] {
        #expect(try clusters(workspace, ["name"] + arguments).ending == .exited(2))
      }
      #expect(try workspace.run(["clusters"] + workspace.inRuns).ending == .exited(2))
      #expect(try clusters(workspace, ["unheard-of"]).ending == .exited(2))
      let files = try FileManager.default.contentsOfDirectory(
        atPath: workspace.runs.appendingPathComponent("one").path)
      #expect(!files.contains("cluster-names.json"))
    }

    @Test func helpShowsTheRunFirst() throws {
      let workspace = try Workspace()
      for arguments in [["help", "clusters", "name"], ["clusters", "one", "name", "--help"]] {
        let help = try workspace.run(arguments)
        #expect(help.ending == .exited(0))
        #expect(help.output.contains("iic-tui clusters <run> name <head> <cluster> <name>"))
      }
      let all = try workspace.run(["clusters", "--help"])
      #expect(all.output.contains("iic-tui clusters <run>"))
    }

    /// The other process holds the run's lock, and goes on afterwards with the names in place.
    @Test func whileAnotherProcessTrains() throws {
      let workspace = try Workspace()
      let child = try workspace.start(workspace.longTraining + ["--json", "--name", "one"])
      try child.wait(for: "an evaluation") { $0.text.contains("\"evaluation\"") }
      let named = try clusters(workspace, ["name", "B", "3", "cats", "--sub-head", "1"])
      #expect(named.ending == .exited(0), "\(named.error)")
      child.send(signal: SIGTERM)
      _ = try child.waitForEnding()
      let run = try workspace.onlyRun()
      let step = try #require(run["step"] as? Int)
      let resumed = try workspace.run(
        ["train", "--resume", "one", "--steps", String(step + 1), "--json"] + workspace.inRuns)
      #expect(resumed.ending == .exited(0), "\(resumed.error)")
      let names = try clusters(workspace, ["names", "--json"]).objects()
      #expect(names.compactMap { $0["name"] as? String } == ["cats"])
    }

    /// A finished run on the screen; the run that comes with the program stays as it is.
    @Test func givenOnTheScreen() throws {
      let workspace = try Workspace.withRun()
      let file = workspace.runs.appendingPathComponent("one/cluster-names.json")
      for (command, name) in [("watch", "from watch"), ("replay", "from replay")] {
        let terminal = try PseudoTerminal(columns: 140, rows: 45)
        let child = try workspace.start(
          [command, "one"] + workspace.inRuns, variables: ["TERM": "xterm-256color"],
          terminal: terminal)
        try child.wait(for: "the dashboard") { $0.text.contains("Joint") }
        // The second sub-head, the first cluster; a name that is there already goes.
        terminal.type("2jr" + String(repeating: "\u{7F}", count: 60) + name + "\r")
        try child.wait(for: "the name on disk") { _ in
          (try? String(contentsOf: file, encoding: .utf8))?.contains("\"\(name)\"") == true
        }
        try child.wait(for: "the name on the screen") { $0.text.contains("from") }
        terminal.type("q")
        #expect(try child.waitForEnding() == .exited(0))
      }
      let names = try clusters(workspace, ["names", "--json"]).objects()
      #expect(names.contains { $0["name"] as? String == "from replay" })
      #expect(names.allSatisfy { $0["sub_head"] as? Int == 2 && $0["head"] as? String == "B" })

      let terminal = try PseudoTerminal(columns: 140, rows: 45)
      let demo = try workspace.start(
        ["replay", "--demo"], variables: ["TERM": "xterm-256color"], terminal: terminal)
      try demo.wait(for: "the dashboard") { $0.text.contains("Joint") }
      terminal.type("jrmine\r")
      try demo.wait(for: "the refusal") { $0.text.contains("the program") }
      terminal.type("q")
      #expect(try demo.waitForEnding() == .exited(0))
    }

    @Test func usedByPredictEvaluateAndExport() throws {
      let workspace = try Workspace.withRun()
      // Cluster by cluster the name of a class: the same as a matching.
      for cluster in 0..<10 {
        let result = try clusters(
          workspace, ["name", "B", "\(cluster)", "\(cluster)", "--sub-head", "1"])
        #expect(result.ending == .exited(0), "\(result.error)")
      }
      _ = try clusters(workspace, ["name", "B", "4", "vier", "--sub-head", "1"])
      let evaluation = try #require(
        workspace.run(["evaluate", "one", "--json"] + workspace.inRuns).objects().first)
      let names = try #require(evaluation["names"] as? [[String: Any]])
      #expect(names.count == 1)
      #expect(names[0]["named"] as? Int == 10 && names[0]["clusters"] as? Int == 10)
      #expect(names[0]["head"] as? String == "B" && names[0]["sub_head"] as? Int == 1)
      let accuracy = try #require(names[0]["accuracy"] as? Double)

      // The confusion table says what it should be.
      let tables = workspace.url.appendingPathComponent("tables")
      let export = try workspace.run(["export", "one", "--csv", tables.path] + workspace.inRuns)
      #expect(export.ending == .exited(0), "\(export.error)")
      func rows(_ name: String) throws -> [[Substring]] {
        try String(contentsOf: tables.appendingPathComponent("\(name).csv"), encoding: .utf8)
          .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      }
      let counts = try rows("confusion-B-1").dropFirst().map {
        $0.dropFirst(2).compactMap { Int($0) }
      }
      let right = (0..<10).filter { $0 != 4 }.map { counts[$0][$0] }.reduce(0, +)
      #expect(accuracy == Double(right) / Double(counts.joined().reduce(0, +)))
      #expect(try rows("cluster-names").count == 11)
      #expect(try rows("cluster-names")[5] == ["B", "1", "4", "vier"])

      let image = workspace.url.appendingPathComponent("image.png")
      try writePNG(Array(SyntheticDigits(count: 1).pixels.prefix(784)), to: image)
      let predicted = try workspace.run(
        ["predict", "one", image.path, "--sub-head", "1", "--json"] + workspace.inRuns)
      let object = try #require(predicted.objects().first)
      let cluster = try #require(object["cluster"] as? Int)
      #expect(object["name"] as? String == (cluster == 4 ? "vier" : "\(cluster)"))
      let refused = try workspace.run(
        ["predict", "one", image.path, "--sub-head", "3"] + workspace.inRuns)
      expectOneLine(refused, ["one: --sub-head is 3, expected 1…2, those of head B"])

      try Data("damaged".utf8).write(
        to: workspace.runs.appendingPathComponent("one/cluster-names.json"))
      for command in [["predict", "one", image.path], ["evaluate", "one"], ["clusters", "one"]] {
        let result = try workspace.run(command + workspace.inRuns)
        expectOneLine(result, ["one/cluster-names.json: is not JSON"])
      }
    }
  }
}
