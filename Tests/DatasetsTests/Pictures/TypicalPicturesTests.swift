import Testing

@testable import Datasets

@Suite struct TypicalPicturesTests {
  /// A bright stroke of `width` columns down the middle of 8×8.
  private func stroke(_ width: Int, ink: UInt8 = 250, ground: UInt8 = 0) -> [UInt8] {
    (0..<64).map { (2..<2 + width).contains($0 % 8) && (1..<7).contains($0 / 8) ? ink : ground }
  }

  private func picture(_ pixels: [UInt8]) -> Picture {
    Picture(width: 8, height: 8, channels: 1, pixels: pixels)
  }

  @Test func groundIsTheBordersMedian() {
    let light = TypicalPictures(pixels: stroke(1) + stroke(3), width: 8, height: 8, channels: 1)
    #expect(light.ground == 0)
    let paper = TypicalPictures(
      pixels: stroke(2, ink: 9, ground: 240), width: 8, height: 8, channels: 1)
    #expect(paper.ground == 240)
    // Four of five border pixels are 70.
    let mixed = TypicalPictures(
      pixels: [70, 200, 70, 70, 5, 70, 70, 200, 70], width: 3, height: 3, channels: 1)
    #expect(mixed.ground == 70)
    let color = TypicalPictures(pixels: [1, 8, 9], width: 1, height: 1, channels: 3)
    #expect(color.ground == 8)
  }

  @Test func blankAndInvertedPicturesAreOdd() {
    let typical = TypicalPictures(
      pixels: (1...4).flatMap { stroke($0) }, width: 8, height: 8, channels: 1)
    for width in 1...4 { #expect(typical.oddity(of: picture(stroke(width))) == nil) }
    for level in [UInt8(0), 33, 255] {
      #expect(
        typical.oddity(of: picture(.init(repeating: level, count: 64)))
          == "it is blank, brightness \(level) all over")
    }
    // Strokes of 6, 12, 18, 24 pixels of 250: means 23, 47, 70, 94.
    #expect(
      typical.oddity(of: picture(stroke(2, ink: 0, ground: 255)))
        == "its mean brightness is 207, the run's own pictures have 59 ± 26")
  }

  @Test func dataOfAnyBrightnessFindsNothingTooBright() {
    // Means from 16 to 239: nothing lies four deviations off.
    var pixels: [UInt8] = []
    for ground in stride(from: UInt8(0), to: 230, by: 32) {
      pixels += stroke(2, ink: ground + 20, ground: ground)
    }
    let typical = TypicalPictures(pixels: pixels, width: 8, height: 8, channels: 1)
    #expect(typical.oddity(of: picture(stroke(2, ink: 255, ground: 230))) == nil)
    #expect(typical.oddity(of: picture(stroke(2, ink: 25, ground: 0))) == nil)
  }
}
