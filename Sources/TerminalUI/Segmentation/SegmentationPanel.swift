import Snapshots

/// How a sample is shown of a run that clusters pixels.
package enum SegmentationView: Sendable, Equatable, CaseIterable {
  /// Picture, prediction, truth and disagreement, as many as fit.
  case sideBySide
  /// The prediction laid over the picture.
  case blended
  /// One of them, as large as it can be.
  case prediction, picture

  var next: SegmentationView {
    switch self {
    case .sideBySide: .blended
    case .blended: .prediction
    case .prediction: .picture
    case .picture: .sideBySide
    }
  }

  var name: String {
    switch self {
    case .sideBySide: "side by side"
    case .blended: "prediction over picture"
    case .prediction: "prediction"
    case .picture: "picture"
    }
  }
}

/// The chosen sample of a run that clusters pixels: the picture, what the sub-head makes of it, the
/// truth, and where the two differ. Stands in the place of the sample panel.
package enum SegmentationPanel {
  static func draw(
    _ state: DashboardState, _ moment: Moment, _ layout: DashboardLayout,
    into buffer: inout CellBuffer
  ) {
    guard !layout.samples.isEmpty else { return }
    let samples = state.history.samples
    let subHead = state.chosenEvaluation(at: moment)
    let sample = SegmentationSample(samples, index: state.shownSample, subHead)
    let panel = Panel(title(state, sample), hasBorder: layout.isRoomy)
    let content = panel.draw(in: layout.samples, into: &buffer)
    let pictures = shown(state.segmentationView, of: sample)
    guard !pictures.isEmpty else {
      buffer.write(
        why(sample, samples, subHead), in: content, row: max(0, content.height / 2 - 1),
        style: Theme.label, alignment: .center)
      return
    }
    let key = MapKey(
      subHead, head: state.head, names: state.shownNames,
      classNames: state.history.description.classNames)
    let cursor = state.chosenCluster?.cluster
    let legend = MapLegend(
      key: key,
      present: Set(sample.prediction(key).regions).union(sample.truth(key).regions),
      chosen: cursor.flatMap(UInt8.init(exactly:)).map(key.region(ofCluster:)))
    // A legend in two rows has to leave the pictures the most.
    let rows = content.height < 5 ? 0 : content.height < 14 ? 1 : 2
    let (area, lines) = content.splitBottom(legend.rows(width: content.width, limit: rows))
    let arrangement = PictureArrangement(
      pictures.count, source: (sample.width, sample.height), in: area)
    // Right below the pictures, after a blank row where there is one.
    var below = lines
    below.y = min(lines.y, (arrangement.places.map(\.maxY).max() ?? lines.y) + 1)
    legend.draw(in: below, into: &buffer)
    let painter = MapPainter(samples: samples, sample: sample, key: key, chosen: cursor)
    let (width, height) = (arrangement.width, arrangement.height)
    for (picture, place) in zip(pictures, arrangement.places) {
      let (caption, body) = place.splitTop(1)
      let isBlended = state.segmentationView == .blended
      buffer.write(
        isBlended ? SegmentationView.blended.name : picture.name, in: caption, style: Theme.label)
      if isBlended {
        painter.drawBlended(width: width, height, in: body, into: &buffer)
      } else {
        painter.draw(picture, width: width, height, in: body, into: &buffer)
      }
    }
  }

  /// Which sample it is of how many, and how much of it is right.
  private static func title(_ state: DashboardState, _ sample: SegmentationSample) -> [Span] {
    var title = [Span("Samples", Style.plain.bold)]
    let count = state.history.samples.count
    if count > 0 {
      title.append(Span("  \(state.shownSample + 1) of \(count)", Theme.label))
    }
    if let accuracy = sample.accuracy {
      title.append(Span("  \(Figures.percent(accuracy)) %", Style(Theme.truth)))
      title.append(Span(" of pixels right", Theme.label))
    }
    return title
  }

  /// The pictures of a view; none where what it shows is not there.
  private static func shown(
    _ view: SegmentationView, of sample: SegmentationSample
  ) -> [SegmentationPicture] {
    let pictures = sample.pictures
    switch view {
    case .sideBySide: return pictures
    case .blended:
      return pictures.contains(.picture) && pictures.contains(.prediction) ? [.prediction] : []
    case .prediction: return pictures.filter { $0 == .prediction }
    case .picture: return pictures.filter { $0 == .picture }
    }
  }

  /// Why nothing is shown.
  private static func why(
    _ sample: SegmentationSample, _ samples: SampleImages, _ subHead: SubHeadEvaluation?
  ) -> String {
    if samples.count == 0 { return "this run keeps no sample images" }
    if subHead == nil { return "waiting for the first evaluation" }
    return "nothing that fits this sample's size is known of it"
  }
}
