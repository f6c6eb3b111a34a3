import Snapshots

/// What the run gives reason to warn of, and which sub-heads started anew, over the middle of the
/// screen.
package enum NoticeOverlay {
  static func draw(_ state: DashboardState, _ moment: Moment, into buffer: inout CellBuffer) {
    let width = min(buffer.width, 84)
    let lines = lines(state, moment).flatMap { mark, text, color in
      wrapped(text, columns: max(8, width - 8)).enumerated().map { row, part in
        [Span(row == 0 ? "\(mark)  " : "   ", Style(color, bold: true)), Span(part)]
      }
    }
    let content = Panel([Span("Warnings and restarts", Style.plain.bold)], hasBorder: true)
      .drawOverlay(width: width, lines: lines.count, into: &buffer)
    for (row, line) in lines.enumerated() where row < content.height {
      buffer.write(line, x: content.x, y: content.y + row, limit: content.width)
    }
  }

  private static func lines(
    _ state: DashboardState, _ moment: Moment
  ) -> [(mark: String, text: String, color: Color)] {
    let warnings = (moment.evaluation?.warnings ?? []).map { ("!", $0.text, Theme.attention) }
    let restarts = state.history.restarts(upTo: moment.step).map {
      ("↻", "step \(Figures.count($0.step)): \($0.text)", Theme.truth)
    }
    let all = warnings + restarts
    return all.isEmpty
      ? [(" ", "nothing to warn of, and no sub-head started anew", Theme.quiet)] : all
  }

  /// Text broken between words into lines of at most so many columns.
  static func wrapped(_ text: String, columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      let longer = line.isEmpty ? String(word) : line + " " + word
      if longer.columns > columns, !line.isEmpty {
        lines.append(line)
        line = String(word)
      } else {
        line = longer
      }
    }
    return lines + [line]
  }
}
