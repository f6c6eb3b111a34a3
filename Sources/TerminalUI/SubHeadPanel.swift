import Snapshots

/// Every sub-head of both heads: its loss, what its clusters know of the classes where those are
/// known, and which one counts.
package enum SubHeadPanel {
  static func draw(
    _ state: DashboardState, _ moment: Moment, _ layout: DashboardLayout,
    into buffer: inout CellBuffer
  ) {
    var content = layout.table.inset(horizontally: 1)
    if layout.isRoomy {
      var title = [Span("Sub-heads", Style.plain.bold), Span("  ★ reported", Theme.label)]
      if let evaluation = moment.evaluation {
        title.append(
          Span(
            "  evaluated at step \(Figures.count(evaluation.step)), epoch \(evaluation.epoch)",
            Theme.label))
      }
      if state.clustersPixels, state.history.description.hasClasses {
        title.append(Span("  accuracy per pixel", Theme.label))
      }
      content = Panel(title, hasBorder: true).draw(in: layout.table, into: &buffer)
    }
    let heads = state.history.description.heads
    if content.width < 70 {
      let chosen = heads.first { $0.name == state.head } ?? heads.first
      if let chosen { draw(chosen, state, moment, in: content, into: &buffer) }
    } else {
      for (head, area) in zip(heads, content.columns(heads.count, gap: 2)) {
        draw(head, state, moment, in: area, into: &buffer)
      }
    }
  }

  private struct Column: Sendable {
    var title: String
    var width: Int
    /// Whether only images with labels have it.
    var needsLabels = false
    /// Whether only evaluations of a newer program, with several sub-heads, have it.
    var needsAgreement = false
    /// Whether only heads that are trained on pairs of views have it.
    var needsPairs = false
    var text: @Sendable (SubHeadEvaluation) -> String
  }

  private static let columns: [Column] = [
    Column(title: "loss", width: 8) { Figures.decimal($0.loss, 3) },
    Column(title: "accuracy", width: 10, needsLabels: true) { Figures.percent($0.accuracy) + " %" },
    Column(title: "I(z,z′)", width: 9, needsPairs: true) {
      Figures.decimal($0.mutualInformation, 3)
    },
    Column(title: "empty", width: 7) { "\($0.emptyClusters)" },
    Column(title: "agree", width: 8, needsAgreement: true) {
      Figures.percent($0.agreement, 0) + " %"
    },
    Column(title: "NMI", width: 7, needsLabels: true) { Figures.decimal($0.nmi, 3) },
    Column(title: "ARI", width: 7, needsLabels: true) { Figures.decimal($0.ari, 3) },
  ]

  private static let markWidth = 4

  private static func draw(
    _ head: HeadDescription, _ state: DashboardState, _ moment: Moment, in area: Rect,
    into buffer: inout CellBuffer
  ) {
    guard area.width >= 12 else { return }
    let evaluation = moment.evaluation?[head.name]
    drawHeadLine(head, state, moment, in: area, into: &buffer)
    var shown: [Column] = []
    var used = markWidth
    let hasLabels =
      evaluation?.meanAccuracy != nil
      || (evaluation == nil && state.history.description.hasClasses)
    let hasAgreement = evaluation?.subHeads.contains { $0.agreement != nil } ?? false
    for column in columns
    where used + column.width <= area.width && (hasLabels || !column.needsLabels)
      && (hasAgreement || !column.needsAgreement)
      && (head.matching != .identity || !column.needsPairs)
    {
      shown.append(column)
      used += column.width
    }
    let header =
      "#".padded(markWidth - 1, .right) + " "
      + shown.map { $0.title.padded($0.width, .right) }.joined()
    buffer.write(header, in: area, row: 1, style: Theme.label)

    let rows = area.height - 2
    let chosen = state.chosenSubHead(at: moment)
    let isChosenHead = head.name == state.head
    let first = isChosenHead ? max(0, min(chosen - rows + 1, head.subHeads - rows)) : 0
    let bar = Rect(x: area.x + used + 2, y: 0, width: min(24, area.width - used - 3), height: 1)
    for row in 0..<max(0, min(rows, head.subHeads - first)) {
      let index = first + row
      let subHead = evaluation.flatMap { index < $0.subHeads.count ? $0.subHeads[index] : nil }
      let isReported = subHead != nil && evaluation?.reportedSubHead == index
      let y = area.y + 2 + row
      let isSelected = isChosenHead && index == chosen
      let style = isSelected ? Theme.selected : isReported ? Style.plain.bold : .plain
      if isSelected {
        buffer.fill(Rect(x: area.x, y: y, width: area.width, height: 1), Cell(" ", style))
      }
      let values = shown.enumerated().map { position, column in
        let text = subHead.map(column.text) ?? unevaluated(position, head.name, index, moment)
        return text.padded(column.width, .right)
      }
      buffer.write(
        "\(index + 1)".padded(markWidth - 1, .right) + " " + values.joined(), x: area.x, y: y,
        limit: area.width, style: style)
      if isReported {
        var star = style.bold
        star.foreground = Theme.star
        buffer[area.x, y] = Cell("★", star)
      }
      if isSelected { buffer[area.x + 1, y] = Cell("▸", style) }
      if let accuracy = subHead?.accuracy, bar.width >= 6 {
        let place = Rect(x: bar.x, y: y, width: bar.width, height: 1)
        var barStyle = style
        barStyle.foreground = Theme.color(of: head.name)
        Bars.drawHorizontal(accuracy, in: place, style: barStyle, into: &buffer)
      }
    }
  }

  /// Before the first evaluation the newest training loss stands alone.
  private static func unevaluated(
    _ column: Int, _ head: HeadID, _ index: Int, _ moment: Moment
  ) -> String {
    let losses = moment.lastSteps[head]?.subHeadLosses ?? []
    return column == 0 && index < losses.count ? Figures.decimal(losses[index], 3) : "—"
  }

  private static func drawHeadLine(
    _ head: HeadDescription, _ state: DashboardState, _ moment: Moment, in area: Rect,
    into buffer: inout CellBuffer
  ) {
    let color = Theme.color(of: head.name)
    let isChosen = head.name == state.head
    var spans = [
      Span(isChosen ? "● " : "○ ", Style(color)),
      Span("Head \(head.name.rawValue)", Style(color, bold: true)),
      Span(" C=\(head.clusters)", Theme.label),
    ]
    if let evaluation = moment.evaluation?[head.name], let mean = evaluation.meanAccuracy {
      let deviation = evaluation.accuracyDeviation
      spans.append(
        Span("  \(Figures.percent(mean)) ± \(Figures.percent(deviation)) %", Style.plain.bold))
    }
    if let suggestion = moment.evaluation?[head.name]?.suggestion {
      spans.append(Span("  tree ", Theme.label))
      spans.append(Span("\(suggestion.clusters)", Style(Theme.truth, bold: true)))
    }
    let used = buffer.write(spans, x: area.x, y: area.y, limit: area.width)
    let room = area.width - used - 2
    guard room >= 4 else { return }
    let history = state.history.accuracies(of: head.name, upTo: moment.evaluation?.step ?? -1)
      .suffix(min(room, 40))
    let line = history.map { Bars.block($0) }
    guard line.count > 1 else { return }
    buffer.write(
      String(line), x: area.x + used + 2, y: area.y, limit: room, style: Theme.label)
  }
}
