import Kernels
import Testing

@testable import Datasets

@Suite struct ImageSamplerTests {
  private func render(
    _ pixels: [UInt8], width: Int, height: Int, channels: Int = 1, _ view: DrawnView,
    outputSize: Int
  ) -> [Float] {
    var output = [Float](repeating: .nan, count: outputSize * outputSize * channels)
    output.withUnsafeMutableBufferPointer { output in
      pixels.withUnsafeBufferPointer { pixels in
        ImageSampler.render(
          pixels: pixels.baseAddress!,
          size: ImageSize(height: height, width: width, channels: channels),
          view: view, outputSize: outputSize, into: output.baseAddress!)
      }
    }
    return output
  }

  private func isClose(_ found: [Float], _ expected: [Float], _ tolerance: Float = 1e-5) -> Bool {
    found.count == expected.count
      && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance }
  }

  private static func noise(_ count: Int) -> [UInt8] {
    var random = RandomStream(seed: 2, purpose: .samples)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  @Test func aCropOfTheOutputsSizeCopies() {
    let pixels = Self.noise(7 * 9)
    for left in 0...4 {
      for top in 0...2 {
        let found = render(
          pixels, width: 9, height: 7, DrawnView(left: left, top: top, size: 5), outputSize: 5)
        let expected = (0..<25).map { Float(pixels[(top + $0 / 5) * 9 + left + $0 % 5]) / 255 }
        #expect(isClose(found, expected, 1e-6))
      }
    }
  }

  @Test func enlargingIsBilinearWithHalfPixelCentres() {
    let found = render(
      [0, 100, 200, 40], width: 2, height: 2, DrawnView(left: 0, top: 0, size: 2),
      outputSize: 4)
    // Weights 1, ¾, ¼, 0 of the first of two.
    let weights: [Float] = [1, 0.75, 0.25, 0]
    let expected = (0..<16).map { index -> Float in
      let (wy, wx) = (weights[index / 4], weights[index % 4])
      let above = wx * 0 + (1 - wx) * 100
      let below = wx * 200 + (1 - wx) * 40
      return (wy * above + (1 - wy) * below) / 255
    }
    #expect(isClose(found, expected))
  }

  @Test func aCropDoesNotSeeBeyondItself() {
    // Ink outside the crop must not bleed in at its edge.
    var pixels = [UInt8](repeating: 255, count: 36)
    for y in 2..<4 { for x in 2..<4 { pixels[y * 6 + x] = 0 } }
    let found = render(
      pixels, width: 6, height: 6, DrawnView(left: 2, top: 2, size: 2), outputSize: 5)
    #expect(found.allSatisfy { $0 == 0 })
  }

  @Test func rotationByRightAngles() {
    for side in [3, 4, 5] {
      let pixels = Self.noise(side * side)
      var view = DrawnView(left: 0, top: 0, size: side)
      for (degrees, source) in [
        (90, { (y: Int, x: Int) in x * side + (side - 1 - y) }),
        (-90, { (y: Int, x: Int) in (side - 1 - x) * side + y }),
        (180, { (y: Int, x: Int) in (side - 1 - y) * side + (side - 1 - x) }),
      ] as [(Float, (Int, Int) -> Int)] {
        view.rotationDegrees = degrees
        let found = render(pixels, width: side, height: side, view, outputSize: side)
        let expected = (0..<side * side).map { Float(pixels[source($0 / side, $0 % side)]) / 255 }
        #expect(isClose(found, expected), "\(side) \(degrees)")
      }
    }
  }

  @Test func rotationFillsWithZero() {
    var view = DrawnView(left: 0, top: 0, size: 9)
    view.rotationDegrees = 45
    let found = render(
      [UInt8](repeating: 255, count: 81), width: 9, height: 9, view, outputSize: 9)
    for corner in [0, 8, 72, 80] { #expect(found[corner] == 0) }
    let centreError = abs(found[40] - 1)
    #expect(centreError <= 1e-6)
  }

  @Test func jitterIsColorJitters() {
    let pixels: [UInt8] = [0, 51, 102, 255]
    let values: [Float] = [0, 0.2, 0.4, 1]
    var view = DrawnView(left: 0, top: 0, size: 2)
    view.brightness = 1.25
    let brighter = render(pixels, width: 2, height: 2, view, outputSize: 2)
    #expect(isClose(brighter, [0, 0.25, 0.5, 1]))
    view.contrast = 0.5
    let mean: Float = (0 + 0.25 + 0.5 + 1) / 4
    let both = render(pixels, width: 2, height: 2, view, outputSize: 2)
    #expect(isClose(both, ([0, 0.25, 0.5, 1] as [Float]).map { mean / 2 + $0 / 2 }))
    view.colorOrder = [.contrast, .brightness]
    let swapped = render(pixels, width: 2, height: 2, view, outputSize: 2)
    #expect(isClose(swapped, values.map { min((0.2 + $0 / 2) * 1.25, 1) }))
    view.brightness = 1
    view.contrast = 1.4
    let harder = render(pixels, width: 2, height: 2, view, outputSize: 2)
    #expect(isClose(harder, values.map { min(max(0.4 * -0.4 + 1.4 * $0, 0), 1) }))
  }

  @Test(arguments: [1, 3, 4])
  func aFlippedViewIsTheMirroredView(channels: Int) {
    let pixels = Self.noise(7 * 9 * channels)
    for (size, rotation) in [(6, 0), (5, 0), (5, 30)] as [(Int, Float)] {
      var view = DrawnView(left: 2, top: 1, size: size)
      view.rotationDegrees = rotation
      let straight = render(
        pixels, width: 9, height: 7, channels: channels, view, outputSize: 6)
      view.isFlipped = true
      let flipped = render(
        pixels, width: 9, height: 7, channels: channels, view, outputSize: 6)
      for y in 0..<6 {
        for x in 0..<6 {
          for channel in 0..<channels {
            #expect(
              flipped[(y * 6 + x) * channels + channel]
                == straight[(y * 6 + 5 - x) * channels + channel], "\(size) \(rotation)")
          }
        }
      }
      #expect(flipped != straight)
    }
  }

  @Test(arguments: [3, 4])
  func channelsAreSampledAsPlanesAre(channels: Int) {
    let pixels = Self.noise(8 * 11 * channels)
    for (left, top, size) in [(0, 0, 8), (3, 2, 5), (4, 1, 7)] {
      for rotation in [0, 20, -75] as [Float] {
        var view = DrawnView(left: left, top: top, size: size)
        view.rotationDegrees = rotation
        let found = render(
          pixels, width: 11, height: 8, channels: channels, view, outputSize: 7)
        for channel in 0..<channels {
          let plane = (0..<8 * 11).map { pixels[$0 * channels + channel] }
          let expected = render(plane, width: 11, height: 8, view, outputSize: 7)
          let values = (0..<49).map { found[$0 * channels + channel] }
          #expect(values == expected, "\(size) \(rotation) \(channel)")
        }
      }
    }
  }
}
