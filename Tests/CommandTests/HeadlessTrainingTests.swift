import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// `train` without a screen.
  @Suite struct HeadlessTraining {
    @Test func jsonLinesAsInTheContract() throws {
      let workspace = try Workspace()
      let result = try workspace.run(
        workspace.smallTraining + ["--headless", "--json", "--epochs", "2", "--name", "one"])
      #expect(result.ending == .exited(0))
      #expect(result.error == "")
      let objects = try result.objects()
      let events = objects.compactMap { $0["event"] as? String }
      #expect(events.count == objects.count)
      #expect(events.first == "start" && events.last == "end")
      // So small a training may also give reason to warn.
      #expect(
        Set(events).subtracting(["warning"])
          == ["start", "step", "evaluation", "checkpoint", "end"])

      let path = workspace.runs.appendingPathComponent("one").path
      let start = try #require(objects.first)
      #expect(start["run"] as? String == "one")
      #expect(start["path"] as? String == path)
      let configuration = try #require(start["configuration"] as? [String: Any])
      #expect((configuration["network"] as? [String: Any])?["width"] as? Int == 2)
      // Nobody named a preset: it is the one that suits the data set.
      #expect(configuration["preset"] as? String == "mnist-small")

      let steps = objects.filter { $0["event"] as? String == "step" }
      #expect(steps.compactMap { $0["step"] as? Int } == Array(1...20))
      #expect(
        steps.compactMap { $0["epoch"] as? Int } == (1...20).map { $0 <= 10 ? 1 : 2 })
      let training = try #require(configuration["training"] as? [String: Any])
      let rate = try #require(training["learning_rate"] as? Double)
      for step in steps {
        #expect(step["head"] as? String == "A" || step["head"] as? String == "B")
        #expect((step["loss"] as? Double).map { $0 <= 0 } == true)
        #expect((step["mutual_information"] as? Double).map { $0 >= 0 } == true)
        #expect((step["images_per_second"] as? Double).map { $0 > 0 } == true)
        #expect(step["learning_rate"] as? Double == rate)
      }
      let times = steps.compactMap { $0["elapsed"] as? Double }
      #expect(times.count == 20 && times == times.sorted() && times[19] > times[0])

      let evaluations = objects.filter { $0["event"] as? String == "evaluation" }
      #expect(evaluations.compactMap { $0["step"] as? Int } == [0, 10, 20])
      for evaluation in evaluations { try check(evaluation) }

      let checkpoint = try #require(objects.last { $0["event"] as? String == "checkpoint" })
      #expect(checkpoint["step"] as? Int == 20)
      #expect(checkpoint["path"] as? String == path + "/latest.safetensors")
      let end = try #require(objects.last)
      #expect(end["status"] as? String == "completed")
      #expect(end["step"] as? Int == 20)
      #expect(end["run"] as? String == "one")
    }

    private func check(_ evaluation: [String: Any]) throws {
      let subHeads = try #require(evaluation["sub_heads"] as? [[String: Any]])
      #expect(subHeads.compactMap { $0["index"] as? Int } == [1, 2])
      for subHead in subHeads {
        for key in ["loss", "accuracy", "nmi", "ari"] {
          #expect((subHead[key] as? Double)?.isFinite == true, "\(key)")
        }
      }
      let lowest = try #require(evaluation["lowest_loss"] as? [String: Any])
      let index = try #require(lowest["index"] as? Int) - 1
      let losses = subHeads.compactMap { $0["loss"] as? Double }
      #expect(losses[index] == losses.min())
      #expect(lowest["accuracy"] as? Double == subHeads[index]["accuracy"] as? Double)
      let accuracies = subHeads.compactMap { $0["accuracy"] as? Double }
      let mean = try #require(evaluation["mean"] as? Double)
      #expect(abs(mean - (accuracies[0] + accuracies[1]) / 2) <= 1e-12)
      let deviation = try #require(evaluation["std"] as? Double)
      #expect(abs(deviation - abs(accuracies[0] - accuracies[1]) / 2) <= 1e-12)
      #expect(evaluation["epoch"] is Int)
    }

    @Test func plainLines() throws {
      let workspace = try Workspace()
      // Without a terminal on stdout there is no need to ask for it.
      let result = try workspace.run(
        workspace.smallTraining + ["--steps", "3", "--name", "plain"],
        variables: ["TERM": "xterm-256color"])
      #expect(result.ending == .exited(0))
      #expect(result.error == "")
      #expect(result.output.hasPrefix("run plain: mnist, 3 steps"))
      #expect(result.output.hasSuffix("completed at step 3\n"))
      #expect(!result.output.contains("\u{1B}") && !result.output.contains("\r"))
    }

    /// The seed decides, not the threads; and a second part makes the same of the first.
    @Test func sameWeightsOnAnyThreadsAndResumed() throws {
      let workspace = try Workspace()
      func train(_ name: String, _ more: String...) throws {
        let result = try workspace.run(
          workspace.smallTraining + ["--headless", "--json", "--name", name, "--seed", "7"] + more)
        #expect(result.ending == .exited(0), "\(result.error)")
      }
      try train("single", "--steps", "50", "--threads", "1")
      try train("double", "--steps", "50", "--threads", "2")
      #expect(try workspace.weights(of: "single") == workspace.weights(of: "double"))
      try train("parts", "--steps", "23")
      #expect(try workspace.weights(of: "single") != workspace.weights(of: "parts"))

      let resumed = try workspace.run(
        ["train", "--resume", "parts", "--steps", "50", "--headless", "--json"] + workspace.inRuns)
      #expect(resumed.ending == .exited(0))
      let steps = try resumed.objects().filter { $0["event"] as? String == "step" }
      #expect(steps.compactMap { $0["step"] as? Int } == Array(24...50))
      let parts = try tensors("parts", in: workspace)
      let single = try tensors("single", in: workspace)
      #expect(parts == single)
    }

    /// The tensors alone: the metadata say whether the checkpoint was the best, which an evaluation
    /// at step 23 may have changed.
    private func tensors(_ run: String, in workspace: Workspace) throws -> Data {
      let file = try workspace.weights(of: run)
      let headerSize = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      return file.dropFirst(8 + headerSize)
    }

    @Test func configurationFileAndCommandLine() throws {
      let workspace = try Workspace()
      let file = workspace.url.appendingPathComponent("own.yaml")
      try "training: {steps: 2, seed: 5}\nheads: {A: {epochs: 0}}\n"
        .write(to: file, atomically: true, encoding: .utf8)
      let result = try workspace.run(
        workspace.smallTraining + ["--json", "--config", file.path, "--seed", "6"])
      #expect(result.ending == .exited(0), "\(result.error)")
      let objects = try result.objects()
      let configuration = try #require(objects.first?["configuration"] as? [String: Any])
      let training = try #require(configuration["training"] as? [String: Any])
      #expect(training["steps"] as? Int == 2)
      #expect(training["seed"] as? Int == 6)
      #expect(objects.last?["step"] as? Int == 2)
      #expect(objects.filter { $0["event"] as? String == "step" }.count == 2)
    }
  }
}
