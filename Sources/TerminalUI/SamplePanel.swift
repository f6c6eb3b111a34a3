import Snapshots

/// The paper's Figure 5, live: sample images beside their cluster probabilities,
/// those the sub-head recognises above those it mistakes.
package enum SamplePanel {
  /// How a sample is laid out in a row of the panel.
  struct Geometry: Equatable {
    var rowHeight: Int
    /// In cells; the height is that of the bars with their labels.
    var imageWidth: Int
    var imageHeight: Int
    var bars: Int
    var barWidth: Int
    var samplesPerRow: Int
    var gap = 2

    var contentWidth: Int { imageWidth + 1 + bars * barWidth }
    var sampleWidth: Int { contentWidth + gap }
  }

  /// Samples side by side at the state's size: the size of the page that keys step by.
  package static func samplesPerRow(_ state: DashboardState) -> Int {
    let layout = state.layout
    return geometry(state, content: panel(layout).content(of: layout.samples)).samplesPerRow
  }

  /// The larger of the numbers of samples in the two rows.
  package static func longestRow(_ state: DashboardState) -> Int {
    let selection = SampleSelection(
      state.history.samples, state.chosenEvaluation(at: state.moment),
      cluster: state.chosenCluster?.cluster)
    return max(selection.rows.upper.count, selection.rows.lower.count)
  }

  private static func panel(
    _ layout: DashboardLayout, hasLabels: Bool = true, depth: ColorDepth = .palette256
  ) -> Panel {
    let bars: [ProbabilityBar.Meaning] =
      hasLabels ? [.truth, .wrongPrediction, .other] : [.choice, .other]
    let names: [ProbabilityBar.Meaning: String] = [
      .truth: "truth", .wrongPrediction: "wrong", .other: "other", .choice: "chosen",
    ]
    var title = [Span("Samples", Style.plain.bold)]
    for meaning in bars {
      let bar = ProbabilityBar(place: 0, probability: 1, meaning: meaning)
      let name = " \(names[meaning] ?? "")"
      if depth == .none {
        title.append(Span("\(meaning == bars[0] ? "  " : " ")\(bar.shade)\(name)"))
      } else {
        title += [Span("  █", Style(bar.color)), Span(name, Theme.label)]
      }
    }
    return Panel(title, hasBorder: layout.isRoomy)
  }

  static func geometry(_ state: DashboardState, content: Rect) -> Geometry {
    let samples = state.history.samples
    let clusters = max(1, state.description(of: state.head)?.clusters ?? 1)
    let rowHeight = content.height >= 8 ? content.height / 2 : content.height
    let imageRows = max(0, min(rowHeight - 1, (samples.height + 1) / 2))
    let aspect = Double(max(1, samples.width)) / Double(max(1, samples.height))
    let imageWidth = min(samples.width, Int(Double(2 * imageRows) * aspect))
    let room = content.width - imageWidth - 3
    let bars = max(1, min(clusters, min(20, room)))
    var geometry = Geometry(
      rowHeight: rowHeight, imageWidth: imageWidth, imageHeight: imageRows, bars: bars,
      barWidth: 1, samplesPerRow: 1)
    geometry.samplesPerRow = max(1, (content.width + 2) / geometry.sampleWidth)
    let count = geometry.samplesPerRow
    let slack = content.width + 2 - count * geometry.sampleWidth
    if bars < clusters {
      geometry.bars = min(clusters, bars + slack / count)
    } else if slack / count >= bars && rowHeight >= 7 {
      geometry.barWidth = 2
    }
    // What is left over goes between the samples.
    if count > 1 {
      geometry.gap += min(8, (content.width + 2 - count * geometry.sampleWidth) / (count - 1))
    }
    return geometry
  }

  static func draw(
    _ state: DashboardState, _ moment: Moment, _ layout: DashboardLayout,
    into buffer: inout CellBuffer
  ) {
    guard !layout.samples.isEmpty else { return }
    let subHead = state.chosenEvaluation(at: moment)
    let selection = SampleSelection(
      state.history.samples, subHead, cluster: state.chosenCluster?.cluster)
    let hasLabels = selection.hasLabels || selection.unlabelled.isEmpty
    let panel = panel(layout, hasLabels: hasLabels, depth: buffer.colorDepth)
    let content = panel.draw(in: layout.samples, into: &buffer)
    guard let subHead, !selection.rows.upper.isEmpty || !selection.rows.lower.isEmpty else {
      buffer.write(
        state.history.samples.count == 0
          ? "this run keeps no sample images"
          : subHead == nil
            ? "waiting for the first evaluation" : "none of the samples is in this cluster",
        in: content, row: max(0, content.height / 2 - 1), style: Theme.label, alignment: .center)
      return
    }
    let geometry = geometry(state, content: content)
    guard geometry.rowHeight >= 3, geometry.contentWidth <= content.width else { return }
    let painter = SamplePainter(
      samples: state.history.samples,
      order: state.clusterOrder(subHead),
      classNames: state.history.description.classNames, geometry: geometry)
    let (upper, rest) = content.splitTop(geometry.rowHeight)
    let rows = [
      (selection.rows.upper, "recognises none"),
      (selection.rows.lower, hasLabels ? "mistakes none" : ""),
    ]
    for ((predictions, none), area) in zip(rows, [upper, rest.splitTop(geometry.rowHeight).top]) {
      guard area.height >= 3 else { continue }
      if predictions.isEmpty {
        buffer.write(none, in: area, row: area.height / 2, style: Theme.label, alignment: .center)
      }
      let last = max(0, predictions.count - geometry.samplesPerRow)
      let first = min(state.sampleOffset, last)
      let shown = predictions[first..<min(predictions.count, first + geometry.samplesPerRow)]
      for (index, prediction) in shown.enumerated() {
        let place = Rect(
          x: area.x + index * geometry.sampleWidth, y: area.y, width: geometry.contentWidth,
          height: area.height)
        painter.draw(
          prediction, in: place.intersection(area),
          page: index == 0 ? (first, predictions.count) : nil,
          into: &buffer)
      }
    }
  }
}
