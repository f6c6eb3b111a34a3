import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// What can be done with runs that are over, and the commands that list what there is.
  @Suite struct FinishedRuns {
    private static func twoRuns() throws -> Workspace {
      let workspace = try Workspace()
      for (name, seed) in [("first", "1"), ("second", "2")] {
        let result = try workspace.run(
          workspace.smallTraining + ["--headless", "--epochs", "1", "--name", name, "--seed", seed])
        try #require(result.ending == .exited(0), "\(result.error)")
      }
      return workspace
    }

    @Test func listShowAndCompare() throws {
      let workspace = try Self.twoRuns()
      let table = try workspace.run(["runs"] + workspace.inRuns)
      #expect(table.ending == .exited(0) && table.error == "")
      let lines = table.output.split(separator: "\n")
      #expect(lines.count == 3)
      #expect(lines.last?.hasPrefix("second") == true && lines.last?.contains("completed") == true)

      let list = try workspace.run(["runs", "list", "--json"] + workspace.inRuns).objects()
      #expect(list.compactMap { $0["run"] as? String } == ["first", "second"])
      for run in list {
        #expect(run["status"] as? String == "completed")
        #expect(run["step"] as? Int == 10 && run["steps"] as? Int == 10)
        #expect(run["dataset"] as? String == "mnist")
        #expect((run["accuracy"] as? Double).map { $0 >= 0.1 && $0 <= 1 } == true)
      }
      #expect(list.compactMap { $0["seed"] as? Int } == [1, 2])

      let shown = try workspace.run(["runs", "show", "last"] + workspace.inRuns)
      #expect(shown.ending == .exited(0))
      #expect(shown.output.contains("second") && shown.output.contains("lowest loss"))
      #expect(shown.output.contains("seed: 2"))
      let objects = try workspace.run(["runs", "show", "fir", "--json"] + workspace.inRuns)
        .objects()
      #expect(objects.first?["run"] as? String == "first")
      #expect(objects.dropFirst().compactMap { $0["step"] as? Int } == [0, 10])

      let compared = try workspace.run(["runs", "compare", "first", "second"] + workspace.inRuns)
      #expect(compared.ending == .exited(0))
      #expect(compared.output.contains("seed: 1") && compared.output.contains("seed: 2"))
      #expect(!compared.output.contains("batch_pairs"), "shows what differs alone")
      let alone = try workspace.run(["runs", "compare", "first"] + workspace.inRuns)
      #expect(alone.ending == .exited(2))
    }

    @Test func theSettingsOfARunTrainAnother() throws {
      let workspace = try Workspace()
      let first = try workspace.run(
        workspace.smallTraining + ["--json", "--steps", "2", "--name", "first", "--seed", "5"])
      try #require(first.ending == .exited(0), "\(first.error)")
      let shown = try workspace.run(["runs", "show", "first", "--config"] + workspace.inRuns)
      #expect(shown.ending == .exited(0) && shown.error == "")
      let file = workspace.url.appendingPathComponent("own.yaml")
      try Data(shown.output.utf8).write(to: file)
      let second = try workspace.run(
        ["train", "--config", file.path, "--json", "--name", "second"] + workspace.inRuns)
      #expect(second.ending == .exited(0), "\(second.error)")
      let settings = try [first, second].map { result in
        try #require(result.objects().first?["configuration"] as? NSDictionary)
      }
      #expect(settings[0] == settings[1])
      #expect(try workspace.weights(of: "first") == workspace.weights(of: "second"))
      let both = try workspace.run(
        ["runs", "show", "first", "--config", "--json"] + workspace.inRuns)
      #expect(both.ending == .exited(2))
    }

    @Test func evaluateTellsWhatTrainingTold() throws {
      let workspace = try Self.twoRuns()
      let result = try workspace.run(["evaluate", "second", "--json"] + workspace.inRuns)
      #expect(result.ending == .exited(0), "\(result.error)")
      let objects = try result.objects()
      #expect(objects.count == 1)
      let told = try workspace.run(["runs", "show", "second", "--json"] + workspace.inRuns)
        .objects()
      var evaluation = try #require(objects.first)
      // Only this command tells how well each class is found.
      let table = try #require(
        evaluation.removeValue(forKey: "contingency") as? [String: [Any]])
      let counts = try #require(table["counts"] as? [[Int]])
      #expect(counts.joined().reduce(0, +) == evaluation["images"] as? Int)
      #expect(counts.count == table["clusters"]?.count)
      #expect(counts.allSatisfy { $0.count == table["classes"]?.count })
      let classes = try #require(evaluation.removeValue(forKey: "classes") as? [[String: Any]])
      #expect(
        classes.reduce(0) { $0 + ($1["images"] as? Int ?? 0) } == evaluation["images"] as? Int)
      #expect(classes.allSatisfy { ($0["recall"] as? Double).map { $0 >= 0 && $0 <= 1 } ?? false })
      #expect(evaluation as NSDictionary == told.last as NSDictionary?)
      let shares = try workspace.run(
        ["evaluate", "second", "--labels", "100%,50", "--json"] + workspace.inRuns)
      let points = try #require(
        shares.objects().first?["label_shares"] as? [[String: Double]], "\(shares.error)")
      #expect(points.compactMap { $0["share"] } == [100, 50])
      #expect(points.allSatisfy { ($0["accuracy"] ?? -1) >= 0 && ($0["accuracy"] ?? 2) <= 1 })
      let line = try workspace.run(["evaluate", "second", "--labels", "12.5"] + workspace.inRuns)
      #expect(line.output.contains("clusters named by 12.5 % of the labels, many to one: test "))
      for value in ["", "0", "101", "1,,2", "x"] {
        let wrong = try workspace.run(["evaluate", "second", "--labels", value] + workspace.inRuns)
        #expect(wrong.ending == .exited(2) && wrong.error.contains("--labels is '\(value)'"))
      }
      let best = try workspace.run(["evaluate", "second", "--best"] + workspace.inRuns)
      #expect(best.ending == .exited(0) && best.output.contains("second after step 10"))
    }

    /// A sample in between, all at the end and when asked again; a data set without the splits.
    @Test func evaluationOnASample() throws {
      let workspace = try Workspace()
      let settings = [
        "evaluation.images=30", "evaluation.splits=train", "evaluation.mapping_splits=test",
      ]
      let training = try workspace.run(
        workspace.smallTraining + settings.flatMap { ["--set", $0] }
          + ["--steps", "2", "--json", "--name", "sampled"])
      #expect(training.ending == .exited(0), "\(training.error)")
      let evaluations = try training.objects().filter { $0["event"] as? String == "evaluation" }
      #expect(evaluations.compactMap { $0["images"] as? Int } == [30, 120])
      let result = try workspace.run(["evaluate", "sampled", "--json"] + workspace.inRuns)
      var evaluation = try #require(result.objects().first)
      for key in ["classes", "contingency"] { evaluation.removeValue(forKey: key) }
      #expect(evaluation as NSDictionary == evaluations.last as NSDictionary?)
      let text = try workspace.run(["evaluate", "sampled"] + workspace.inRuns)
      #expect(text.output.hasPrefix("sampled after step 2, on 120 images of mnist:\n"))
      let other = workspace.url.appendingPathComponent("other")
      try SyntheticDigits(count: 120).writeMNIST(to: other)
      for kind in ["images-idx3", "labels-idx1"] {
        try FileManager.default.removeItem(
          at: other.appendingPathComponent("t10k-\(kind)-ubyte"))
      }
      // A part that is not there leaves all of it.
      let whole = try workspace.run(
        ["evaluate", "sampled", "--data", other.path, "--data-changed"] + workspace.inRuns)
      #expect(whole.ending == .exited(0) && whole.output.contains("on 120 images of mnist"))
      #expect(
        whole.error.hasSuffix(
          "iic-tui: evaluation.mapping_splits: mnist has no test images here; all of its images "
            + "name the clusters\n"))
    }

    @Test func export() throws {
      let workspace = try Self.twoRuns()
      let weights = workspace.url.appendingPathComponent("weights.safetensors")
      let tables = workspace.url.appendingPathComponent("tables")
      let result = try workspace.run(
        ["export", "last", "--weights", weights.path, "--csv", tables.path] + workspace.inRuns)
      #expect(result.ending == .exited(0), "\(result.error)")
      for line in result.output.split(separator: "\n") {
        #expect(FileManager.default.fileExists(atPath: String(line.dropFirst("wrote ".count))))
      }
      let exported = try ReferenceTensors(url: weights)
      #expect(try exported.tensor("trunk.features.0.weight").shape == [2, 1, 5, 5])
      #expect(try exported.tensor("head_B.heads.0.0.weight").shape.first == 10)
      #expect(try exported.tensor("head_A.heads.1.0.bias").shape == [12])
      #expect(exported.tensors.values.allSatisfy { $0.values.allSatisfy(\.isFinite) })
      #expect(try !FileManager.default.contentsOfDirectory(atPath: tables.path).isEmpty)
      #expect(try workspace.run(["export", "last"] + workspace.inRuns).ending == .exited(2))
    }

    @Test func delete() throws {
      let workspace = try Self.twoRuns()
      let result = try workspace.run(["runs", "delete", "first", "--yes"] + workspace.inRuns)
      #expect(result.ending == .exited(0))
      #expect(workspace.runNames == ["second"])
      let again = try workspace.run(["runs", "delete", "first", "--yes"] + workspace.inRuns)
      #expect(again.ending == .exited(1))
      #expect(workspace.runNames == ["second"])
    }

    @Test func noRunsYet() throws {
      let workspace = try Workspace()
      let list = try workspace.run(["runs"] + workspace.inRuns)
      #expect(list.ending == .exited(0))
      #expect(list.output == "no runs in \(workspace.runs.path)\n")
      let json = try workspace.run(["runs", "--json"] + workspace.inRuns)
      #expect(json.ending == .exited(0) && json.output == "")
      #expect(!FileManager.default.fileExists(atPath: workspace.runs.path))
    }

    @Test func whatThereIs() throws {
      let workspace = try Workspace()
      let presets = try workspace.run(["presets"])
      #expect(presets.ending == .exited(0))
      for name in ["digits ", "mnist ", "mnist-small "] {
        #expect(presets.output.contains("\n\(name)"), "\(name)")
      }
      let datasets = try workspace.run(["datasets"])
      #expect(datasets.ending == .exited(0))
      for name in ["digits ", "mnist ", "fashion-mnist "] {
        #expect(datasets.output.contains("\n\(name)"), "\(name)")
      }
      for arguments in [
        ["help"], ["--help"], ["help", "train"], ["train", "--help"], ["--version"],
      ] {
        let result = try workspace.run(arguments)
        #expect(result.ending == .exited(0), "\(arguments)")
        #expect(result.error == "" && !result.output.isEmpty, "\(arguments)")
      }
      let help = try workspace.run(["help"]).output
      for command in [
        "train", "watch", "replay", "runs", "evaluate", "finetune", "export", "presets", "datasets",
      ] {
        #expect(help.contains("\n  \(command) "), "\(command)")
      }
    }
  }
}
