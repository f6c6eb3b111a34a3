/// Curves over a common axis, drawn in Braille dots, with horizontal reference lines.
package struct LineChart {
  package struct Series {
    package var style: Style
    /// In order of x. A point that is not finite breaks the curve.
    package var points: [(x: Double, y: Double)]

    package init(style: Style, points: [(x: Double, y: Double)]) {
      self.style = style
      self.points = points
    }
  }

  package struct Reference {
    package var label: String
    package var y: Double
    package var style: Style

    package init(label: String, y: Double, style: Style) {
      self.label = label
      self.y = y
      self.style = style
    }
  }

  package var series: [Series]
  package var references: [Reference]
  /// The ends of the horizontal axis.
  package var domain: ClosedRange<Double>
  /// What stands under the two ends of the horizontal axis.
  package var domainLabels: (first: String, last: String)
  /// The ends of the vertical axis are stretched to hold this value.
  package var origin: Double
  /// Where something happened, on the horizontal axis; each has a sign at the top.
  package var marks: [Double] = []

  static let labelWidth = 6

  package func draw(in area: Rect, into buffer: inout CellBuffer) {
    guard area.width > Self.labelWidth + 4, area.height >= 3 else { return }
    let (upper, axis) = area.splitBottom(1)
    let plot = upper.splitLeft(Self.labelWidth).rest
    let range = valueRange
    drawAxis(plot: plot, axis: axis, range: range, into: &buffer)
    drawReferenceLines(plot: plot, range: range, into: &buffer)
    var canvas = BrailleCanvas(area: plot)
    for curve in series { draw(curve, range: range, canvas: &canvas) }
    canvas.draw(into: &buffer)
    drawReferenceLabels(plot: plot, range: range, into: &buffer)
    let width = domain.upperBound - domain.lowerBound
    for mark in marks where domain.contains(mark) && width > 0 {
      let share = (mark - domain.lowerBound) / width
      let x = plot.x + Int((share * Double(plot.width - 1)).rounded())
      buffer[x, plot.y] = Cell("↻", Style(Theme.truth, bold: true))
    }
  }

  /// The values shown: all curves, all references and the origin.
  private var valueRange: ClosedRange<Double> {
    var low = origin
    var high = origin
    for value in series.flatMap({ $0.points.map(\.y) }) + references.map(\.y)
    where value.isFinite && abs(value) < 1e6 {
      low = min(low, value)
      high = max(high, value)
    }
    let margin = max((high - low) * 0.04, 0.05)
    return (low - margin)...(high + (high > origin ? margin : 0))
  }

  private func share(_ value: Double, of range: ClosedRange<Double>) -> Double {
    let width = range.upperBound - range.lowerBound
    return width > 0 ? unitInterval((value - range.lowerBound) / width) : 0
  }

  private func draw(_ curve: Series, range: ClosedRange<Double>, canvas: inout BrailleCanvas) {
    guard canvas.width > 0, canvas.height > 0 else { return }
    var previous: (x: Int, y: Int)?
    for point in ColumnMeans(curve.points, domain: domain, columns: canvas.width) {
      guard let value = point.value else {
        previous = nil
        continue
      }
      let y = Int(((1 - share(value, of: range)) * Double(canvas.height - 1)).rounded())
      canvas.line(from: previous ?? (point.column, y), to: (point.column, y), style: curve.style)
      previous = (point.column, y)
    }
  }

  private func row(of value: Double, plot: Rect, range: ClosedRange<Double>) -> Int {
    plot.y + min(plot.height - 1, Int((1 - share(value, of: range)) * Double(plot.height)))
  }

  private func drawAxis(
    plot: Rect, axis: Rect, range: ClosedRange<Double>, into buffer: inout CellBuffer
  ) {
    let step = tickStep(range, atMost: max(1, plot.height / 2))
    var tick = (range.upperBound / step).rounded(.down)
    while tick * step >= range.lowerBound {
      let label = Figures.decimal(tick * step, step < 1 ? 1 : 0)
      drawTick(
        label, y: row(of: tick * step, plot: plot, range: range), plot: plot, Theme.label, &buffer)
      tick -= 1
    }
    for y in plot.y..<plot.maxY { buffer[plot.x - 1, y] = Cell("│", Theme.border) }
    buffer.write(domainLabels.first, x: plot.x, y: axis.y, style: Theme.label)
    let last = domainLabels.last
    let room = plot.width - domainLabels.first.columns - 1
    if last.columns <= room {
      buffer.write(last, x: plot.maxX - last.columns, y: axis.y, style: Theme.label)
    }
  }

  private func drawTick(
    _ label: String, y: Int, plot: Rect, _ style: Style, _ buffer: inout CellBuffer
  ) {
    let width = Self.labelWidth - 1
    buffer.write(
      label.padded(width, .right), x: plot.x - Self.labelWidth, y: y, limit: width, style: style)
  }

  /// The smallest of 0.1, 0.2, 0.5, 1, 2, 5… that puts at most `count` steps into `range`.
  private func tickStep(_ range: ClosedRange<Double>, atMost count: Int) -> Double {
    let width = range.upperBound - range.lowerBound
    var power = 0.1
    while power < 1e7 {
      for step in [power, 2 * power, 5 * power] where width / step <= Double(count) { return step }
      power *= 10
    }
    return power
  }

  private func drawReferenceLines(
    plot: Rect, range: ClosedRange<Double>, into buffer: inout CellBuffer
  ) {
    for reference in references where reference.y.isFinite {
      let y = row(of: reference.y, plot: plot, range: range)
      for x in plot.x..<plot.maxX { buffer[x, y] = Cell("┄", reference.style) }
    }
  }

  /// The value stands on the axis, the name at the line's left end, where falling curves are far
  /// above.
  private func drawReferenceLabels(
    plot: Rect, range: ClosedRange<Double>, into buffer: inout CellBuffer
  ) {
    var taken: Set<Int> = []
    for reference in references where reference.y.isFinite {
      let y = row(of: reference.y, plot: plot, range: range)
      guard taken.insert(y).inserted else { continue }
      let style = Style(reference.style.foreground)
      drawTick(Figures.decimal(reference.y, 2), y: y, plot: plot, style, &buffer)
      if reference.label.columns + 2 <= plot.width {
        buffer.write("\(reference.label) ", x: plot.x, y: y, style: style)
      }
    }
  }
}

/// One value a column: the mean of the points that fall into it, nil where one of them is not
/// finite. Columns without points do not appear.
struct ColumnMeans: Sequence {
  typealias Element = (column: Int, value: Double?)
  private var elements: [Element] = []

  init(_ points: [(x: Double, y: Double)], domain: ClosedRange<Double>, columns: Int) {
    let width = domain.upperBound - domain.lowerBound
    var sum = 0.0
    var count = 0
    var current: Int?
    func column(_ x: Double) -> Int {
      width > 0
        ? Int((unitInterval((x - domain.lowerBound) / width) * Double(columns - 1)).rounded()) : 0
    }
    for point in points {
      let here = column(point.x)
      if let before = current, before != here {
        elements.append((before, sum.isFinite ? sum / Double(count) : nil))
        (sum, count) = (0, 0)
      }
      current = here
      sum += point.y
      count += 1
    }
    if let current { elements.append((current, sum.isFinite ? sum / Double(count) : nil)) }
  }

  func makeIterator() -> IndexingIterator<[Element]> { elements.makeIterator() }
}
