import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// The live screen on a pseudo-terminal: it draws, follows keys and signals, and leaves the
  /// terminal as it was.
  @Suite struct Terminal {
    static let color = ["TERM": "xterm-256color"]
    static let enterScreen = "\u{1B}[?1049h"
    private static let clearScreen = "\u{1B}[2J"
    static let leaveScreen = "\u{1B}[?1049l"

    enum Leaving: String, CaseIterable, Sendable {
      case keyQ, controlC, terminate

      /// What the program ends with then.
      var exitCode: Int32 {
        switch self {
        case .keyQ: 0
        case .controlC: 130
        case .terminate: 143
        }
      }

      /// A second q answers what the first one asks of a training.
      func leave(_ child: ChildProcess, _ terminal: PseudoTerminal) {
        switch self {
        case .keyQ: terminal.type("qq")
        case .controlC: terminal.type("\u{03}")
        case .terminate: child.send(signal: SIGTERM)
        }
      }
    }

    /// A training without an end whose dashboard has been drawn.
    func drawnTraining(
      _ workspace: Workspace, _ terminal: PseudoTerminal
    ) throws -> ChildProcess {
      let child = try workspace.start(
        workspace.longTraining + ["--name", "watched"], variables: Self.color, terminal: terminal)
      try child.wait(for: "the dashboard") { $0.text.contains("watched") }
      return child
    }

    func expectLeft(
      _ child: ChildProcess, _ terminal: PseudoTerminal, modes: [UInt8], exitCode: Int32 = 0,
      _ sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let ending = try child.waitForEnding()
      #expect(ending == .exited(exitCode), sourceLocation: sourceLocation)
      #expect(child.errorText == "", sourceLocation: sourceLocation)
      #expect(terminal.modes == modes, sourceLocation: sourceLocation)
      #expect(Self.modesLeftOn(child.text) == [], sourceLocation: sourceLocation)
      let entered = child.text.components(separatedBy: Self.enterScreen)
      #expect(entered.count == 2, sourceLocation: sourceLocation)
      #expect(
        child.text.components(separatedBy: Self.leaveScreen).count == 2,
        sourceLocation: sourceLocation)
    }

    /// The private modes of a terminal that a stream leaves otherwise than it found them: the
    /// cursor and the wrapping of lines are on by themselves, all others off.
    static func modesLeftOn(_ stream: String) -> [String] {
      var last: [String: Character] = [:]
      for match in stream.matches(of: /\x1B\[\?([0-9;]+)([hl])/) {
        for mode in match.1.split(separator: ";") { last[String(mode)] = match.2.first }
      }
      return last.filter {
        ($0.value == "h") != ["25", "7", "12"].contains($0.key) && $0.key != "12"
      }
      .keys.sorted()
    }

    @Test(arguments: Leaving.allCases) func liveTraining(leaving: Leaving) throws {
      let workspace = try Workspace()
      let terminal = try PseudoTerminal()
      let modes = terminal.modes
      #expect(!modes.isEmpty)
      let child = try drawnTraining(workspace, terminal)
      #expect(terminal.modes != modes, "the screen has taken the terminal over")
      leaving.leave(child, terminal)
      try expectLeft(child, terminal, modes: modes, exitCode: leaving.exitCode)
      let after = try #require(child.text.components(separatedBy: Self.leaveScreen).last)
      #expect(after.contains("stopped at step"))
      #expect(after.contains("iic-tui train --resume \(workspace.runs.path)/watched"))
      #expect(after.contains(" of training"))

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
      terminal.type("qq")
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
      terminal.type("qq")
      try expectLeft(child, terminal, modes: modes)
    }

    @Test func everyKeyIsHarmless() throws {
      let workspace = try Workspace()
      let terminal = try PseudoTerminal(columns: 140, rows: 45)
      let modes = terminal.modes
      let child = try drawnTraining(workspace, terminal)
      let escapes = ["A", "B", "C", "D", "5~", "6~", "H", "F", "Z", "1;5C", "200~", "201~"].map {
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

    @Test func whatOthersWroteIsPaintedOver() throws {
      let workspace = try Workspace()
      let terminal = try PseudoTerminal()
      let child = try drawnTraining(workspace, terminal)
      terminal.type(" ")
      let clears = child.text.components(separatedBy: Self.clearScreen).count
      terminal.type("\u{C}")
      try child.wait(for: "a whole frame") {
        let parts = $0.text.components(separatedBy: Self.clearScreen)
        return parts.count > clears && parts.last?.contains("watched") == true
      }
    }

    /// Ctrl-S once froze the screen, and whoever waited for it.
    @Test func controlSFreezesNothing() throws {
      let workspace = try Workspace()
      let terminal = try PseudoTerminal()
      let modes = terminal.modes
      let child = try drawnTraining(workspace, terminal)
      terminal.type("\u{13}")
      let drawn = child.output.count
      try child.wait(for: "another frame") { $0.output.count > drawn }
      child.send(signal: SIGTERM)
      try expectLeft(child, terminal, modes: modes, exitCode: 143)
    }

    @Test func aPasteStopsNothing() throws {
      let workspace = try Workspace()
      let terminal = try PseudoTerminal()
      let modes = terminal.modes
      let child = try drawnTraining(workspace, terminal)
      terminal.type("\u{1B}[200~see equation 3 qq\u{1B}[201~")
      try child.wait(for: "an answer") { $0.text.contains("a paste presses no keys") }
      #expect(child.isRunning)
      terminal.type("qq")
      try expectLeft(child, terminal, modes: modes)
    }

    /// A progress line that wraps cannot be rewritten.
    @Test func theProgressLineFits() throws {
      let workspace = try Workspace()
      for (columns, name) in [(60, "xterm-256color"), (20, "xterm-256color"), (80, "dumb")] {
        let terminal = try PseudoTerminal(columns: columns, rows: 24)
        let child = try workspace.start(
          workspace.smallTraining + ["--headless", "--epochs", "3"], variables: ["TERM": name],
          terminal: terminal)
        #expect(try child.waitForEnding() == .exited(0))
        let lines = child.text.components(separatedBy: "\r\u{1B}[2K")
        #expect((lines.count > 1) == (name != "dumb"))
        for line in lines where line.contains("head ") && line.contains("step ") && name != "dumb" {
          #expect(!line.contains("images/s") || line.count < columns, "\(line)")
        }
      }
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
        try expectLeft(child, terminal, modes: modes, exitCode: leaving.exitCode)
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
      #expect(try trainer.waitForEnding() == .exited(143))
      #expect(try workspace.onlyRun()["status"] as? String == "stopped")
    }

    @Test func watchSteersAndTellsADeadRun() throws {
      let workspace = try Workspace()
      let trainer = try workspace.start(
        workspace.longTraining + ["--headless", "--json", "--name", "watched"])
      try trainer.wait(for: "a step") { $0.text.contains("\"step\":3}") }
      let terminal = try PseudoTerminal(columns: 140, rows: 45)
      let watcher = try workspace.start(
        ["watch", "watched"] + workspace.inRuns, variables: Self.color, terminal: terminal)
      try watcher.wait(for: "the dashboard") { $0.text.contains("training") }
      terminal.type(" ")
      try watcher.wait(for: "the pause") { $0.text.contains("paused") }
      terminal.type("+ ")
      try trainer.wait(for: "the rate that was asked for") {
        // What the screen draws meanwhile must be read, or it waits with the keys.
        try? watcher.wait(for: "a frame", seconds: 0.01) { _ in false }
        return String(decoding: $0.output.suffix(10_000), as: UTF8.self)
          .contains("\"learning_rate\":0.005")
      }
      trainer.send(signal: SIGKILL)
      try watcher.wait(for: "the death") { $0.text.contains("interrupted") }
      terminal.type("q")
      #expect(try watcher.waitForEnding() == .exited(0))
    }
  }
}
