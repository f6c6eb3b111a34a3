import Foundation
import NcursesUI
import RunStorage
import Sessions
import Snapshots
import TerminalUI

/// The dashboard on this terminal. Made before the training starts, so that a terminal that cannot
/// show it is known in time.
final class LiveScreen {
  private let terminal: NcursesTerminal

  /// - Throws: `TerminalError` if this terminal cannot show it.
  init() throws(TerminalError) { terminal = try NcursesTerminal() }

  /// Gives the terminal back as it was; may be called twice.
  func close() { terminal.close() }

  /// Shows a session's training until the user quits, or a signal comes; then training has been
  /// asked to stop.
  ///
  /// - Parameter past: what a run that goes on has done before; nil for a run that starts.
  func show(
    _ session: TrainingSession, of folder: RunFolder, past: RunHistory?, _ signals: StopSignals
  ) {
    // The trainer's first event says what there is to show; it comes before any work, so this wait
    // is short.
    guard let lane = session.screenLane, let first = lane.next(),
      case .started(let description, let samples) = first[0]
    else { return }
    var history = past ?? RunHistory(description: description, samples: samples)
    history.description = description
    history.samples = samples
    for event in first.dropFirst() { history.append(event) }
    var names = PolledNames(folder)
    runDashboard(
      terminal: terminal, state: DashboardState(history: history, mode: .live),
      nextEvents: {
        let events = lane.drain()
        return (events.isEmpty ? [] : [.training(events)]) + names.poll()
      },
      recall: { step in try RunHistoryReader(folder).moment(at: step) },
      perform: { action in
        switch action {
        case .setPaused(let paused): session.control.setPaused(paused)
        case .stop: session.control.stop()
        case .checkpoint: session.control.checkpoint()
        case .evaluate: session.control.evaluate()
        case .setLearningRate(let rate): session.control.setLearningRate(rate)
        case .nameCluster(let cluster, let name): return folder.give(name, to: cluster)
        }
        return []
      },
      shouldStop: { signals.haveCome })
    session.control.stop()
  }

  /// Plays a recorded run until the user quits.
  ///
  /// - Parameter isDemo: whether it is the run that comes with the program, which stays as it is.
  func replay(
    _ history: RunHistory, _ reader: RunHistoryReader, speed: Double, from step: Int,
    isDemo: Bool, _ signals: StopSignals
  ) {
    var names = PolledNames(reader.folder)
    runDashboard(
      terminal: terminal,
      state: DashboardState(history: history, mode: .replay(speed: speed, from: step)),
      nextEvents: { names.poll() }, recall: { step in try reader.moment(at: step) },
      perform: { action in
        guard case .nameCluster(let cluster, let name) = action else { return [] }
        if isDemo { return [.problem("the run that comes with the program keeps no names")] }
        return reader.folder.give(name, to: cluster)
      },
      shouldStop: { signals.haveCome })
  }

  /// Shows a run that another process writes, until the user quits.
  func watch(_ history: RunHistory, _ follower: RunFollower, _ signals: StopSignals) {
    var follower = follower
    var lastPoll = ContinuousClock.now
    let reader = RunHistoryReader(follower.folder)
    var names = PolledNames(follower.folder)
    runDashboard(
      terminal: terminal, state: DashboardState(history: history, mode: .watch),
      nextEvents: {
        let named = names.poll()
        guard lastPoll.duration(to: .now) >= .milliseconds(250) else { return named }
        lastPoll = .now
        // A poll that fails, because the disk is busy, is made up for by the next.
        guard let change = try? follower.poll() else { return named }
        switch change {
        case .events(let events): return (events.isEmpty ? [] : [.training(events)]) + named
        case .history(let history): return [.history(history)] + named
        }
      },
      recall: { step in try reader.moment(at: step) },
      perform: { action in
        guard case .nameCluster(let cluster, let name) = action else { return [] }
        return reader.folder.give(name, to: cluster)
      },
      shouldStop: { signals.haveCome })
  }
}

/// The names of a run's clusters, looked at a few times a second: another process may write them.
private struct PolledNames {
  private var follower: ClusterNamesFollower
  private var lastPoll: ContinuousClock.Instant?

  init(_ folder: RunFolder) { follower = ClusterNamesFollower(folder) }

  mutating func poll() -> [DashboardEvent] {
    if let lastPoll, lastPoll.duration(to: .now) < .milliseconds(250) { return [] }
    lastPoll = .now
    do throws(StorageError) {
      return try follower.poll().map { [.names($0)] } ?? []
    } catch {
      return [.problem("\(error)")]
    }
  }
}

extension RunFolder {
  /// Writes a name and says what the names are then, or why it could not.
  fileprivate func give(_ name: String, to cluster: ClusterID) -> [DashboardEvent] {
    do throws(StorageError) {
      return [.names(try changeClusterNames { $0[cluster] = name })]
    } catch {
      return [.problem("\(error)")]
    }
  }
}
