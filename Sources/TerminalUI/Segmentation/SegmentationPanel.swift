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
    // A legend in two rows has to leave the pictures the most.
    let rows = content.height < 5 ? 0 : content.height < 14 ? 1 : 2
    func legend(_ shown: [SegmentationSample]) -> MapLegend {
      let present = shown.flatMap { $0.prediction(key).regions + $0.truth(key).regions }
      return MapLegend(
        key: key, present: Set(present),
        chosen: cursor.flatMap(UInt8.init(exactly:)).map(key.region(ofCluster:)))
    }
    func arrange(in area: Rect) -> PictureArrangement {
      PictureArrangement.ofSamples(
        samples.count, each: pictures.count, source: (sample.width, sample.height), in: area)
    }
    // Which samples there is room for decides on the legend, and the legend on the room.
    let most = arrange(in: content).places.count / pictures.count
    let keyLegend = legend(neighbours(of: sample, most, samples, subHead))
    let (area, lines) = content.splitBottom(keyLegend.rows(width: content.width, limit: rows))
    let arrangement = arrange(in: area)
    let shown = neighbours(
      of: sample, arrangement.places.count / pictures.count, samples, subHead)
    // Right below the pictures, after a blank row where there is one.
    var below = lines
    below.y = min(lines.y, (arrangement.places.map(\.maxY).max() ?? lines.y) + 1)
    keyLegend.draw(in: below, into: &buffer)
    for (place, sample) in shown.enumerated() {
      let painter = MapPainter(samples: samples, sample: sample, key: key, chosen: cursor)
      let places = arrangement.places.dropFirst(place * pictures.count)
      let mark: PictureMark =
        shown.count == 1 ? .none : sample.index == state.shownSample ? .cursor : .number
      for (picture, place) in zip(pictures, places) {
        draw(
          picture, of: painter, mark, isBlended: state.segmentationView == .blended,
          (arrangement.width, arrangement.height), in: place, into: &buffer)
      }
    }
  }

  /// What a picture's line says of which sample it is of.
  private enum PictureMark {
    case none, number
    /// The sample that the keys step through.
    case cursor
  }

  private static func draw(
    _ picture: SegmentationPicture, of painter: MapPainter, _ mark: PictureMark, isBlended: Bool,
    _ size: (width: Int, height: Int), in place: Rect, into buffer: inout CellBuffer
  ) {
    let (caption, body) = place.splitTop(1)
    let name = isBlended ? SegmentationView.blended.name : picture.name
    let number = "\(painter.sample.index + 1)"
    switch mark {
    case .none: buffer.write(name, in: caption, style: Theme.label)
    case .number: buffer.write("  \(number) \(name)", in: caption, style: Theme.label)
    case .cursor: buffer.write("▸ \(number) \(name)", in: caption, style: Style.plain.bold)
    }
    if isBlended {
      painter.drawBlended(width: size.width, size.height, in: body, into: &buffer)
    } else {
      painter.draw(picture, width: size.width, size.height, in: body, into: &buffer)
    }
  }

  /// So many samples, from the one that is shown on; from before it where there are too few behind.
  private static func neighbours(
    of sample: SegmentationSample, _ count: Int, _ samples: SampleImages,
    _ subHead: SubHeadEvaluation?
  ) -> [SegmentationSample] {
    let count = min(max(1, count), max(1, samples.count))
    guard count > 1 else { return [sample] }
    let first = max(0, min(sample.index, samples.count - count))
    return (first..<first + count).map { SegmentationSample(samples, index: $0, subHead) }
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
