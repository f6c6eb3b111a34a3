import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// However a training is ended, what was trained is kept and can be gone on with.
  @Suite struct Interruption {
    /// Starts a training without an end and waits until it has taken some steps.
    private func startedTraining(
      _ workspace: Workspace, untilItPrints text: String = "\"step\":3}",
      _ more: String...
    ) throws -> ChildProcess {
      let child = try workspace.start(
        workspace.longTraining + ["--headless", "--json", "--name", "cut"] + more)
      try child.wait(for: text) { $0.text.contains(text) }
      return child
    }

    /// Resumes the run for three more steps than it has and compares it to one that was never cut.
    private func expectResumable(_ workspace: Workspace, from step: Int) throws {
      let total = step + 3
      let resumed = try workspace.run(
        ["train", "--resume", "cut", "--steps", String(total), "--json"] + workspace.inRuns)
      #expect(resumed.ending == .exited(0), "\(resumed.error)")
      let end = try #require(resumed.objects().last)
      #expect(end["status"] as? String == "completed" && end["step"] as? Int == total)
      let shown = try workspace.onlyRun()
      #expect(shown["status"] as? String == "completed" && shown["step"] as? Int == total)

      let whole = try workspace.run(
        workspace.longTraining + ["--steps", String(total), "--json", "--name", "whole"])
      #expect(whole.ending == .exited(0), "\(whole.error)")
      #expect(try workspace.weights(of: "cut") == workspace.weights(of: "whole"))
      let losses = try ["cut", "whole"].map { run in
        let folder = workspace.url.appendingPathComponent("csv-\(run)").path
        let exported = try workspace.run(["export", run, "--csv", folder] + workspace.inRuns)
        #expect(exported.ending == .exited(0), "\(exported.error)")
        return try self.losses(folder)
      }
      #expect(losses[0].count == total + 1)
      #expect(losses[0] == losses[1])
    }

    /// Step, epoch, head and loss of each row of the exported steps.
    private func losses(_ folder: String) throws -> [[Substring]] {
      let text = try String(contentsOfFile: folder + "/steps.csv", encoding: .utf8)
      return text.split(separator: "\n").map {
        Array($0.split(separator: ",", omittingEmptySubsequences: false).prefix(4))
      }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func signals(number: Int32) throws {
      let workspace = try Workspace()
      let child = try startedTraining(workspace)
      child.send(signal: number)
      #expect(try child.waitForEnding() == .exited(0))
      #expect(child.errorText == "")
      let end = try #require(jsonObjects(child.text).last)
      #expect(end["event"] as? String == "end" && end["status"] as? String == "stopped")
      let step = try #require(end["step"] as? Int)
      let run = try workspace.onlyRun()
      #expect(run["status"] as? String == "stopped")
      #expect(run["step"] as? Int == step)
      try expectResumable(workspace, from: step)
    }

    @Test func killedAfterACheckpoint() throws {
      let workspace = try Workspace()
      let child = try startedTraining(
        workspace, untilItPrints: "\"step\":25}", "--set", "checkpoint.seconds=1")
      child.send(signal: SIGKILL)
      #expect(try child.waitForEnding() == .killed(signal: SIGKILL))
      let run = try workspace.onlyRun()
      #expect(run["status"] as? String == "interrupted")
      let step = try #require(run["step"] as? Int)
      #expect(step >= 25)
      try expectResumable(workspace, from: step)
    }

    @Test func killedBeforeTheFirstCheckpoint() throws {
      let workspace = try Workspace()
      let child = try startedTraining(workspace, "--set", "evaluation.epochs=1000")
      child.send(signal: SIGKILL)
      #expect(try child.waitForEnding() == .killed(signal: SIGKILL))
      #expect(try workspace.onlyRun()["status"] as? String == "interrupted")
      let resumed = try workspace.run(
        ["train", "--resume", "last", "--steps", "4", "--json"] + workspace.inRuns)
      #expect(resumed.ending == .exited(0), "\(resumed.error)")
      let steps = try resumed.objects().filter { $0["event"] as? String == "step" }
      #expect(steps.compactMap { $0["step"] as? Int } == [1, 2, 3, 4])
      #expect(try workspace.onlyRun()["step"] as? Int == 4)
    }

    @Test func theReaderLeaves() throws {
      let workspace = try Workspace()
      let child = try startedTraining(workspace, untilItPrints: "\n")
      child.closeOutput()
      #expect(try child.waitForEnding() == .exited(0))
      #expect(child.errorText == "")
      #expect(try workspace.onlyRun()["status"] as? String == "stopped")
    }

    @Test func aRunHasOneWriter() throws {
      let workspace = try Workspace()
      let child = try startedTraining(workspace)
      #expect(try workspace.onlyRun()["status"] as? String == "running")
      for arguments in [
        ["train", "--resume", "cut", "--json"], ["runs", "delete", "cut", "--yes"],
      ] {
        let second = try workspace.run(arguments + workspace.inRuns)
        #expect(second.ending == .exited(1))
        #expect(second.error.contains("is being written by process \(child.identifier)"))
      }
      child.send(signal: SIGTERM)
      #expect(try child.waitForEnding() == .exited(0))
      #expect(try workspace.onlyRun()["status"] as? String == "stopped")
    }

    @Test func aFinishedRunIsNotResumed() throws {
      let workspace = try Workspace()
      let first = try workspace.run(
        workspace.smallTraining + ["--headless", "--steps", "2", "--name", "cut"])
      #expect(first.ending == .exited(0))
      let before = try workspace.weights(of: "cut")
      let second = try workspace.run(["train", "--resume", "cut", "--json"] + workspace.inRuns)
      #expect(second.ending == .exited(1))
      #expect(second.error.contains("all of its 2 steps are taken"))
      #expect(second.output == "")
      #expect(try workspace.weights(of: "cut") == before)
      #expect(try workspace.onlyRun()["status"] as? String == "completed")
    }
  }
}
