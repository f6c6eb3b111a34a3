import Snapshots
import TerminalUI

/// Shows `state` until the user leaves it or goes away, or `shouldStop` says so, and returns the
/// state it ended in.
///
/// The state's size and colours are set from the terminal. Draws at most 10 frames a second, 30
/// while keys come, and only when something has changed; between frames it sleeps until a key
/// comes.
///
/// - Parameters:
///   - nextEvents: what has happened to the run since the last call; must not wait.
///   - recall: reads the run as it stood at a step. What it throws is shown; the screen goes on.
///   - perform: carries out what a key asked for, and says what came of it.
///   - shouldStop: polled each frame; true ends the loop, as a signal does.
@discardableResult
package func runDashboard(
  terminal: NcursesTerminal, state initial: DashboardState,
  nextEvents: () -> [DashboardEvent], recall: (_ step: Int) throws -> Moment,
  perform: (DashboardAction) -> [DashboardEvent], shouldStop: () -> Bool
) -> DashboardState {
  var state = initial
  state.colorDepth = terminal.colorDepth
  (state.width, state.height) = terminal.size
  let clock = ContinuousClock()
  if let note = terminal.note { state.say(note, seconds: 8) }
  var lastTick = clock.now
  var isChanged = true
  while !state.isFinished && !terminal.isGone && !shouldStop() {
    let frameStart = clock.now
    for event in nextEvents() {
      _ = update(&state, event)
      isChanged = true
    }
    let before = state.timely
    _ = update(&state, .tick(seconds: seconds(frameStart - lastTick)))
    if state.timely != before { isChanged = true }
    lastTick = frameStart
    if isChanged {
      if let step = state.missingMoment {
        do {
          state.recall(try recall(step), at: step)
        } catch {
          state.recall(Moment(), at: step)
          state.say("\(error)")
        }
      }
      terminal.present(Dashboard.frame(state))
      isChanged = false
    }
    var frame = Frame.ofNews
    func wait() -> Int { frame.milliseconds - Int(seconds(clock.now - frameStart) * 1000) }
    while wait() >= 0, !state.isFinished, !terminal.isGone, !shouldStop(),
      let key = terminal.readKey(timeoutMilliseconds: wait())
    {
      frame = .ofKeys
      if key == .repaint { terminal.repaint() }
      for action in update(&state, .key(key)) {
        for event in perform(action) { _ = update(&state, event) }
      }
      isChanged = true
    }
  }
  return state
}

/// How long a frame stands at least. Nobody reads numbers faster; who presses a key wants to see
/// what it does.
private enum Frame {
  case ofNews, ofKeys

  var milliseconds: Int {
    switch self {
    case .ofNews: 200
    case .ofKeys: 33
    }
  }
}

private func seconds(_ duration: Duration) -> Double {
  let (seconds, attoseconds) = duration.components
  return Double(seconds) + Double(attoseconds) * 1e-18
}
