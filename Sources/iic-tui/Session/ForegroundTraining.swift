import ArgumentParser
import CProcessGuard
import Foundation
import Kernels
import RunStorage
import Sessions
import Snapshots

/// A prepared run trained to its end, with the live screen or lines on stdout.
struct ForegroundTraining {
  let prepared: PreparedRun
  let environment: ComputeEnvironment
  let control: TrainingControl
  /// No screen, whether or not there is a terminal.
  let headless: Bool
  /// No screen: JSON lines.
  let json: Bool
  let onHangup: OnHangup
  /// The folder that the run was made in, from which it is deleted if it cannot start; nil for a
  /// run that goes on.
  let newIn: RunsFolder?

  /// - Throws: an error of one line if it cannot start, failed, or could not be recorded; the exit
  ///   code of a signal that ended it.
  func run() throws {
    // The output's, the steering's, the recorder's, the trainer's, the clock's, and the database's.
    do {
      try SystemThread.checkAvailable(6, for: "training")
    } catch {
      abandon()
      throw error
    }
    StopSignals.protect()
    let folder = prepared.recorder.folder
    let log = RunLog(folder)
    tellNotes(log)
    process_guard_set_farewell(
      "iic-tui train --resume \(folder.shellArgument) goes on from its checkpoint")
    let screen = try openScreen(log)
    let reporter = try HeadlessReporter(
      style: json ? .json : .readable,
      lines: JSONEventLines(
        runName: folder.name, runPath: folder.url.path, configuration: prepared.configuration),
      isSilent: screen != nil)
    let session = TrainingSession(control: control, hasScreen: screen != nil)
    do {
      try start(session, reporter, log)
    } catch {
      screen?.close()
      abandon()
      throw error
    }
    var isTerminalGone = false
    if let screen {
      let leaving = screen.show(session, of: folder, past: prepared.past)
      isTerminalGone = leaving == .hungUp
      leave(screen, leaving, reporter, log)
    }
    let outcome = wait(for: session, isTerminalGone: isTerminalGone, reporter, log)
    screen?.close()
    if let message = outcome.message { throw SessionError(message) }
    isTerminalGone = isTerminalGone || StopSignals.haveHungUp
    if screen != nil, !isTerminalGone { tellEnd(outcome) }
    if let number = StopSignals.stop { throw ExitCode(StopSignals.exitCode(number)) }
    if isTerminalGone, outcome.status == .stopped {
      throw ExitCode(StopSignals.exitCode(SIGHUP))
    }
  }

  /// Says what there is to know of the data: pictures that are left out, and the like.
  private func tellNotes(_ log: RunLog) {
    for line in DataNotes.lines(of: prepared.dataset) {
      StandardStreams.note(line)
      log.add(line)
    }
  }

  private func start(
    _ session: TrainingSession, _ reporter: HeadlessReporter, _ log: RunLog
  ) throws {
    let threads = prepared.configuration.threadCount
    try session.start(
      prepared, log: log, listener: { reporter.report($0, $1) },
      whenRecorded: { StopSignals.allIsSaved() }
    ) { channel in
      // After the threads that there must be.
      let context = environment.context(threads: threads)
      if context.pool.threads < threads {
        StandardStreams.note(
          "the system gives \(context.pool.threads) threads, not \(threads); training "
            + "with those")
      }
      let trainer = try prepared.makeTrainer(context, channel: channel, control: control)
      let heads = Set(trainer.randomTensors.compactMap { $0.split(separator: ".").first })
      if !heads.isEmpty {
        StandardStreams.note(
          "--init: has no \(heads.sorted().joined(separator: ", ")) that fits; it starts "
            + "with random weights")
      }
      return trainer
    }
  }

  /// A run that cannot start leaves nothing behind.
  private func abandon() {
    prepared.recorder.close()
    _ = try? newIn?.delete(prepared.recorder.folder)
  }

  /// nil to go headless, with a line that says why if nobody asked for it.
  private func openScreen(_ log: RunLog) throws -> LiveScreen? {
    if headless || json || !StandardStreams.outputIsTerminal { return nil }
    do {
      return try LiveScreen(log: log)
    } catch {
      StandardStreams.note("\(error); training without the screen")
      return nil
    }
  }

  private func leave(
    _ screen: LiveScreen, _ leaving: LiveScreen.Leaving, _ reporter: HeadlessReporter, _ log: RunLog
  ) {
    switch leaving {
    case .stop: control.stop()
    case .hungUp: screen.close()
    case .trainOn:
      log.add("the screen was left, training goes on")
      screen.close()
      StandardStreams.output("training goes on; Ctrl-C stops it and saves\n")
      reporter.speak()
    case .ended: break
    }
  }

  /// Waits for the end, with an eye on the terminal.
  ///
  /// - Parameter isTerminalGone: whether it has left without a signal, as where SIGHUP is ignored.
  private func wait(
    for session: TrainingSession, isTerminalGone: Bool, _ reporter: HeadlessReporter, _ log: RunLog
  ) -> TrainingSession.Outcome {
    let isOnTerminal = StandardStreams.outputIsTerminal
    var isGone: Bool { isTerminalGone || StopSignals.haveHungUp }
    var hasNoticed = false
    let outcome = session.wait(isUrgent: {
      if isGone, !hasNoticed {
        hasNoticed = true
        log.add(
          onHangup == .stop
            ? "the terminal went away, stopping" : "the terminal went away, training goes on")
        if isOnTerminal { reporter.fallSilent() }
        if onHangup == .stop { control.stop() }
      }
      return StopSignals.stop != nil
    })
    // A reader that has stopped reading keeps nobody who was told to stop.
    let isOver = StopSignals.patience()
    reporter.finish(isGivenUp: { isOnTerminal && isGone || isOver() })
    return outcome
  }

  /// What the shell shows when the screen is gone.
  private func tellEnd(_ outcome: TrainingSession.Outcome) {
    guard let status = outcome.status else { return }
    let run = prepared.recorder.folder
    var text = "\(status.rawValue) at step \(outcome.step)"
    text += " after \(Format.duration(outcome.elapsed)) of training: \(run.url.path)\n"
    if let evaluation = outcome.lastEvaluation, let main = outcome.description?.mainHead,
      let head = evaluation[main.name]
    {
      let reported = head.subHeads[head.reportedSubHead]
      text += "  head \(head.head.rawValue), sub-head \(reported.index + 1): "
      if let accuracy = reported.accuracy { text += "\(Format.percent(accuracy)), " }
      text += "loss \(Format.nats(reported.loss)), evaluated at step \(evaluation.step)\n"
    }
    if let step = outcome.resumesFrom {
      text += "  a step was cut short; resumed, it goes on from step \(step)\n"
    }
    text += "  iic-tui replay \(run.shellArgument)\n"
    if status == .stopped { text += "  iic-tui train --resume \(run.shellArgument)\n" }
    StandardStreams.output(text)
  }
}
