import Foundation
import TestSupport
import Testing

/// Every way out of the screen, wanted or not, leaves the terminal as it was found.
extension CommandTests.Terminal {
  /// The window is closed: training goes on without it, unless somebody wanted otherwise.
  @Test(arguments: [false, true]) func aClosedTerminal(stops: Bool) throws {
    let workspace = try Workspace()
    let terminal = try PseudoTerminal()
    let child = try workspace.start(
      workspace.longTraining + ["--name", "watched"] + (stops ? ["--on-hangup", "stop"] : []),
      variables: Self.color, terminal: terminal)
    try child.wait(for: "the dashboard") { $0.text.contains("watched") }
    child.closeOutput()
    terminal.hangUp()
    if stops {
      #expect(try child.waitForEnding() == .exited(129))
    } else {
      let step = try workspace.onlyRun()["step"] as? Int ?? 0
      for _ in 0..<200 where try workspace.onlyRun()["step"] as? Int ?? 0 < step + 20 {
        usleep(50_000)
      }
      #expect(child.isRunning)
      child.send(signal: SIGTERM)
      #expect(try child.waitForEnding() == .exited(143))
      #expect(try workspace.onlyRun()["step"] as? Int ?? 0 >= step + 20)
    }
    #expect(try workspace.onlyRun()["status"] as? String == "stopped")
  }

