import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// The live screen on a pseudo-terminal: it draws, follows keys and signals, and leaves the
  /// terminal as it was.
  @Suite struct Terminal {
    private static let color = ["TERM": "xterm-256color"]
    private static let enterScreen = "\u{1B}[?1049h"
    private static let clearScreen = "\u{1B}[2J"
    private static let leaveScreen = "\u{1B}[?1049l"

    enum Leaving: String, CaseIterable, Sendable {
      case keyQ, controlC, terminate

      func leave(_ child: ChildProcess, _ terminal: PseudoTerminal) {
        switch self {
        case .keyQ: terminal.type("q")
        case .controlC: terminal.type("\u{03}")
        case .terminate: child.send(signal: SIGTERM)
        }
      }
    }

    /// A training without an end whose dashboard has been drawn.
    private func drawnTraining(
      _ workspace: Workspace, _ terminal: PseudoTerminal
    ) throws -> ChildProcess {
      let child = try workspace.start(
        workspace.longTraining + ["--name", "watched"], variables: Self.color, terminal: terminal)
      try child.wait(for: "the dashboard") { $0.text.contains("watched") }
      return child
    }

    private func expectLeft(
      _ child: ChildProcess, _ terminal: PseudoTerminal, modes: [UInt8],
      _ sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      #expect(try child.waitForEnding() == .exited(0), sourceLocation: sourceLocation)
      #expect(child.errorText == "", sourceLocation: sourceLocation)
      #expect(terminal.modes == modes, sourceLocation: sourceLocation)
      let entered = child.text.components(separatedBy: Self.enterScreen)
      #expect(entered.count == 2, sourceLocation: sourceLocation)
      #expect(
        child.text.components(separatedBy: Self.leaveScreen).count == 2,
        sourceLocation: sourceLocation)
    }

    @Test(arguments: Leaving.allCases) func liveTraining(leaving: Leaving) throws {
      let workspace = try Workspace()
      let terminal = try PseudoTerminal()
      let modes = terminal.modes
      #expect(!modes.isEmpty)
      let child = try drawnTraining(workspace, terminal)
      #expect(terminal.modes != modes, "the screen has taken the terminal over")
      leaving.leave(child, terminal)
      try expectLeft(child, terminal, modes: modes)
      let after = try #require(child.text.components(separatedBy: Self.leaveScreen).last)
      #expect(after.contains("stopped at step"))
      #expect(after.contains("iic-tui train --resume watched"))

      let run = try workspace.onlyRun()
      #expect(run["status"] as? String == "stopped")
      let step = try #require(run["step"] as? Int)
      let resumed = try workspace.run(
        ["train", "--resume", "watched", "--steps", String(step + 1), "--json"] + workspace.inRuns)
      #expect(resumed.ending == .exited(0), "\(resumed.error)")
    }

    @Test func sizes() throws {
      let workspace = try Workspace()
      let terminal = try PseudoTerminal()
      let modes = terminal.modes
      let child = try drawnTraining(workspace, terminal)
      var drawn = 0
      for (columns, rows) in [(200, 60), (20, 5), (1, 1), (300, 2), (2, 100), (140, 45), (80, 24)] {
        drawn = child.output.count
        terminal.resize(columns: columns, rows: rows)
        // Another size clears the screen and paints all of it.
        try child.wait(for: "a frame of \(columns) × \(rows)") {
          String(decoding: $0.output[drawn...], as: UTF8.self).contains(Self.clearScreen)
        }
      }
      try child.wait(for: "the dashboard again") {
        String(decoding: $0.output[drawn...], as: UTF8.self).contains("watched")
      }
      terminal.type("q")
      try expectLeft(child, terminal, modes: modes)
    }

    /// A window that is dragged passes through many sizes between two frames.
    @Test func aSizeThatComesBackIsPaintedAnew() throws {
      let workspace = try Workspace()
      let terminal = try PseudoTerminal()
      let modes = terminal.modes
      let child = try drawnTraining(workspace, terminal)
      for delay: UInt32 in 1...20 {
        terminal.resize(columns: 2, rows: 2)
        usleep(delay * 1000)
        terminal.resize(columns: 80, rows: 24)
        let seen = child.output.count
        try child.wait(for: "a frame") { $0.output.count > seen + 100 }
        try child.wait(for: "the dashboard again", seconds: 10) {
          $0.text.components(separatedBy: Self.clearScreen).last?.contains("watched") == true
        }
      }
      terminal.type("q")
      try expectLeft(child, terminal, modes: modes)
    }

    @Test func everyKeyIsHarmless() throws {
      let workspace = try Workspace()
      let terminal = try PseudoTerminal(columns: 140, rows: 45)
      let modes = terminal.modes
      let child = try drawnTraining(workspace, terminal)
      let escapes = ["A", "B", "C", "D", "5~", "6~", "H", "F", "Z", "1;5C", "200~"].map {
        "\u{1B}[" + $0
      }
      terminal.type("  ec+-hl09np,.[]<>?x\t\u{7F}\r" + escapes.joined() + "äß漢😀\u{1}\u{1B}")
      let drawn = child.output.count
      try child.wait(for: "a frame after the keys") { $0.output.count > drawn }
      // The help that a key may have opened takes the first.
      var keys = 0
      while child.isRunning && keys < 200 {
        terminal.type("q")
        keys += 1
        try? child.wait(for: "the end", seconds: 0.2) { !$0.isRunning }
      }
      try expectLeft(child, terminal, modes: modes)
    }

    @Test func aClosedTerminalStopsTheRun() throws {
      let workspace = try Workspace()
      let terminal = try PseudoTerminal()
      let child = try drawnTraining(workspace, terminal)
      child.closeOutput()
      terminal.hangUp()
      let ending = try child.waitForEnding()
      #expect(ending == .exited(0))
      #expect(try workspace.onlyRun()["status"] as? String == "stopped")
    }

    @Test(arguments: [nil, "", "no-such-terminal", "dumb"] as [String?])
    func unusableTerminal(name: String?) throws {
      let workspace = try Workspace()
      let terminal = try PseudoTerminal()
      let modes = terminal.modes
      let child = try workspace.start(
        workspace.smallTraining + ["--steps", "2", "--name", "blind"],
        variables: name.map { ["TERM": $0] } ?? [:], terminal: terminal)
      #expect(try child.waitForEnding() == .exited(0))
      let lines = child.errorText.split(separator: "\n")
      #expect(lines.count == 1)
      #expect(lines.first?.hasPrefix("iic-tui: ") == true && child.errorText.contains("TERM"))
      #expect(!child.text.contains(Self.enterScreen))
      #expect(child.text.contains("completed at step 2"))
      #expect(terminal.modes == modes)
      #expect(try workspace.onlyRun()["status"] as? String == "completed")
    }

    @Test func replay() throws {
      let workspace = try Workspace()
      let trained = try workspace.run(
        workspace.smallTraining + ["--headless", "--epochs", "2", "--name", "watched"])
      #expect(trained.ending == .exited(0))
      for leaving in Leaving.allCases {
        let terminal = try PseudoTerminal()
        let modes = terminal.modes
        let child = try workspace.start(
          ["replay", "last", "--speed", "50"] + workspace.inRuns, variables: Self.color,
          terminal: terminal)
        try child.wait(for: "the dashboard") { $0.text.contains("watched") }
        leaving.leave(child, terminal)
        try expectLeft(child, terminal, modes: modes)
      }
      let blind = try workspace.start(
        ["replay", "last"] + workspace.inRuns, variables: ["TERM": "no-such-terminal"],
        terminal: PseudoTerminal())
      #expect(try blind.waitForEnding() == .exited(1))
      #expect(blind.errorText.split(separator: "\n").count == 1)
      #expect(try workspace.onlyRun()["step"] as? Int == 20)
    }

    @Test func watchLeavesTheOtherProcessAlone() throws {
      let workspace = try Workspace()
      let trainer = try workspace.start(
        workspace.longTraining + ["--headless", "--json", "--name", "watched"])
      try trainer.wait(for: "a step") { $0.text.contains("\"step\":3}") }
      let terminal = try PseudoTerminal()
      let modes = terminal.modes
      let watcher = try workspace.start(
        ["watch", "watched"] + workspace.inRuns, variables: Self.color, terminal: terminal)
      try watcher.wait(for: "the dashboard") { $0.text.contains("watched") }
      terminal.type("q")
      try expectLeft(watcher, terminal, modes: modes)
      let seen = trainer.output.count
      try trainer.wait(for: "more steps") { $0.output.count > seen }
      trainer.send(signal: SIGTERM)
      #expect(try trainer.waitForEnding() == .exited(0))
      #expect(try workspace.onlyRun()["status"] as? String == "stopped")
    }
  }
}
