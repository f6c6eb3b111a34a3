import Sessions
import ArgumentParser
import Datasets
import Foundation
import RunStorage
import Snapshots

/// `iic-tui replay`: a recorded run on the same screen.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Play a recorded run on the live screen.")

  @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
  var runName: String?
  @Flag(help: "Play the run that comes with the program.")
  var demo = false
  @Option(help: "How many times as fast as it was trained.")
  var speed = 1.0
  @Option(help: "The step to begin at.")
  var from = 0
  @OptionGroup var runs: RunsOption

  func validate() throws {
    guard (runName == nil) == demo else { throw ValidationError("expected either a RUN or --demo") }
    guard speed > 0, speed.isFinite else {
      throw ValidationError("--speed is \(speed), expected a number above 0")
    }
    guard from >= 0 else { throw ValidationError("--from is \(from), expected at least 0") }
  }

  func run() throws {
    let folder: RunFolder
    if let runName {
      folder = try runs.folder.resolve(runName)
    } else {
      folder = RunFolder(
        URL(fileURLWithPath: try AssetLocator.find("demo-run"), isDirectory: true))
    }
    let reader = RunHistoryReader(folder)
    let history = try reader.outline()
    guard from <= history.lastStep else {
      throw SessionError("\(folder.name): --from is \(from), expected 0…\(history.lastStep)")
    }
    StopSignals.take()
    StopSignals.protect()
    StopSignals.allIsSaved()
    let screen = try LiveScreen.required()
    screen.replay(history, reader, speed: speed, from: from, isDemo: demo)
    try screen.leave()
  }
}

/// `iic-tui watch`: a run that another process is training.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Watch a run that another process is training.")

  @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
  var runName: String
  @OptionGroup var runs: RunsOption

  func run() throws {
    let folder = try runs.folder.resolve(runName)
    var follower = RunFollower(folder)
    guard case .history(let history) = try follower.poll() else {
      throw SessionError("\(folder.name): has no history yet")
    }
    StopSignals.take()
    StopSignals.protect()
    StopSignals.allIsSaved()
    let screen = try LiveScreen.required()
    screen.watch(history, follower)
    try screen.leave()
  }
}

extension LiveScreen {
  /// For commands that are nothing without a screen.
  static func required() throws -> LiveScreen {
    guard StandardStreams.outputIsTerminal else {
      throw SessionError("this command draws on a terminal, and stdout is none")
    }
    return try LiveScreen()
  }

  /// Gives the terminal back; the exit code of a signal, if that was why.
  func leave() throws {
    close()
    if let number = StopSignals.stop { throw ExitCode(StopSignals.exitCode(number)) }
  }
}
