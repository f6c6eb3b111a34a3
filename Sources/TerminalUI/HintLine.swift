import Snapshots

/// The bottom line: an answer to the last key while there is one, else the keys that work now.
package enum HintLine {
  static func draw(_ state: DashboardState, in area: Rect, into buffer: inout CellBuffer) {
    guard !area.isEmpty else { return }
    if let prompt = state.prompt {
      draw(prompt, in: area, into: &buffer)
      return
    }
    if let message = state.message {
      buffer.write(
        message.text, x: area.x + 1, y: area.y, limit: area.width - 2,
        style: Style(Theme.attention, bold: true))
      return
    }
    let failure = state.history.end == .failed ? state.history.endMessage : nil
    if state.replay == nil, let reason = state.history.storageProblem ?? failure {
      buffer.write(
        reason, x: area.x + 1, y: area.y, limit: area.width - 2,
        style: Style(Theme.wrong, bold: true))
      return
    }
    if state.mode == .watch, !state.isTrained, state.history.end == nil {
      buffer.write(
        "its process has died: iic-tui train --resume \(state.history.description.name)",
        x: area.x + 1, y: area.y, limit: area.width - 2, style: Style(Theme.wrong, bold: true))
      return
    }
    var x = area.x + 1
    if let cluster = state.chosenCluster {
      x += 2 + buffer.write(spans(cluster, state), x: x, y: area.y, limit: area.width - 2)
    }
    for (key, what) in hints(state) {
      let width = key.columns + 1 + what.columns
      guard x + width < area.maxX else { break }
      buffer.write(
        [Span(key, Style.plain.bold), Span(" " + what, Theme.label)], x: x, y: area.y,
        limit: width)
      x += width + 2
    }
  }

  /// The text field, with why its text was not taken.
  private static func draw(
    _ prompt: DashboardState.Prompt, in area: Rect, into buffer: inout CellBuffer
  ) {
    let used = buffer.write(
      prompt.question, x: area.x + 1, y: area.y, limit: area.width - 6, style: Theme.label)
    let x = area.x + 1 + used
    let room = area.maxX - 1 - x
    let note = prompt.problem ?? prompt.note
    // A problem is worth more than the end of the field.
    let least = prompt.problem == nil ? 20 : 8
    let noteWidth = room - note.columns - 1 >= least ? note.columns + 1 : 0
    let width = min(room - noteWidth, prompt.longest + 1)
    prompt.field.draw(
      in: Rect(x: x, y: area.y, width: width, height: 1), style: Theme.selected, into: &buffer)
    if noteWidth > 0 {
      buffer.write(
        note, x: x + width + 1, y: area.y, limit: noteWidth,
        style: prompt.problem == nil ? Theme.label : Style(Theme.attention, bold: true))
    } else if let problem = prompt.problem {
      buffer.write(
        problem, x: area.x + 1, y: area.y, limit: area.width - 2,
        style: Style(Theme.attention, bold: true))
    }
  }

  /// The chosen cluster: what it is called, and how much of the images it holds.
  private static func spans(_ cluster: ClusterID, _ state: DashboardState) -> [Span] {
    let evaluation = state.chosenEvaluation(at: state.moment)
    let name = evaluation.map { subHead in
      ClusterLabel(
        cluster: cluster.cluster, of: subHead, head: cluster.head, names: state.shownNames,
        classNames: state.history.description.classNames)
    }
    var spans = [Span("▸ cluster \(cluster.cluster)", Style(Theme.attention, bold: true))]
    switch name {
    case .name(let text): spans.append(Span(" \(text)", Style.plain.bold))
    case .className(let text): spans.append(Span(" class \(text)", Theme.label))
    case .number, nil: break
    }
    if let shares = evaluation?.clusterShares, shares.indices.contains(cluster.cluster) {
      let share = Figures.percent(Double(shares[cluster.cluster]))
      spans.append(Span(" \(share) %", Theme.label))
    }
    return spans
  }

  /// Most important first: a narrow screen leaves the last ones out.
  private static func hints(_ state: DashboardState) -> [(String, String)] {
    let view = state.clustersPixels ? [("v", "view")] : []
    if state.chosenCluster != nil {
      return [("r", "name it"), ("j k", "others"), ("Esc", "all"), ("↑↓", "samples")] + view
        + [("?", "help")]
    }
    let look =
      [("Tab", "head"), ("←→", "sub-head"), ("↑↓", "samples")] + view
      + [("j k", "cluster"), ("t", "tree")]
      + (state.clustersPixels ? [("d", "displacement")] : [])
    if let replay = state.replay {
      return [
        ("q", "quit"), ("?", "help"), ("space", replay.isPlaying ? "pause" : "play"),
        ("+−", "speed"), ("< >", "seek"),
      ] + look + [(", .", "evaluation"), ("[ ]", "step"), ("Home End", "ends")]
    }
    let newest = state.position == nil ? [] : [("End", "newest")]
    guard state.history.end == nil, state.isTrained else {
      return [("q", "quit"), ("?", "help")] + newest + look + [(", .", "look back")]
    }
    return [
      ("q", state.mode == .live ? "stop" : "quit"), ("?", "help"),
      ("space", state.history.isPaused ? "resume" : "pause"),
    ] + newest + look + [
      ("e", "evaluate"), ("c", "checkpoint"), ("+−", "learning rate"), (", .", "look back"),
    ]
  }
}
