import Testing

@testable import Datasets

@Suite struct PictureScalingTests {
  /// Every sample as the definition has it: the source pixel that holds the target's middle.
  @Test(arguments: [(7, 5), (3, 2), (6, 4), (1, 1), (14, 11)])
  func samplingPicksTheMiddle(width: Int, height: Int) {
    let picture = Picture(width: 6, height: 4, channels: 1, pixels: (0..<24).map { UInt8($0) })
    let sampled = picture.sampled(width: width, height: height)
    for y in 0..<height {
      for x in 0..<width {
        let column = Int((Double(x) + 0.5) * 6 / Double(width))
        let row = Int((Double(y) + 0.5) * 4 / Double(height))
        #expect(sampled.pixels[y * width + x] == UInt8(row * 6 + column))
      }
    }
  }

  @Test func scalingIsFreeInBothDirections() {
    let picture = Picture(
      width: 2, height: 2, channels: 4,
      pixels: [0, 10, 20, 30, 4, 14, 24, 34, 8, 18, 28, 38]
        + [12, 22, 32, 42])
    #expect(picture.scaled(width: 1, height: 1).pixels == [6, 16, 26, 36])
    #expect(picture.scaled(width: 2, height: 1).pixels == [4, 14, 24, 34, 8, 18, 28, 38])
    #expect(picture.scaled(width: 2, height: 2) == picture)
    let tall = picture.scaled(width: 1, height: 4)
    #expect(tall.height == 4 && tall.pixels[0..<4] == [2, 12, 22, 32])
    #expect(tall.pixels[12..<16] == [10, 20, 30, 40])
  }
}
