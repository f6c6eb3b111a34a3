import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// Streams that take nothing, or are not there.
  @Suite struct StandardStreamsOfTheProgram {
    #if os(Linux)
      /// What the program has to say of itself, and a training that is told to stop.
      @Test func aFullDiskBehindOtherOutput() throws {
        let workspace = try Workspace()
        let expected = "iic-tui: stdout: cannot write: No space left on device\n"
        for arguments in [["--help"], ["train", "--help"], ["--version"]] {
          let result = try workspace.runIntoFullDisk(arguments)
          #expect(result.ending == .exited(1) && result.error == expected, "\(arguments)")
        }
        let child = try workspace.startInShell(
          "exec \"$0\" \"$@\" > /dev/full",
          workspace.longTraining + ["--headless", "--json", "--name", "cut"])
        let history = workspace.runs.appendingPathComponent("cut/history.sqlite").path
        try child.wait(for: "a run") { _ in FileManager.default.fileExists(atPath: history) }
        usleep(500_000)
        child.send(signal: SIGTERM)
        #expect(try child.waitForEnding() == .exited(143))
        #expect(child.errorText == expected)
      }

      /// The number of a stream that is not there is not that of a file of the run.
      @Test func startedWithoutStreams() throws {
        let workspace = try Workspace()
        let child = try workspace.startInShell(
          "exec \"$0\" \"$@\" <&- >&-",
          workspace.smallTraining + ["--headless", "--json", "--steps", "6", "--name", "cut"])
        #expect(try child.waitForEnding() == .exited(1))
        #expect(child.errorText == "iic-tui: stdout: cannot write: Bad file descriptor\n")
        #expect(try workspace.onlyRun()["status"] as? String == "completed")
        let whole = try workspace.run(
          workspace.smallTraining + ["--headless", "--steps", "6", "--name", "whole"])
        #expect(whole.ending == .exited(0), "\(whole.error)")
        #expect(try workspace.weights(of: "cut") == workspace.weights(of: "whole"))
      }
    #endif
  }
}
