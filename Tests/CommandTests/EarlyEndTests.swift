import Foundation
import TestSupport
import Testing

@testable import RunStorage

/// Ends before the first checkpoint, and signals that come more than once.
extension CommandTests.Interruption {
  /// With a run `cut` of some steps.
  private func killedWithoutCheckpoint() throws -> Workspace {
    let workspace = try Workspace()
    let child = try startedTraining(workspace, "--set", "evaluation.epochs=1000")
    child.send(signal: SIGKILL)
    #expect(try child.waitForEnding() == .killed(signal: SIGKILL))
    return workspace
  }

  /// Resumes the run, which begins with its first step again.
  private func expectNewStart(_ workspace: Workspace) throws {
    let resumed = try workspace.run(
      ["train", "--resume", "last", "--steps", "4", "--json"] + workspace.inRuns)
    #expect(resumed.ending == .exited(0), "\(resumed.error)")
    let steps = try resumed.objects().filter { $0["event"] as? String == "step" }
    #expect(steps.compactMap { $0["step"] as? Int } == [1, 2, 3, 4])
  }

  @Test func killedBeforeTheFirstCheckpoint() throws {
    let workspace = try killedWithoutCheckpoint()
    #expect(try workspace.onlyRun()["status"] as? String == "interrupted")
    try expectNewStart(workspace)
    #expect(try workspace.onlyRun()["step"] as? Int == 4)
  }

  /// A step that takes longer than a stop may leaves a run that was stopped, and no checkpoint.
  @Test func stoppedBeforeTheFirstCheckpoint() throws {
    let workspace = try killedWithoutCheckpoint()
    let folder = RunFolder(workspace.runs.appendingPathComponent("cut"))
    let recorder = try RunRecorder(folder)
    try recorder.record([.ended(.stopped, step: 3, message: nil)])
    recorder.close()
    #expect(try workspace.onlyRun()["status"] as? String == "stopped")
    try expectNewStart(workspace)
    // Now there was one, and without it nothing is begun anew.
    try FileManager.default.removeItem(at: folder.latestWeightsURL)
    expectOneLine(
      try workspace.run(["train", "--resume", "cut", "--steps", "9"] + workspace.inRuns),
      ["the checkpoint is missing; expected the one of step 4"])
  }

  /// `timeout` sends it to the process, and at once to the process's group.
  @Test func oneRequestThatComesTwice() throws {
    let workspace = try Workspace()
    for _ in 0..<4 {
      let child = try startedTraining(workspace)
      child.send(signal: SIGTERM)
      usleep(2_000)
      child.send(signal: SIGTERM)
      #expect(try child.waitForEnding() == .exited(143))
      #expect(try jsonObjects(child.text).last?["event"] as? String == "end")
      try FileManager.default.removeItem(at: workspace.runs)
    }
  }

  @Test func aSecondSignalEndsAtOnce() throws {
    let workspace = try Workspace()
    let child = try startedTraining(workspace)
    child.send(signal: SIGSTOP)
    child.send(signal: SIGTERM)
    child.send(signal: SIGINT)
    child.send(signal: SIGCONT)
    let ending = try child.waitForEnding()
    #expect(ending == .exited(143) || ending == .exited(130))
    let step = try #require(try workspace.onlyRun()["step"] as? Int)
    try expectResumable(workspace, from: step)
  }
}
