import CProcessGuard
import Foundation
import NcursesUI
import RunStorage
import Sessions
import Snapshots
import TerminalUI

/// The dashboard on this terminal. Made before the training starts, so that a terminal that cannot
/// show it is known in time.
final class LiveScreen {
  /// Why the screen is shown no more.
  enum Leaving {
    /// The training is to stop, or is stopping by itself.
    case stop
    /// It has ended.
    case ended
    /// It is to go on without the screen.
    case trainOn
    /// The terminal has gone away.
    case hungUp
  }

  private let terminal: NcursesTerminal
  /// Takes what anybody writes to stderr while the screen is shown; it is told afterwards.
  private let errors = tmpfile()
  /// Gets it too.
  private let log: RunLog?

  /// - Parameter log: of the run that is trained; nil for none.
  /// - Throws: `TerminalError` if this terminal cannot show it.
  init(log: RunLog? = nil) throws(TerminalError) {
    terminal = try NcursesTerminal()
    self.log = log
    if let errors, isatty(STDERR_FILENO) == 1 {
      process_guard_divert_errors(fileno(errors), log?.descriptor ?? -1)
    }
  }

  deinit {
    close()
    if let errors { fclose(errors) }
  }

  /// Gives the terminal back as it was; may be called twice.
  func close() {
    terminal.close()
    process_guard_return_errors()
  }

  /// Shows a session's training until the user leaves it, or a signal comes.
  ///
  /// - Parameter past: what a run that goes on has done before; nil for a run that starts.
  func show(
    _ session: TrainingSession, of folder: RunFolder, past: RunHistory?
  ) -> Leaving {
    // The trainer's first event says what there is to show; it comes before any work, so this wait
    // is short.
    guard let lane = session.screenLane, let first = lane.next(),
      case .started(let description, let samples) = first[0]
    else { return .stop }
    var history = past ?? RunHistory(description: description, samples: samples)
    history.description = description
    history.samples = samples
    for event in first.dropFirst() { history.append(event) }
    var names = PolledNames(folder)
    let sorting = SortingProcess(folder)
    let reader = RunHistoryReader(folder)
    var known: KnownMoment?
    let state = runDashboard(
      terminal: terminal, state: DashboardState(history: history, mode: .live),
      nextEvents: {
        let events = lane.drain()
        return (events.isEmpty ? [] : [.training(events)]) + names.poll() + sorting.poll()
      },
      recall: { step in try reader.moment(at: step, knowing: &known) },
      perform: { action in
        switch action {
        case .setPaused(let paused): session.control.setPaused(paused)
        case .stop: session.control.stop()
        case .checkpoint: session.control.checkpoint()
        case .evaluate: session.control.evaluate()
        case .setLearningRate(let rate): session.control.setLearningRate(rate)
        case .nameCluster(let cluster, let name): return folder.give(name, to: cluster)
        case .sortPictures(let head, let subHead, let target):
          return sorting.start(head, subHead: subHead, into: target)
        }
        return []
      },
      shouldStop: { Self.signalHasCome })
    // A training that goes on fills it for nobody.
    lane.abandon()
    if StopSignals.stop != nil { return .stop }
    if terminal.isGone || StopSignals.haveHungUp { return .hungUp }
    return state.trainsOn ? .trainOn : state.history.end == nil ? .stop : .ended
  }

  private static var signalHasCome: Bool { StopSignals.stop != nil || StopSignals.haveHungUp }

  /// Plays a recorded run until the user quits.
  ///
  /// - Parameter isDemo: whether it is the run that comes with the program, which stays as it is.
  func replay(
    _ history: RunHistory, _ reader: RunHistoryReader, speed: Double, from step: Int, isDemo: Bool
  ) {
    var names = PolledNames(reader.folder)
    let sorting = SortingProcess(reader.folder)
    var known: KnownMoment?
    runDashboard(
      terminal: terminal,
      state: DashboardState(history: history, mode: .replay(speed: speed, from: step)),
      nextEvents: { names.poll() + sorting.poll() },
      recall: { step in try reader.moment(at: step, knowing: &known) },
      perform: { action in
        switch action {
        case .nameCluster(let cluster, let name):
          if isDemo { return [.said("the run that comes with the program keeps no names")] }
          return reader.folder.give(name, to: cluster)
        case .sortPictures(let head, let subHead, let target):
          return sorting.start(head, subHead: subHead, into: target)
        case .setPaused, .stop, .checkpoint, .evaluate, .setLearningRate: return []
        }
      },
      shouldStop: { Self.signalHasCome })
  }

  /// Shows a run that another process writes, until the user quits.
  func watch(_ history: RunHistory, _ follower: RunFollower) {
    var run = PolledRun(follower)
    let reader = RunHistoryReader(follower.folder)
    var names = PolledNames(follower.folder)
    let sorting = SortingProcess(follower.folder)
    var known: KnownMoment?
    runDashboard(
      terminal: terminal, state: DashboardState(history: history, mode: .watch),
      nextEvents: { run.poll() + names.poll() + sorting.poll() },
      recall: { step in try reader.moment(at: step, knowing: &known) },
      perform: { action in
        switch action {
        case .setPaused(let paused): return reader.folder.ask(.setPaused(paused))
        case .checkpoint: return reader.folder.ask(.checkpoint)
        case .evaluate: return reader.folder.ask(.evaluate)
        case .setLearningRate(let rate): return reader.folder.ask(.setLearningRate(rate))
        case .nameCluster(let cluster, let name): return reader.folder.give(name, to: cluster)
        case .sortPictures(let head, let subHead, let target):
          return sorting.start(head, subHead: subHead, into: target)
        case .stop: return []
        }
      },
      shouldStop: { Self.signalHasCome })
  }
}

/// A run that another process writes, looked at a few times a second.
private struct PolledRun {
  private var follower: RunFollower
  private var lastPoll = ContinuousClock.now
  private var isTrained: Bool?
  private var failures = 0

  /// One poll may fail because the disk is busy, and is made up for by the next.
  private static let patience = 4
  /// Again before the message goes.
  private static let pollsPerMessage = 28

  init(_ follower: RunFollower) { self.follower = follower }

  mutating func poll() -> [DashboardEvent] {
    guard lastPoll.duration(to: .now) >= .milliseconds(250) else { return [] }
    lastPoll = .now
    // Asked first: a process that ends in between has said so in the history.
    let isRunning = follower.isRunning
    let told: [DashboardEvent] = isRunning == isTrained ? [] : [.isTrained(isRunning)]
    isTrained = isRunning
    do throws(StorageError) {
      let change = try follower.poll()
      failures = 0
      switch change {
      case .events(let events): return (events.isEmpty ? [] : [.training(events)]) + told
      case .history(let history): return [.history(history)] + told
      }
    } catch {
      failures += 1
      let isTold =
        failures >= Self.patience
        && (failures - Self.patience) % Self.pollsPerMessage == 0
      return told + (isTold ? [.said("\(error)")] : [])
    }
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
      return [.said("\(error)")]
    }
  }
}

extension RunFolder {
  /// Asks the process that trains the run, or says why that is not possible.
  fileprivate func ask(_ request: SteeringRequest) -> [DashboardEvent] {
    do throws(StorageError) {
      try steer(request)
      return []
    } catch {
      return [.refused("\(error)")]
    }
  }

  /// Writes a name and says what the names are then, or why it could not.
  fileprivate func give(_ name: String, to cluster: ClusterID) -> [DashboardEvent] {
    do throws(StorageError) {
      return [.names(try changeClusterNames { $0[cluster] = name })]
    } catch {
      return [.said("\(error)")]
    }
  }
}
