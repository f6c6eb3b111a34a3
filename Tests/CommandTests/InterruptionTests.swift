import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// However a training is ended, what was trained is kept and can be gone on with.
  @Suite struct Interruption {
    /// Starts a training without an end and waits until it has taken some steps.
    func startedTraining(
      _ workspace: Workspace, untilItPrints text: String = "\"step\":3}",
      variables: [String: String] = [:], _ more: String...
    ) throws -> ChildProcess {
      let child = try workspace.start(
        workspace.longTraining + ["--headless", "--json", "--name", "cut"] + more,
        variables: variables)
      try child.wait(for: text) { $0.text.contains(text) }
      return child
    }

    /// Resumes the run for three more steps than it has and compares it to one that was never cut.
    func expectResumable(_ workspace: Workspace, from step: Int) throws {
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

    /// The exit code says that it was cut short, so that a command behind `&&` does not run.
    @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func signals(number: Int32) throws {
      let workspace = try Workspace()
      let child = try startedTraining(
        workspace, untilItPrints: "\"step\":3}", "--on-hangup", "stop")
      child.send(signal: number)
      #expect(try child.waitForEnding() == .exited(128 + number))
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

    /// Who reads, and whether the terminal is there, is nothing to the training.
    @Test func theReaderAndTheTerminalLeave() throws {
      let workspace = try Workspace()
      let child = try startedTraining(workspace, untilItPrints: "\n")
      child.closeOutput()
      child.send(signal: SIGHUP)
      try waitForSteps(workspace, child, more: 20)
      child.send(signal: SIGTERM)
      #expect(try child.waitForEnding() == .exited(143))
      #expect(child.errorText == "")
      #expect(try workspace.onlyRun()["status"] as? String == "stopped")
      let log = try String(
        contentsOf: workspace.runs.appendingPathComponent("cut/run.log"), encoding: .utf8)
      #expect(log.contains("the terminal went away, training goes on"))
    }

    /// Waits until the run has so many steps more than now.
    private func waitForSteps(
      _ workspace: Workspace, _ child: ChildProcess, more: Int
    ) throws {
      let first = try workspace.onlyRun()["step"] as? Int ?? 0
      for _ in 0..<200 {
        let step = try workspace.onlyRun()["step"] as? Int ?? 0
        if step >= first + more { return }
        usleep(50_000)
      }
      Issue.record("no \(more) steps more than \(first); stderr: \(child.errorText)")
    }

    /// Nobody reads, the pipe is full: the run is recorded all the same, and a signal ends it.
    @Test func aReaderThatStopsReadingHoldsNothingUp() throws {
      let workspace = try Workspace()
      let child = try startedTraining(workspace)
      try waitForSteps(workspace, child, more: 600)
      child.send(signal: SIGTERM)
      let sent = Date()
      while child.isRunning, Date().timeIntervalSince(sent) < 30 { usleep(20_000) }
      #expect(!child.isRunning)
      let run = try workspace.onlyRun()
      #expect(run["status"] as? String == "stopped")
      #expect(try child.waitForEnding() == .exited(143))
      try expectResumable(workspace, from: try #require(run["step"] as? Int))
    }

    /// A pipe that refuses instead of making wait loses no line, of a training nor of a
    /// table.
    @Test func aPipeThatDoesNotWaitLosesNothing() throws {
      let workspace = try Workspace()
      func output(_ arguments: [String], refusesWhenFull: Bool) throws -> String {
        let child = try workspace.start(arguments, refusesWhenFull: refusesWhenFull)
        if refusesWhenFull { usleep(1_500_000) }
        #expect(try child.waitForEnding() == .exited(0), "\(child.errorText)")
        return child.text
      }
      let training = try output(
        workspace.smallTraining + ["--headless", "--json", "--steps", "60", "--name", "one"],
        refusesWhenFull: true)
      let steps = try jsonObjects(training).filter { $0["event"] as? String == "step" }
      #expect(steps.compactMap { $0["step"] as? Int } == Array(1...60))
      let command = ["clusters", "one", "assignments", "--json", "--sub-heads"] + workspace.inRuns
      let whole = try output(command, refusesWhenFull: false)
      #expect(whole.utf8.count > 4096)
      #expect(try output(command, refusesWhenFull: true) == whole)
    }

    /// Its log cannot be written; the run is worth more than that, and still the exit code tells.
    #if os(Linux)
      @Test func aFullDiskBehindTheOutputOfATraining() throws {
        let workspace = try Workspace()
        let result = try workspace.runIntoFullDisk(
          workspace.smallTraining + ["--headless", "--json", "--steps", "12"])
        #expect(result.ending == .exited(1))
        #expect(result.error == "iic-tui: stdout: cannot write: No space left on device\n")
        let run = try workspace.onlyRun()
        #expect(run["status"] as? String == "completed" && run["step"] as? Int == 12)
      }

      /// A limit on the size of files that is lifted later, as a disk is full that is made room on.
      @Test func aFullDiskIsWaitedFor() throws {
        let workspace = try Workspace()
        let child = try workspace.startInShell(
          "ulimit -S -f 400; exec \"$0\" \"$@\"",
          workspace.longTraining + [
            "--headless", "--json", "--name", "cut", "--set", "checkpoint.seconds=1",
          ])
        try child.wait(for: "the disk to be full") { $0.text.contains("waiting for the disk") }
        #expect(try workspace.onlyRun()["status"] as? String == "running")
        let lifted = try ChildProcess(
          "/usr/bin/prlimit", ["--pid", String(child.identifier), "--fsize=unlimited"],
          environment: [:])
        #expect(try lifted.waitForEnding() == .exited(0))
        try child.wait(for: "the run to be recorded again") {
          $0.text.contains("\"over\":true")
        }
        try waitForSteps(workspace, child, more: 3)
        child.send(signal: SIGTERM)
        #expect(try child.waitForEnding() == .exited(143))
        let step = try #require(try workspace.onlyRun()["step"] as? Int)
        try expectResumable(workspace, from: step)
      }

      /// As `nohup` and `&` in a script do.
      @Test func signalsIgnoredAtTheStartStayIgnored() throws {
        let workspace = try Workspace()
        let child = try workspace.startInShell(
          "trap '' HUP INT; exec \"$0\" \"$@\"",
          workspace.longTraining + ["--headless", "--json", "--name", "cut", "--on-hangup", "stop"])
        try child.wait(for: "a step") { $0.text.contains("\"step\":3}") }
        child.send(signal: SIGINT)
        child.send(signal: SIGHUP)
        try waitForSteps(workspace, child, more: 20)
        child.send(signal: SIGTERM)
        #expect(try child.waitForEnding() == .exited(143))
      }

      /// Fewer threads than asked for, down to none beside the first.
      @Test func threadsThatCannotBeMade() throws {
        let workspace = try Workspace()
        for limit in [1, 2, 4, 7, 12] {
          let child = try workspace.startInShell(
            "exec prlimit --nproc=\(limit) \"$0\" \"$@\"",
            workspace.smallTraining + [
              "--headless", "--steps", "2", "--threads", "64", "--name", "few-\(limit)",
            ], asUser: 65534)
          let ending = try child.waitForEnding()
          #expect(ending == .exited(0) || ending == .exited(1), "\(ending)")
          let lines = child.errorText.split(separator: "\n")
          #expect(lines.count == 1 && child.errorText.contains("the system gives"), "\(lines)")
        }
      }
    #endif

    /// Killed at random moments, again and again, the run is that of one that never was.
    @Test func killedAgainAndAgain() throws {
      let workspace = try Workspace()
      var child = try startedTraining(
        workspace, untilItPrints: "\"step\":3}", "--set", "checkpoint.seconds=1")
      for round in 0..<12 {
        usleep(UInt32.random(in: 0..<500_000))
        child.send(signal: SIGKILL)
        #expect(try child.waitForEnding() == .killed(signal: SIGKILL))
        #expect(try workspace.onlyRun()["status"] as? String == "interrupted", "\(round)")
        child = try workspace.start(
          ["train", "--resume", "cut", "--json"] + workspace.inRuns)
        if round % 2 == 0 { try child.wait(for: "its start") { $0.text.contains("start") } }
      }
      try child.wait(for: "a step") { $0.text.contains("\"event\":\"step\"") }
      child.send(signal: SIGTERM)
      #expect(try child.waitForEnding() == .exited(143))
      let step = try #require(try workspace.onlyRun()["step"] as? Int)
      try expectResumable(workspace, from: step)
    }

    /// Seconds in which the process was stopped are none of training.
    @Test func standstillIsNotTraining() throws {
      let workspace = try Workspace()
      let child = try startedTraining(workspace)
      child.send(signal: SIGSTOP)
      usleep(4_000_000)
      child.send(signal: SIGCONT)
      let seen = child.output.count
      try child.wait(for: "more steps") { $0.output.count > seen + 2000 }
      child.send(signal: SIGTERM)
      #expect(try child.waitForEnding() == .exited(143))
      let elapsed = try jsonObjects(child.text).filter { $0["event"] as? String == "step" }
        .compactMap { $0["elapsed"] as? Double }
      let longest = zip(elapsed, elapsed.dropFirst()).map { $1 - $0 }.max() ?? 0
      #expect(longest < 3, "a step of \(longest) s")
    }

    @Test func aDamagedCheckpointNamesTheOneBefore() throws {
      let workspace = try Workspace()
      let first = try workspace.run(
        workspace.longTraining + ["--headless", "--steps", "10", "--name", "cut"])
      #expect(first.ending == .exited(0))
      let second = try workspace.run(
        ["train", "--resume", "cut", "--steps", "20"] + workspace.inRuns)
      #expect(second.ending == .exited(0))
      let latest = workspace.runs.appendingPathComponent("cut/latest.safetensors")
      var bytes = try Data(contentsOf: latest)
      let previous = ["train", "--resume", "cut", "--checkpoint", "previous"] + workspace.inRuns
      expectOneLine(
        try workspace.run(previous + ["--steps", "30"]), ["of step 20, is whole"])
      #expect(try Data(contentsOf: latest) == bytes)
      try FileManager.default.removeItem(at: latest)
      expectOneLine(
        try workspace.run(["train", "--resume", "cut", "--steps", "30"] + workspace.inRuns),
        ["the checkpoint is missing", "of step 10, is whole: --checkpoint previous"])
      bytes[bytes.count - 5] ^= 1
      try bytes.write(to: latest)
      // What is wrong beside the checkpoint changes nothing.
      expectOneLine(
        try workspace.run(previous + ["--steps", "5"]), ["all of its 10 steps are taken"])
      #expect(try Data(contentsOf: latest) == bytes)
      let refused = try workspace.run(
        ["train", "--resume", "cut", "--steps", "30"] + workspace.inRuns)
      expectOneLine(
        refused,
        ["latest.safetensors", "the file is damaged", "of step 10", "--checkpoint previous"])
      let resumed = try workspace.run(
        ["train", "--resume", "cut", "--steps", "30", "--checkpoint", "previous"]
          + workspace.inRuns)
      #expect(resumed.ending == .exited(0), "\(resumed.error)")
      let whole = try workspace.run(
        workspace.longTraining + ["--headless", "--steps", "30", "--name", "whole"])
      #expect(whole.ending == .exited(0))
      #expect(try workspace.weights(of: "cut") == workspace.weights(of: "whole"))
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
      #expect(try child.waitForEnding() == .exited(143))
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
