import Testing

@testable import Datasets

@Suite struct GreyImageTests {
  @Test func sameSizeIsTheSameImage() {
    let image = GreyImage(width: 7, height: 5, pixels: (0..<35).map { UInt8($0 * 7) })
    #expect(image.fitted(width: 7, height: 5) == image)
    let dot = GreyImage(width: 1, height: 1, pixels: [77])
    #expect(dot.fitted(width: 1, height: 1) == dot)
  }

  @Test func shrinkingAverages() {
    let image = GreyImage(width: 4, height: 2, pixels: [0, 100, 50, 50, 100, 200, 10, 90])
    #expect(image.fitted(width: 2, height: 1).pixels == [100, 50])
    // The middle pixel counts by half to either side.
    let row = GreyImage(
      width: 3, height: 3, pixels: Array(repeating: [0, 90, 240], count: 3).flatMap { $0 })
    #expect(row.fitted(width: 2, height: 2).pixels == [30, 190, 30, 190])
  }

  @Test func enlargingInterpolates() {
    let image = GreyImage(width: 2, height: 2, pixels: [0, 100, 0, 100])
    #expect(image.fitted(width: 4, height: 4).pixels.prefix(4) == [0, 25, 75, 100])
  }

  @Test func otherProportionsStandInTheMiddleOfBlack() {
    let wide = GreyImage(width: 8, height: 4, pixels: Array(repeating: 200, count: 32))
    let fitted = wide.fitted(width: 4, height: 4)
    #expect(
      fitted.pixels
        == [0, 0, 0, 0] + [UInt8](repeating: 200, count: 8) + [0, 0, 0, 0])
    let line = GreyImage(width: 1000, height: 1, pixels: Array(repeating: 9, count: 1000))
    #expect(line.fitted(width: 28, height: 28).pixels.count { $0 == 9 } == 28)
  }

  @Test func flatImagesStayFlatAtEverySize() {
    for width in 1...9 {
      for height in 1...9 {
        let image = GreyImage(
          width: width, height: height, pixels: Array(repeating: 251, count: width * height))
        for side in 1...9 {
          let levels = Set(image.fitted(width: side, height: side).pixels)
          #expect(levels.isSubset(of: [0, 251]) && levels.contains(251))
        }
      }
    }
  }
}
