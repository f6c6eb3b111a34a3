import Snapshots

/// Draws the pictures of one sample: in half blocks where the terminal has the colours, else maps
/// in letters and pictures in shades.
struct MapPainter {
  let samples: SampleImages
  let sample: SegmentationSample
  let key: MapKey
  /// The cluster that alone keeps its colour; nil for all.
  let chosen: Int?

  /// Draws at the top left of `area`, `width` by `height` pixels.
  func draw(
    _ picture: SegmentationPicture, width: Int, _ height: Int, in area: Rect,
    into buffer: inout CellBuffer
  ) {
    switch picture {
    case .picture:
      samples.pixels(of: sample.index, scaledTo: width, height).draw(in: area, into: &buffer)
    case .prediction:
      draw(sample.prediction(key, chosen: chosen), width, height, in: area, into: &buffer)
    case .truth: draw(sample.truth(key), width, height, in: area, into: &buffer)
    case .disagreement: draw(sample.disagreement, width, height, in: area, into: &buffer)
    }
  }

  private func draw(
    _ map: RegionMap, _ width: Int, _ height: Int, in area: Rect, into buffer: inout CellBuffer
  ) {
    guard buffer.colorDepth != .palette256 else {
      let scaled = map.scaled(to: width, height)
      PixelGrid(width: scaled.width, height: scaled.height) { x, y in
        PixelGrid.Pixel(color: key.color(of: scaled.regions[y * scaled.width + x]), level: 0)
      }.draw(in: area, into: &buffer)
      return
    }
    let depth = buffer.colorDepth
    drawCells(map.scaled(to: width, (height + 1) / 2), in: area, into: &buffer) { region, _, _, _ in
      Cell(key.letter(of: region), key.letterStyle(of: region, at: depth))
    }
  }

  /// The prediction laid over the picture, which shines through.
  func drawBlended(width: Int, _ height: Int, in area: Rect, into buffer: inout CellBuffer) {
    let picture = samples.pixels(of: sample.index, scaledTo: width, height)
    let map = sample.prediction(key, chosen: chosen)
    guard picture.width == width, picture.height == height else { return }
    guard buffer.colorDepth != .palette256 else {
      let scaled = map.scaled(to: width, height)
      guard !scaled.regions.isEmpty else { return }
      PixelGrid(width: width, height: height) { x, y in
        blended(picture.pixels[y * width + x], scaled.regions[y * width + x])
      }.draw(in: area, into: &buffer)
      return
    }
    let depth = buffer.colorDepth
    picture.draw(in: area, into: &buffer)
    drawCells(map.scaled(to: width, (height + 1) / 2), in: area, into: &buffer) {
      region, shade, x, y in
      guard region != .none else { return shade }
      if depth == .none {
        // Without colours every other cell is a letter.
        return (x + y) % 2 == 0 && region != .other ? Cell(key.letter(of: region)) : shade
      }
      let character: Character = shade.character == " " ? "░" : shade.character
      return Cell(character, Style(key.color(of: region)))
    }
  }

  /// Pixels of other clusters than the chosen one stay as a grey picture, so that it can be seen
  /// what they are.
  private func blended(_ pixel: PixelGrid.Pixel, _ region: MapRegion) -> PixelGrid.Pixel {
    var blended = pixel
    switch region {
    case .none: break
    case .other: blended.color = .grey(pixel.level * 0.6)
    default: blended.color = MapPalette.tinted(pixel.color, key.color(of: region))
    }
    return blended
  }

  /// `cell` is given what a cell stands for, what is drawn there already, and its place.
  private func drawCells(
    _ map: RegionMap, in area: Rect, into buffer: inout CellBuffer,
    _ cell: (MapRegion, Cell, _ x: Int, _ y: Int) -> Cell
  ) {
    for y in 0..<min(map.height, area.height) {
      for x in 0..<min(map.width, area.width) {
        let place = (x: area.x + x, y: area.y + y)
        buffer[place.x, place.y] = cell(
          map.regions[y * map.width + x], buffer[place.x, place.y], x, y)
      }
    }
  }
}