  /// The connection stands still: nobody reads what is drawn, and whoever draws waits. A signal ends
  /// the program all the same, with the terminal given back.
  @Test(arguments: ["train", "replay"]) func aTerminalThatTakesNothing(command: String) throws {
    let workspace = try Workspace()
    let terminal = try PseudoTerminal(columns: 200, rows: 60)
    let modes = terminal.modes
    let child = try workspace.start(
      command == "train"
        ? workspace.longTraining + ["--name", "watched"] : ["replay", "--demo", "--speed", "1"],
      variables: Self.color, terminal: terminal)
    try child.wait(for: "the dashboard") { $0.text.contains("loss") }
    child.closeOutput()
    // Whole frames, more than any terminal keeps.
    for _ in 0..<40 {
      terminal.type("\u{0C}")
      usleep(50_000)
    }
    try expectEnd(of: child, signal: SIGTERM, exitCode: 143)
    #expect(terminal.modes == modes)
    #expect(terminal.takeUnread().contains(Self.leaveScreen))
    if command == "train" { #expect(try workspace.onlyRun()["status"] as? String == "stopped") }
  }

  /// Ctrl-S where it counts again: the screen has been left.
  @Test func aStoppedTerminalHoldsNoTrainingThatIsToEnd() throws {
    let workspace = try Workspace()
    let terminal = try PseudoTerminal()
    let child = try drawnTraining(workspace, terminal)
    terminal.type("qt")
    try child.wait(for: "a progress line") {
      $0.text.components(separatedBy: Self.leaveScreen).last?.contains(" %  step ") == true
    }
    terminal.type("\u{13}")
    usleep(500_000)
    try expectEnd(of: child, signal: SIGTERM, exitCode: 143)
    #expect(try workspace.onlyRun()["status"] as? String == "stopped")
  }

  /// Without anybody who reads.
  private func expectEnd(
    of child: ChildProcess, signal: Int32, exitCode: Int32,
    _ sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    child.send(signal: signal)
    let sent = Date()
    while child.isRunning, Date().timeIntervalSince(sent) < 30 { usleep(20_000) }
    try #require(!child.isRunning, sourceLocation: sourceLocation)
    #expect(try child.waitForEnding() == .exited(exitCode), sourceLocation: sourceLocation)
  }

  /// However the program crashes, the terminal is given back, and then the reason told.
  @Test(arguments: [
    SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGTRAP, SIGILL, SIGFPE, SIGSYS, SIGVTALRM, SIGPROF,
  ])
  func crashes(number: Int32) throws {
    let workspace = try Workspace()
    let terminal = try PseudoTerminal()
    let modes = terminal.modes
    let child = try drawnTraining(workspace, terminal)
    child.send(signal: number)
    #expect(try child.waitForEnding() == .killed(signal: number))
    #expect(terminal.modes == modes)
    #expect(Self.modesLeftOn(child.text) == [])
    #expect(child.text.contains(Self.leaveScreen))
    #expect(child.errorText.hasPrefix("iic-tui: ended by SIG"))
    #expect(child.errorText.contains("iic-tui train --resume \(workspace.runs.path)/watched"))
    #expect(child.errorText.split(separator: "\n").count == 1)
  }

  /// What batch systems send some time before they kill.
  @Test(arguments: [SIGUSR1, SIGXCPU]) func noticeOfTheEnd(number: Int32) throws {
    let workspace = try Workspace()
    let terminal = try PseudoTerminal()
    let modes = terminal.modes
    let child = try drawnTraining(workspace, terminal)
    child.send(signal: number)
    try expectLeft(child, terminal, modes: modes, exitCode: 128 + number)
    #expect(try workspace.onlyRun()["status"] as? String == "stopped")
  }

  @Test func controlZLeavesTheScreenAndComesBack() throws {
    let workspace = try Workspace()
    let terminal = try PseudoTerminal()
    let modes = terminal.modes
    let child = try drawnTraining(workspace, terminal)
    // The system does not stop a process without a shell; the screen is left and drawn anew. Each
    // time: also when the key comes while a frame is written.
    for times in 1...20 {
      terminal.type("\u{1A}")
      try child.wait(for: "the screen left and taken again") {
        let parts = $0.text.components(separatedBy: Self.enterScreen)
        return parts.count == times + 2 && parts.last?.contains("watched") == true
      }
    }
    let parts = child.text.components(separatedBy: Self.enterScreen)
    #expect(parts[1].contains(Self.leaveScreen))
    #expect(Self.modesLeftOn(parts[0] + Self.enterScreen + parts[1]) == [])
    terminal.type("qq")
    #expect(try child.waitForEnding() == .exited(0))
    #expect(terminal.modes == modes && Self.modesLeftOn(child.text) == [])
  }

  /// Damaged keys, pastes and sequences, while the window changes its size. `Tests/Soak/keys` does
  /// the same for longer.
  @Test(arguments: ["train", "replay"]) func randomKeys(command: String) throws {
    let workspace = try Workspace()
    let keys = Array(
      "?qwtdvabhl09np,.[]<>e+-=_cjkr*x\t\r\u{7F}\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[1;5C\u{1B}[M !!"
        .utf8)
    let paste = Array("\u{1B}[200~漢字 qs\u{1B}[201~".utf8)
    var mutator = Mutator(seed: 5, longest: 300)
    var things = 0
    while things < 400 {
      let terminal = try PseudoTerminal()
      let modes = terminal.modes
      let arguments = command == "train" ? workspace.longTraining : ["replay", "--demo"]
      let child = try workspace.start(arguments, variables: Self.color, terminal: terminal)
      try child.wait(for: "a frame") { $0.text.contains("loss") }
      for _ in 0..<100 where child.isRunning {
        let bytes = mutator.mutate(things % 5 == 0 ? paste : keys, with: paste)
        // Not the keys of SIGINT and SIGQUIT, which end a process by right.
        terminal.type(bytes.filter { ![0x03, 0x1C].contains($0) })
        if things % 7 == 0 {
          terminal.resize(columns: 1 + things * 31 % 211, rows: 1 + things * 17 % 67)
        }
        things += 1
        try? child.wait(for: "something", seconds: 0.01) { _ in false }
      }
      child.send(signal: SIGTERM)
      let ending = try child.waitForEnding()
      #expect(ending == .exited(143) || ending == .exited(0))
      #expect(terminal.modes == modes && Self.modesLeftOn(child.text) == [])
    }
  }

  /// Each kind of terminal is left as it was found.
  @Test(arguments: ["xterm-256color", "tmux-256color", "linux", "vt100", "xterm-no-such-one"])
  func kinds(name: String) throws {
    let workspace = try Workspace()
    for leaving in [Leaving.keyQ, .terminate] {
      let terminal = try PseudoTerminal(columns: 100, rows: 30)
      let modes = terminal.modes
      let child = try workspace.start(
        workspace.longTraining, variables: ["TERM": name, "LINES": "24", "COLUMNS": "80"],
        terminal: terminal)
      try child.wait(for: "the dashboard") { $0.text.contains("mnist-small") }
      // Rows of the real size, below what the variables say. The last one may be reached by a move
      // from the row above it.
      try child.wait(for: "a lower row") { $0.text.contains(/\x1B\[(2[5-9]|30)(;|d)/) }
      leaving.leave(child, terminal)
      #expect(try child.waitForEnding() == .exited(leaving.exitCode))
      #expect(child.errorText == "")
      #expect(terminal.modes == modes)
      #expect(Self.modesLeftOn(child.text) == [])
    }
  }

  @Test func aTrainingGoesOnWithoutItsScreen() throws {
    let workspace = try Workspace()
    let terminal = try PseudoTerminal()
    let modes = terminal.modes
    let child = try drawnTraining(workspace, terminal)
    terminal.type("qt")
    try child.wait(for: "a progress line") {
      $0.text.components(separatedBy: Self.leaveScreen).last?.contains(" %  step ") == true
    }
    #expect(terminal.modes == modes)
    child.send(signal: SIGINT)
    try expectLeft(child, terminal, modes: modes, exitCode: 130)
  }
}
