import Testing

@testable import Datasets

@Suite struct PictureTests {
  private func grey(_ width: Int, _ height: Int, _ pixels: [UInt8]) -> Picture {
    Picture(width: width, height: height, channels: 1, pixels: pixels)
  }

  @Test func luminanceAndGround() {
    let colors = Picture(
      width: 4, height: 1, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90])
    #expect(colors.converted(to: 1, ground: 0).pixels == [76, 150, 29, 90])
    let alpha = Picture(width: 3, height: 1, channels: 2, pixels: [200, 255, 200, 0, 255, 128])
    #expect(alpha.converted(to: 1, ground: 0).pixels == [200, 0, 128])
    // 128/255 of 255 and 127/255 of 50.
    #expect(alpha.converted(to: 1, ground: 50).pixels == [200, 50, 153])
    #expect(
      alpha.converted(to: 3, ground: 50).pixels == [200, 200, 200, 50, 50, 50, 153, 153, 153])
    let clear = Picture(width: 1, height: 1, channels: 4, pixels: [100, 0, 200, 51])
    #expect(clear.converted(to: 3, ground: 250).pixels == [220, 200, 240])
    #expect(clear.converted(to: 4, ground: 250) == clear)
    #expect(grey(1, 1, [9]).converted(to: 4, ground: 0).pixels == [9, 9, 9, 255])
    #expect(clear.inverted().pixels == [155, 255, 55, 51])
    #expect(grey(2, 1, [0, 10]).inverted().pixels == [255, 245])
  }

  @Test func everyGreyStaysItselfInEveryNumberOfChannels() {
    let levels = grey(256, 1, (0...255).map(UInt8.init))
    for channels in 1...4 {
      let there = levels.converted(to: channels, ground: 77)
      #expect(there.channels == channels && there.converted(to: 1, ground: 99) == levels)
    }
  }

  /// Stored rows 1 2 3 / 4 5 6, turned by EXIF's table of where the first row and column are.
  @Test func orientations() {
    let stored = grey(3, 2, [1, 2, 3, 4, 5, 6])
    let upright: [[UInt8]] = [
      [1, 2, 3, 4, 5, 6], [3, 2, 1, 6, 5, 4], [6, 5, 4, 3, 2, 1], [4, 5, 6, 1, 2, 3],
      [1, 4, 2, 5, 3, 6], [4, 1, 5, 2, 6, 3], [6, 3, 5, 2, 4, 1], [3, 6, 2, 5, 1, 4],
    ]
    for (index, pixels) in upright.enumerated() {
      let size = index >= 4 ? (2, 3) : (3, 2)
      #expect(stored.upright(orientation: index + 1) == grey(size.0, size.1, pixels))
    }
    let colors = Picture(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    #expect(colors.upright(orientation: 3).pixels == [4, 5, 6, 1, 2, 3])
    for odd in [0, 9, -1] { #expect(stored.upright(orientation: odd) == stored) }
  }

  @Test func sameSizeIsTheSamePicture() {
    for channels in 1...4 {
      let picture = Picture(
        width: 7, height: 5, channels: channels, pixels: (0..<35 * channels).map { UInt8($0) })
      #expect(picture.fitted(width: 7, height: 5, ground: 3) == picture)
      #expect(picture.filled(width: 7, height: 5) == picture)
    }
    let dot = grey(1, 1, [77])
    #expect(dot.fitted(width: 1, height: 1, ground: 0) == dot)
  }

  @Test func shrinkingAverages() {
    let picture = grey(4, 2, [0, 100, 50, 50, 100, 200, 10, 90])
    #expect(picture.fitted(width: 2, height: 1, ground: 0).pixels == [100, 50])
    // The middle pixel counts by half to either side.
    let row = grey(3, 3, Array(repeating: [0, 90, 240], count: 3).flatMap { $0 })
    #expect(row.fitted(width: 2, height: 2, ground: 0).pixels == [30, 190, 30, 190])
  }

  @Test func enlargingInterpolates() {
    let picture = grey(2, 2, [0, 100, 0, 100])
    #expect(picture.fitted(width: 4, height: 4, ground: 0).pixels.prefix(4) == [0, 25, 75, 100])
  }

  @Test func otherProportionsStandInTheMiddleOfTheGround() {
    let wide = grey(8, 4, Array(repeating: 200, count: 32))
    #expect(
      wide.fitted(width: 4, height: 4, ground: 31).pixels
        == [31, 31, 31, 31] + [UInt8](repeating: 200, count: 8) + [31, 31, 31, 31])
    let line = grey(1000, 1, Array(repeating: 9, count: 1000))
    #expect(line.fitted(width: 28, height: 28, ground: 0).pixels.count { $0 == 9 } == 28)
    let clear = Picture(width: 1, height: 2, channels: 2, pixels: [5, 6, 7, 8])
    #expect(
      clear.fitted(width: 3, height: 2, ground: 1).pixels == [
        1, 255, 5, 6, 1, 255, 1, 255, 7, 8, 1, 255,
      ])
  }

  @Test func flatPicturesStayFlatAtEverySize() {
    for width in 1...9 {
      for height in 1...9 {
        let picture = grey(width, height, Array(repeating: 251, count: width * height))
        for side in 1...9 {
          let levels = Set(picture.fitted(width: side, height: side, ground: 0).pixels)
          #expect(levels.isSubset(of: [0, 251]) && levels.contains(251))
          let filled = picture.filled(width: side, height: 10 - side)
          #expect(filled.pixels.allSatisfy { $0 == 251 })
        }
      }
    }
  }

  @Test func fillingKeepsTheMiddle() {
    // Six columns, of which the middle two fill a square of two rows.
    let wide = grey(6, 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    #expect(wide.filled(width: 2, height: 2).pixels == [3, 4, 9, 10])
    #expect(wide.filled(width: 1, height: 1).pixels == [7])
    // Half a pixel is cut at either end.
    #expect(grey(1, 3, [10, 20, 30]).filled(width: 1, height: 2).pixels == [15, 25])
    let tall = grey(2, 6, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    #expect(tall.filled(width: 2, height: 2).pixels == [5, 6, 7, 8])
  }

  /// Area averages computed cell by cell in double precision, without two passes.
  @Test func fillingIsTheNaiveAverage() {
    for (width, height, newWidth, newHeight) in [
      (7, 5, 3, 2), (10, 4, 3, 3), (4, 11, 3, 2), (9, 9, 2, 5),
    ] {
      let pixels = (0..<width * height * 3).map { UInt8($0 * 53 % 256) }
      let picture = Picture(width: width, height: height, channels: 3, pixels: pixels)
      let step = min(Double(width) / Double(newWidth), Double(height) / Double(newHeight))
      let left = (Double(width) - step * Double(newWidth)) / 2
      let top = (Double(height) - step * Double(newHeight)) / 2
      let found = picture.filled(width: newWidth, height: newHeight)
      #expect((found.width, found.height) == (newWidth, newHeight))
      for index in 0..<newWidth * newHeight * 3 {
        let (x, y, channel) = (index / 3 % newWidth, index / 3 / newWidth, index % 3)
        var sum = 0.0
        for row in 0..<height {
          for column in 0..<width {
            func overlap(_ start: Double, _ pixel: Int) -> Double {
              max(0, min(start + step, Double(pixel + 1)) - max(start, Double(pixel)))
            }
            sum +=
              overlap(left + Double(x) * step, column) * overlap(top + Double(y) * step, row)
              * Double(pixels[(row * width + column) * 3 + channel])
          }
        }
        #expect(abs(Double(found.pixels[index]) - sum / (step * step)) <= 0.51)
      }
    }
  }
}
