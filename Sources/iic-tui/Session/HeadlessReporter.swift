import Foundation
import Kernels
import RunStorage
import Sessions
import Snapshots
import Synchronization
import TerminalUI
import Training

/// Tells of a training without a screen: JSON lines, a progress line that rewrites itself on a
/// terminal, or plain lines elsewhere.
final class HeadlessReporter: Sendable {
  enum Style: Sendable {
    case json
    case progressLine
    case plainLines

    /// For people: a line that rewrites itself where the terminal can.
    static var readable: Style {
      let name = ProcessInfo.processInfo.environment["TERM"] ?? ""
      return StandardStreams.outputIsTerminal && !["", "dumb"].contains(name)
        ? .progressLine : .plainLines
    }
  }

  private struct State {
    var description: RunDescription?
    var isSilent: Bool
    var lastEvaluation = "no evaluation yet"
    var recentRates: [Double] = []
    var lastWrite = ContinuousClock.now - .seconds(60)
  }

  private let style: Style
  private let lines: JSONEventLines
  private let output: OutputQueue
  private let state: Mutex<State>

  /// - Parameter isSilent: says nothing before `speak`, but follows what happens.
  init(
    style: Style, lines: JSONEventLines, isSilent: Bool
  ) throws(SystemThread.Refusal) {
    self.style = style
    self.lines = lines
    state = Mutex(State(isSilent: isSilent))
    output = try OutputQueue(write: StandardStreams.output) { count in
      style == .json
        ? JSONLine.text(DroppedLine(lines: count))
        : "(\(count) lines are left out that nobody read in time)\n"
    }
  }

  /// A `TrainingSession.Listener`.
  func report(_ events: [TrainingEvent], _ checkpoints: [RecordedCheckpoint]) {
    let text = state.withLock { state in
      let text = style == .json ? json(events, checkpoints, &state) : plain(events, &state)
      return state.isSilent ? "" : text
    }
    output.add(text)
  }

  /// From now on what happens is told.
  func speak() { state.withLock { $0.isSilent = false } }

  /// From now on nothing is told: nobody is there.
  func fallSilent() { state.withLock { $0.isSilent = true } }

  /// Waits until what was told is read, or `isGivenUp` says that nobody reads it.
  func finish(isGivenUp: () -> Bool) { output.finish(isGivenUp: isGivenUp) }

  private func json(
    _ events: [TrainingEvent], _ checkpoints: [RecordedCheckpoint], _ state: inout State
  ) -> String {
    var rest = checkpoints[...]
    var text = ""
    for event in events {
      if case .started(let description, _) = event { state.description = description }
      if case .changedHeads(let description, _) = event { state.description = description }
      if case .checkpoint(let checkpoint) = event {
        // Only those that are on disk are told of.
        if let first = rest.first, first.step == checkpoint.step {
          text += lines.line(checkpoint: first)
          rest = rest.dropFirst()
        }
      } else if let line = lines.line(event, main: state.description?.mainHead?.name) {
        text += line
      }
    }
    return text
  }

  private func plain(_ events: [TrainingEvent], _ state: inout State) -> String {
    var text = ""
    for event in events {
      switch event {
      case .started(let description, _):
        state.description = description
        text += line(
          "run \(description.name): \(description.dataset), \(description.plannedSteps) steps of "
            + "\(description.imagesPerStep) images, \(description.parameterCount) parameters")
        if description.awaitsMainHead {
          text += line(
            "head B begins when the trees of head A have shown the same number of classes three "
              + "times"
          )
        }
      case .changedHeads(let description, let step):
        state.description = description
        text += line("step \(step): \(description.newMainHeadText)")
      case .step(let step):
        state.recentRates = state.recentRates.suffix(19) + [step.imagesPerSecond]
        let interval: Duration = style == .progressLine ? .milliseconds(200) : .seconds(10)
        if state.lastWrite.duration(to: .now) >= interval {
          state.lastWrite = .now
          let progress = progress(step, state)
          text += style == .progressLine ? "\r\u{1B}[2K" + cut(progress) : progress + "\n"
        }
      case .evaluation(let evaluation):
        guard let main = state.description?.mainHead, let head = evaluation[main.name] else {
          continue
        }
        let reported = head.subHeads[head.reportedSubHead]
        state.lastEvaluation = Self.summary(head, reported)
        text += line(
          "step \(evaluation.step), epoch \(evaluation.epoch): reported sub-head "
            + "\(reported.index + 1) \(Self.scores(head, reported))"
            + "loss \(Format.nats(reported.loss))"
        )
        for warning in evaluation.warnings { text += line("warning: \(warning.text)") }
      case .restart(let restart):
        text += line("step \(restart.step), epoch \(restart.epoch): \(restart.text)")
      case .ended(let status, let step, _):
        text += line("\(status.rawValue) at step \(step)")
      case .storageProblem(let problem): text += line(LogLines.text(ofStorageProblem: problem))
      case .checkpoint, .paused: break
      }
    }
    return text
  }

  /// For the progress line: the accuracy, or the loss where there are no labels.
  private static func summary(_ head: HeadEvaluation, _ reported: SubHeadEvaluation) -> String {
    guard let accuracy = reported.accuracy else {
      return "evaluated at \(Format.nats(reported.loss))"
    }
    return "\(Format.percent(accuracy)) (mean \(Format.percent(head.meanAccuracy)))"
  }

  /// Nothing without labels.
  private static func scores(_ head: HeadEvaluation, _ reported: SubHeadEvaluation) -> String {
    guard let accuracy = reported.accuracy else { return "with " }
    return "at \(Format.percent(accuracy)), mean \(Format.percent(head.meanAccuracy)) ± "
      + "\(Format.percent(head.accuracyDeviation)), "
  }

  private func line(_ text: String) -> String {
    (style == .progressLine ? "\r\u{1B}[2K" : "") + text + "\n"
  }

  /// As much of it as fits into one line: a line that wraps cannot be rewritten.
  private func cut(_ text: String) -> String {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return text }
    return text.prefix(columns: Int(size.ws_col) - 1)
  }

  private func progress(_ step: StepSnapshot, _ state: State) -> String {
    let rate = state.recentRates.reduce(0, +) / Double(max(1, state.recentRates.count))
    let planned = state.description?.plannedSteps ?? step.step
    let left = Double((planned - step.step) * (state.description?.imagesPerStep ?? 0)) / rate
    let share = Double(step.step) / Double(max(1, planned))
    let bar = Format.bar(filled: Int(20 * share))
    return "\(bar) \(Int(100 * share)) %  step \(step.step)/\(planned)  epoch \(step.epoch)  "
      + "head \(step.head.rawValue)  loss \(Format.nats(step.loss))  "
      + "\(Int(rate)) images/s  \(state.lastEvaluation)  left \(Format.duration(left))"
  }
}

private struct DroppedLine: Encodable {
  var event = "dropped"
  var lines: Int
}
