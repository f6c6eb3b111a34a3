/// Asks how the screen of a training is to be left, over the middle of the screen.
enum LeavingOverlay {
  private static let answers: [(key: String, what: String)] = [
    ("s q", "stop after this step and save"),
    ("t", "leave the screen, train on without it"),
    ("Esc", "stay here"),
  ]

  static func draw(into buffer: inout CellBuffer) {
    let keyWidth = 6
    let inner = keyWidth + (answers.map(\.what.columns).max() ?? 0)
    let content = Panel([Span("The run is being trained", Style.plain.bold)], hasBorder: true)
      .drawOverlay(width: inner + 4, lines: answers.count, into: &buffer)
    for (row, answer) in answers.enumerated() where row < content.height {
      buffer.write(
        [
          Span(answer.key.padded(keyWidth), Style(Theme.headB, bold: true)), Span(answer.what),
        ], x: content.x, y: content.y + row, limit: content.width)
    }
  }
}
