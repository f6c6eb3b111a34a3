/// What pictures of all sizes are turned into once: squares of one size.
package struct PictureShape: Sendable, Equatable {
  /// Side of the squares, in pixels.
  package var side: Int
  /// 1 grey, 3 red, green, blue.
  package var channels: Int

  package init(side: Int, channels: Int) {
    self.side = side
    self.channels = channels
  }

  var size: ImageSize { ImageSize(height: side, width: side, channels: channels) }

  /// The middle square of a picture, transparent parts on black: what training sees of it.
  package func square(of picture: Picture) -> Picture {
    picture.converted(to: channels, ground: 0).filled(width: side, height: side)
  }
}
