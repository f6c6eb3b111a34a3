import Foundation
import Kernels
import Sessions
import Synchronization

/// Tells on stderr how an experiment goes: a line when a run begins and when it ends, and on a
/// terminal one in between that rewrites itself. No run waits for who reads that.
final class ExperimentReporter: Sendable {
  private let experiment: Experiment
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let output: OutputQueue
  private let lastWrite = Mutex(ContinuousClock.now - .seconds(60))

  init(_ experiment: Experiment) throws(SystemThread.Refusal) {
    self.experiment = experiment
    output = try OutputQueue(write: StandardStreams.error) { count in
      "(\(count) lines are left out that nobody read in time)\n"
    }
  }

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
      case .storageProblem(let run, let problem):
        write("\(title(run)): \(LogLines.text(ofStorageProblem: problem))\n")
      case .ended(let run):
        write("\(title(run)): \(outcome(run))\n")
      }
    }
  }

  /// Waits until what was told is read; not for long once the experiment is asked to stop.
  func finish() { output.finish(isGivenUp: StopSignals.patience()) }

  private func write(_ text: String) {
    output.add((isTerminal ? "\r\u{1B}[2K" : "") + text)
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
