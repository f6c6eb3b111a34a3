import Snapshots

/// Draws one sample: a caption, the image, and a bar for each cluster over its class name.
struct SamplePainter {
  let samples: SampleImages
  let order: ClusterOrder
  let classNames: [String]
  let geometry: SamplePanel.Geometry

  /// `page`: the number of samples before this one and of all, for the first of a row.
  func draw(
    _ prediction: SamplePrediction, in area: Rect, page: (first: Int, count: Int)?,
    into buffer: inout CellBuffer
  ) {
    guard area.height >= 3, area.width >= 3 else { return }
    drawCaption(prediction, in: area, page: page, into: &buffer)
    let body = area.splitTop(1).rest
    let (image, rest) = body.splitLeft(geometry.imageWidth, gap: 1)
    samples.pixels(of: prediction.sample, fitting: geometry.imageWidth, 2 * geometry.imageHeight)
      .draw(in: image, into: &buffer)
    let chart = rest.splitTop(geometry.imageHeight).top
    let (bars, labels) = chart.splitBottom(1)
    drawBars(prediction, in: bars, labels: labels, into: &buffer)
  }

  /// "✓ 7 99 %" for a success, "✗ 7 → 1 62 %" for a failure, "→ 1 62 %" without a label. A cluster
  /// with a name is called by it, after a success too.
  private func drawCaption(
    _ prediction: SamplePrediction, in area: Rect, page: (first: Int, count: Int)?,
    into buffer: inout CellBuffer
  ) {
    let confidence = " \(Figures.percent(prediction.confidence, 0)) %"
    let given = order.clusters.firstIndex(of: prediction.cluster).flatMap(order.givenName)
    let predicted =
      given ?? prediction.predicted.map { ClusterOrder.name($0, classNames) }
      ?? "\(prediction.cluster)"
    var spans: [Span]
    if let label = prediction.label, let isSuccess = prediction.isSuccess {
      let truth = ClusterOrder.name(label, classNames)
      spans = [Span("\(isSuccess ? "✓" : "✗") \(truth)", Style(Theme.truth, bold: true))]
      if !isSuccess || given != nil {
        let color = isSuccess ? Theme.truth : Theme.wrong
        spans += [Span(" → ", Theme.label), Span(predicted, Style(color, bold: true))]
      }
    } else {
      spans = [Span("→ ", Theme.label), Span(predicted, Style(Theme.attention, bold: true))]
    }
    // A long name gives way to the probability.
    let width = spans.reduce(confidence.columns) { $0 + $1.text.columns }
    if width > area.width, spans.count > 1 {
      let room = spans[spans.count - 1].text.columns - (width - area.width)
      spans[spans.count - 1].text = Figures.clipped(predicted, max(2, room))
    }
    spans.append(Span(confidence, Theme.label))
    let used = buffer.write(spans, x: area.x, y: area.y, limit: area.width)
    guard let page else { return }
    let last = min(page.count, page.first + geometry.samplesPerRow)
    let text = "\(page.first + 1)–\(last) of \(page.count)"
    if used + 2 + text.columns <= area.width {
      buffer.write(
        text, x: area.maxX - text.columns, y: area.y, style: Theme.border)
    }
  }

  private func drawBars(
    _ prediction: SamplePrediction, in area: Rect, labels: Rect, into buffer: inout CellBuffer
  ) {
    let bars = ProbabilityBar.bars(prediction, order: order, limit: geometry.bars)
    for (index, bar) in bars.enumerated() {
      let width = geometry.barWidth
      let x = area.x + index * width
      let place = Rect(
        x: x, y: area.y, width: max(1, width - (width > 2 ? 1 : 0)), height: area.height)
      guard place.maxX <= area.maxX else { break }
      let hasColor = buffer.colorDepth != .none
      Bars.drawVertical(
        bar.probability, in: place, style: Style(bar.color), full: hasColor ? "█" : bar.shade,
        into: &buffer)
      let isMarked = bar.meaning != .other
      // Clusters of one class stand side by side; the first names them all.
      if index > 0, order.name(bars[index - 1].place) == order.name(bar.place) { continue }
      buffer.write(
        order.shortName(bar.place, width == 2 ? 1 : max(1, width - 1)), x: x, y: labels.y,
        limit: width, style: isMarked ? Style(bar.color, bold: true) : Theme.label)
    }
  }
}
