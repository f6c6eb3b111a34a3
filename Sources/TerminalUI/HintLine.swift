import Snapshots

/// The bottom line: an answer to the last key while there is one, else the keys that work now.
package enum HintLine {
  static func draw(_ state: DashboardState, in area: Rect, into buffer: inout CellBuffer) {
    guard !area.isEmpty else { return }
    if let message = state.message {
      buffer.write(
        message.text, x: area.x + 1, y: area.y, limit: area.width - 2,
        style: Style(Theme.attention, bold: true))
      return
    }
    if state.history.end == .failed, state.replay == nil, let reason = state.history.endMessage {
      buffer.write(
        reason, x: area.x + 1, y: area.y, limit: area.width - 2,
        style: Style(Theme.wrong, bold: true))
      return
    }
    var x = area.x + 1
    for (key, what) in hints(state) {
      let width = key.columns + 1 + what.columns
      guard x + width < area.maxX else { break }
      buffer.write(
        [Span(key, Style.plain.bold), Span(" " + what, Theme.label)], x: x, y: area.y,
        limit: width)
      x += width + 2
    }
  }

  /// Most important first: a narrow screen leaves the last ones out.
  private static func hints(_ state: DashboardState) -> [(String, String)] {
    let look = [("Tab", "head"), ("←→", "sub-head"), ("↑↓", "samples"), ("t", "tree")]
    if let replay = state.replay {
      return [
        ("q", "quit"), ("?", "help"), ("space", replay.isPlaying ? "pause" : "play"),
        ("+−", "speed"), ("< >", "seek"),
      ] + look + [(", .", "evaluation"), ("[ ]", "step"), ("Home End", "ends")]
    }
    guard state.mode == .live, state.history.end == nil else {
      return [("q", "quit"), ("?", "help")] + look + [(", .", "look back"), ("End", "newest")]
    }
    return [
      ("q", "stop"), ("?", "help"), ("space", state.history.isPaused ? "resume" : "pause"),
    ] + look + [
      ("e", "evaluate"), ("c", "checkpoint"), ("+−", "learning rate"), (", .", "look back"),
    ]
  }
}
