import Snapshots

/// What runs, how far it is and how fast.
package enum StatusBar {
  static func draw(
    _ state: DashboardState, _ moment: Moment, in area: Rect, into buffer: inout CellBuffer
  ) {
    guard area.height >= 2 else { return }
    drawTitle(state, in: area, into: &buffer)
    let numbers = numbers(state, moment)
    if area.height >= 3 {
      buffer.write(numbers, x: area.x + 1, y: area.y + 1, limit: area.width - 2)
      let gauge = Rect(x: area.x + 1, y: area.y + 2, width: area.width - 2, height: 1)
      drawGauge(state.progress, in: gauge, into: &buffer)
    } else {
      buffer.write(numbers, x: area.x + 1, y: area.y + 1, limit: area.width - 2)
      drawBand(state.progress, in: area.splitTop(1).rest, into: &buffer)
    }
  }

  private static func drawTitle(
    _ state: DashboardState, in area: Rect, into buffer: inout CellBuffer
  ) {
    let description = state.history.description
    let (mark, text, color) = label(of: state)
    let warnings = state.moment.evaluation?.warnings.count ?? 0
    let warning = warnings == 0 ? "" : "\(warnings) warning\(warnings == 1 ? "" : "s"), w  "
    let right = [
      Span(warning, Style(Theme.attention)), Span(mark + " ", Style(color)),
      Span(text, Style(color, bold: true)),
    ]
    let rightWidth = warning.columns + mark.columns + 1 + text.columns
    let left = [
      Span("iic-tui ", Style(Theme.headB, bold: true)),
      Span(description.name, Style.plain.bold),
      Span(" · \(description.preset) · \(description.dataset)", Theme.label),
    ]
    let room = area.width - rightWidth - 4
    buffer.write(left, x: area.x + 1, y: area.y, limit: max(0, room))
    buffer.write(
      right, x: max(area.x + 1, area.maxX - rightWidth - 1), y: area.y, limit: area.width - 2)
  }

  /// The state of the run in a sign and a word.
  package static func label(of state: DashboardState) -> (mark: String, text: String, color: Color)
  {
    if let replay = state.replay {
      let speed = "×\(Figures.speed(replay.speed))"
      if replay.isPlaying { return ("▶", "replaying \(speed)", Theme.headB) }
      let isOver = state.currentStep >= state.lastStep
      return isOver
        ? ("■", "replay at its end", Theme.quiet) : ("‖", "replay paused \(speed)", Theme.attention)
    }
    let (mark, text, color) = standing(of: state)
    guard let position = state.position else { return (mark, text, color) }
    return ("◀", "step \(Figures.count(position)), now \(text)", Theme.attention)
  }

  /// How the run stands now, whatever moment is shown.
  private static func standing(
    of state: DashboardState
  ) -> (mark: String, text: String, color: Color) {
    switch state.history.end {
    case .completed?: return ("■", "finished", Theme.truth)
    case .stopped?: return ("■", "stopped", Theme.attention)
    case .failed?: return ("✗", "failed", Theme.wrong)
    case nil: break
    }
    if !state.isTrained { return ("✗", "interrupted", Theme.wrong) }
    if state.isStopping { return ("■", "stopping", Theme.attention) }
    if state.history.storageProblem != nil { return ("‖", "waiting for the disk", Theme.wrong) }
    if let wanted = state.requestedPause, wanted != state.history.isPaused {
      return wanted ? ("‖", "pausing", Theme.attention) : ("●", "resuming", Theme.truth)
    }
    if state.history.isPaused { return ("‖", "paused", Theme.attention) }
    if state.history.newest.lastStep == nil { return ("●", "starting", Theme.attention) }
    if state.isStalled {
      return ("○", "no news for \(Figures.duration(state.secondsWithoutNews))", Theme.attention)
    }
    return ("●", "training", Theme.truth)
  }

  /// Most important first: a narrow screen cuts the end off.
  private static func numbers(_ state: DashboardState, _ moment: Moment) -> [Span] {
    let description = state.history.description
    let isWide = state.width >= 110
    // A rate that was asked for is none of an earlier moment, and a dead run has no time left.
    let asked = state.position == nil ? state.requestedLearningRate : nil
    let goesOn = state.isTrained || state.replay != nil
    let pace = goesOn || state.position != nil ? moment.imagesPerSecond : nil
    var pairs: [(name: String, value: String)] = [
      (isWide ? "epoch " : "ep ", "\(moment.lastStep?.epoch ?? 0)/\(description.epochs)"),
      (
        isWide ? "step " : "st ",
        "\(Figures.count(moment.step))/\(Figures.count(description.plannedSteps))"
      ),
      ("", Figures.percent(state.progress, 0) + "%"),
      ("", "\(pace.map { speed($0) } ?? "—") img/s"),
      (isWide ? "elapsed " : "", Figures.duration(moment.lastStep?.elapsed ?? 0)),
      (
        "ETA ",
        goesOn ? Figures.duration(moment.secondsLeft(toStep: description.plannedSteps)) : "—"
      ),
      ("lr ", Figures.rate(asked ?? moment.lastStep?.learningRate)),
    ]
    if isWide {
      pairs.append(("seed ", "\(description.seed)"))
      pairs.append(("parameters ", Figures.count(description.parameterCount)))
    }
    return pairs.enumerated().flatMap { index, pair in
      [
        Span((index > 0 ? (isWide ? "   " : "  ") : "") + pair.name, Theme.label),
        Span(pair.value),
      ]
    }
  }

  private static func speed(_ value: Double) -> String {
    value >= 100 && value < 1e9 ? Figures.count(Int(value)) : Figures.decimal(value, 1)
  }

  /// The share of the planned steps that were taken, as a band behind the numbers.
  private static func drawBand(_ share: Double, in area: Rect, into buffer: inout CellBuffer) {
    let filled = Int((share * Double(area.width)).rounded())
    for x in area.x..<area.x + min(filled, area.width) {
      var style = buffer[x, area.y].style
      style.background = Theme.band
      style.foreground = style.foreground == .standard ? Theme.onBand : Theme.quietOnBand
      buffer[x, area.y].style = style
    }
  }

  /// The share of the planned steps that were taken.
  package static func drawGauge(_ share: Double, in area: Rect, into buffer: inout CellBuffer) {
    Bars.drawLine(share, in: area, style: Style(Theme.headB), into: &buffer)
  }
}
