import Foundation
import Sessions
import Synchronization

/// Tells on stderr how an experiment goes: a line when a run begins and when it ends, and on a
/// terminal one in between that rewrites itself.
final class ExperimentReporter: Sendable {
  private let experiment: Experiment
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let lastWrite = Mutex(ContinuousClock.now - .seconds(60))

  init(_ experiment: Experiment) { self.experiment = experiment }

  func report(_ event: ExperimentEvent) {
    lastWrite.withLock { lastWrite in
      switch event {
      case .began(let run, let number, let count):
        lastWrite = .now
        write("run \(number) of \(count): \(title(run))\n")
      case .step(let run, let step, let planned, let secondsLeft):
        let interval: Duration = isTerminal ? .milliseconds(200) : .seconds(60)
        guard lastWrite.duration(to: .now) >= interval else { return }
        lastWrite = .now
        let text = "\(title(run)), step \(step)/\(planned), left \(Format.duration(secondsLeft))"
        let bar = Format.bar(filled: 20 * step / max(1, planned))
        write(isTerminal ? "\(bar) \(text)" : text + "\n")
      case .ended(let run):
        write("\(title(run)): \(outcome(run))\n")
      }
    }
  }

  private func write(_ text: String) {
    StandardStreams.error((isTerminal ? "\r\u{1B}[2K" : "") + text)
  }

  private func title(_ run: ExperimentRun) -> String {
    "\(experiment.variants[run.variant].title), seed \(run.seed)"
  }

  private func outcome(_ run: ExperimentRun) -> String {
    switch run.standing {
    case .finished(let scores):
      let figure =
        scores.accuracy.map { Format.percent($0) } ?? scores.loss.map { "loss " + Format.nats($0) }
      return (figure ?? "finished") + " in \(Format.duration(scores.seconds))"
    case .begun(let step, let planned): return "stopped at step \(step) of \(planned)"
    case .missing: return "stopped before its first checkpoint"
    case .running: return "is being trained by another process"
    case .inapplicable(let why), .impossible(let why): return why
    }
  }
}
