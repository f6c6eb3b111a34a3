/// Which colour, or which letter, stands for what in a sample's maps.
struct MapLegend {
  let key: MapKey
  /// The regions that the sample's maps hold, for a legend that has no room for all.
  let present: Set<MapRegion>
  /// The region of the chosen cluster; nil for none.
  let chosen: MapRegion?

  private static let longestName = 20
  private static let gap = 2

  /// Rows that the legend takes, at most `limit`.
  func rows(width: Int, limit: Int) -> Int {
    min(limit, lines(entries(width: width, limit: limit), width: width).count)
  }

  func draw(in area: Rect, into buffer: inout CellBuffer) {
    let lines = lines(entries(width: area.width, limit: area.height), width: area.width)
    for (row, line) in lines.enumerated() where row < area.height {
      var x = area.x
      for entry in line {
        x += buffer.write(
          spans(entry, at: buffer.colorDepth), x: x, y: area.y + row, limit: area.maxX - x)
        x += Self.gap
      }
      if row == area.height - 1, lines.count > area.height, x < area.maxX {
        buffer.write("…", x: x, y: area.y + row, limit: 1, style: Theme.label)
      }
    }
  }

  /// All, where they fit; else those that the sample has.
  private func entries(width: Int, limit: Int) -> [MapKey.Entry] {
    let all = key.entries
    return lines(all, width: width).count <= limit
      ? all : all.filter { present.contains($0.region) || $0.region == chosen }
  }

  private func lines(_ entries: [MapKey.Entry], width: Int) -> [[MapKey.Entry]] {
    var lines: [[MapKey.Entry]] = []
    var used = 0
    for entry in entries {
      let columns = 2 + name(entry).columns
      if lines.isEmpty || used + columns > width {
        lines.append([])
        used = 0
      }
      lines[lines.count - 1].append(entry)
      used += columns + Self.gap
    }
    return lines
  }

  private func name(_ entry: MapKey.Entry) -> String {
    Figures.clipped(entry.name, Self.longestName)
  }

  private func spans(_ entry: MapKey.Entry, at depth: ColorDepth) -> [Span] {
    let swatch =
      depth == .palette256
      ? Span("█", Style(entry.color))
      : Span(String(entry.letter), key.letterStyle(of: entry.region, at: depth))
    let style =
      chosen == nil ? Theme.label : entry.region == chosen ? Style.plain.bold : Theme.border
    return [swatch, Span(" \(name(entry))", style)]
  }
}
