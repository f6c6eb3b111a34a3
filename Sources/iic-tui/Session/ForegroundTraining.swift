import Foundation
import RunStorage
import Sessions
import Snapshots

/// A prepared run trained to its end, with the live screen or lines on stdout.
struct ForegroundTraining {
  let prepared: PreparedRun
  let environment: ComputeEnvironment
  let control: TrainingControl
  let signals: StopSignals
  /// No screen, whether or not there is a terminal.
  let headless: Bool
  /// No screen: JSON lines.
  let json: Bool
  /// The folder that the run was made in, from which it is deleted if it cannot start; nil for a
  /// run that goes on.
  let newIn: RunsFolder?

  /// - Throws: an error of one line if it cannot start, failed, or could not be recorded.
  func run() throws {
    for note in prepared.dataset.notes.prefix(20) { StandardStreams.error("iic-tui: \(note)\n") }
    if prepared.dataset.notes.count > 20 {
      StandardStreams.error("iic-tui: and \(prepared.dataset.notes.count - 20) more of these\n")
    }
    let reporter = HeadlessReporter(
      style: json ? .json : StandardStreams.outputIsTerminal ? .progressLine : .plainLines,
      lines: JSONEventLines(
        runName: prepared.recorder.folder.name, runPath: prepared.recorder.folder.url.path,
        configuration: prepared.configuration),
      readerLeft: { [control] in control.stop() })
    let screen = try openScreen()
    let session = TrainingSession(control: control, hasScreen: screen != nil)
    let listener: TrainingSession.Listener
    if screen == nil {
      listener = { events, checkpoints in reporter.report(events, checkpoints) }
    } else {
      listener = { _, _ in }
    }
    do {
      try session.start(recorder: prepared.recorder, listener: listener) { channel in
        try prepared.makeTrainer(
          environment.context(threads: prepared.configuration.threadCount), channel: channel,
          control: control)
      }
    } catch {
      screen?.close()
      prepared.recorder.close()
      _ = try? newIn?.delete(prepared.recorder.folder)
      throw error
    }
    screen?.show(session, of: prepared.recorder.folder, past: prepared.past, signals)
    let outcome = session.wait()
    screen?.close()
    try report(outcome, run: prepared.recorder.folder, hadScreen: screen != nil)
  }

  /// nil to go headless, with a line that says why if nobody asked for it.
  private func openScreen() throws -> LiveScreen? {
    if headless || json || !StandardStreams.outputIsTerminal { return nil }
    do {
      return try LiveScreen()
    } catch {
      StandardStreams.error("iic-tui: \(error); training without the screen\n")
      return nil
    }
  }

  private func report(
    _ outcome: TrainingSession.Outcome, run: RunFolder, hadScreen: Bool
  ) throws {
    if let message = outcome.message { throw SessionError(message) }
    if hadScreen, let status = outcome.status {
      StandardStreams.output(
        "\(status.rawValue) at step \(outcome.step): \(run.url.path)\n"
          + "  iic-tui replay \(run.name)\n"
          + (status == .stopped ? "  iic-tui train --resume \(run.name)\n" : ""))
    }
  }
}
