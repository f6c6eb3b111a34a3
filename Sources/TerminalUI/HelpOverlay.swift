/// The keys, over the middle of the screen.
package enum HelpOverlay {
  private static func lines(_ state: DashboardState) -> [(key: String, what: String)] {
    let steering: [(String, String)] =
      switch state.mode {
      case .replay:
        [("space", "play or pause"), ("+ −", "faster, slower")]
      case .live, .watch:
        [
          ("space", "pause or go on"), ("e  c", "evaluate, checkpoint now"),
          ("+ −", "learning rate up, down"),
        ]
      }
    let views: [(String, String)] =
      state.clustersPixels
      ? [
        ("v", "side by side, over the picture, one alone"), ("d", "information by displacement"),
      ] : []
    return [
      ("Tab a b", "choose the head"),
      ("← → 1–9", "choose the sub-head"),
      ("0 *", "follow the reported sub-head ★"),
      ("↑ ↓ n p", "page through the samples"),
    ] + views + [
      ("w", "warnings and restarts"),
      ("t", "tree of clusters, joint distribution"),
      ("j k  Esc", "choose a cluster and see its samples, all"),
      ("r", "name the chosen cluster"),
    ] + (state.clustersPixels ? [] : [("s", "sort the pictures into folders, one a cluster")])
      + steering + [
        (", .", "one evaluation back, on"),
        ("[ ]", "one step back, on"),
        ("< >", "a tenth of the run back, on"),
        ("Home End", "first step, newest step"),
        ("Ctrl-L", "paint the screen anew"),
        ("?  q", state.mode == .live ? "help; leave, and it asks how" : "help; leave"),
      ]
  }

  static func draw(_ state: DashboardState, into buffer: inout CellBuffer) {
    let lines = lines(state)
    let keyWidth = 10
    let inner = keyWidth + (lines.map(\.what.columns).max() ?? 0)
    let content = Panel([Span("Keys", Style.plain.bold)], hasBorder: true)
      .drawOverlay(width: inner + 4, lines: lines.count, into: &buffer)
    for (row, line) in lines.enumerated() where row < content.height {
      let key = line.key.padded(keyWidth)
      buffer.write(
        [Span(key, Style(Theme.headB, bold: true)), Span(line.what)], x: content.x,
        y: content.y + row, limit: content.width)
    }
  }
}
