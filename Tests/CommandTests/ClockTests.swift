import Foundation
import TestSupport
import Testing

#if os(Linux)
  extension CommandTests {
    /// The wall clock is set while a run trains, and between two runs.
    @Suite struct Clock {
      private let day = 86_400

      /// Steps, rates and checkpoints go by time that passes, whatever the clock says.
      @Test func aTrainingGoesOnAsTheClockJumps() throws {
        let workspace = try Workspace()
        let tests = Interruption()
        let child = try tests.startedTraining(
          workspace, variables: workspace.movingClock(), "--set", "checkpoint.seconds=1")
        for days in [2, -400, 0] {
          try workspace.moveClock(by: days * day)
          let seen = child.text.count
          try child.wait(for: "two checkpoints more") {
            $0.text.dropFirst(seen).components(separatedBy: "\"event\":\"checkpoint\"").count > 2
          }
          #expect(try workspace.onlyRun()["status"] as? String == "running")
        }
        child.send(signal: SIGTERM)
        #expect(try child.waitForEnding() == .exited(143))
        #expect(child.errorText == "")
        let steps = try jsonObjects(child.text).filter { $0["event"] as? String == "step" }
        let elapsed = steps.compactMap { $0["elapsed"] as? Double }
        #expect(elapsed.count > 10)
        let gaps = zip(elapsed, elapsed.dropFirst()).map { $1 - $0 }
        #expect(gaps.allSatisfy { (0..<10).contains($0) }, "\(gaps.min() ?? 0) \(gaps.max() ?? 0)")
        let rates = steps.compactMap { $0["images_per_second"] as? Double }
        #expect(rates.count == steps.count && rates.allSatisfy { $0 > 1 })
        let step = try #require(try workspace.onlyRun()["step"] as? Int)
        try tests.expectResumable(workspace, from: step)
      }

      /// A run that was started while the clock was ahead is taken for the newest one by nobody.
      @Test func lastIsNoRunOfTheFuture() throws {
        let workspace = try Workspace()
        let clock = try workspace.movingClock()
        func train(_ name: String) throws {
          let result = try workspace.run(
            workspace.smallTraining + ["--headless", "--steps", "1", "--name", name],
            variables: clock)
          #expect(result.ending == .exited(0), "\(result.error)")
        }
        try workspace.moveClock(by: day)
        try train("ahead")
        try workspace.moveClock(by: 0)
        try train("newest")
        let show = ["runs", "show", "last"] + workspace.inRuns
        expectOneLine(
          try workspace.run(show), ["'ahead'", "still to come", "name the run"])
        expectOneLine(
          try workspace.run(["runs", "prune", "--keep-last", "1", "--yes"] + workspace.inRuns),
          ["'ahead'", "still to come"])
        // A day later nobody can tell any more, and both have been there for long.
        try workspace.moveClock(by: 2 * day)
        try train("later")
        let shown = try workspace.run(show, variables: clock)
        #expect(shown.ending == .exited(0) && shown.output.contains("later"), "\(shown.error)")
      }
    }
  }
#endif
