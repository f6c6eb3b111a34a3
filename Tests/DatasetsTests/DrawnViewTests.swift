import Kernels
import Testing

@testable import Datasets

@Suite struct DrawnViewTests {
  /// Views of every kind of motion, of an image of 30×40.
  private static var views: [DrawnView] {
    var augmentation = SingleAugmentation(outputSize: 16, cropSize: 20)
    augmentation.cutout.probability = 0
    augmentation.rotationDegrees = 180
    augmentation.shearDegrees = 40
    augmentation.scales = 0.5...2
    return (0..<200).map { sample in
      var random = RandomStream(seed: 3, sample: sample, purpose: .samples)
      return augmentation.draw(view: 0, of: size, from: &random)
    }
  }
  private static let size = ImageSize(height: 30, width: 40, channels: 3)

  @Test func theInverseLeadsBack() {
    for view in Self.views {
      let map = view.sourceMap(of: Self.size, outputSize: 16)
      for (x, y) in [(0, 0), (15, 0), (3.5, 11), (-4, 20)] as [(Double, Double)] {
        let source = map(x: x, y: y)
        let back = map.inverse(x: source.x, y: source.y)
        let error = max(abs(back.x - x), abs(back.y - y))
        #expect(error <= 1e-9, "\(view)")
        let composed = map.after(map.inverse)(x: x, y: y)
        let composedError = max(abs(composed.x - x), abs(composed.y - y))
        #expect(composedError <= 1e-9, "\(view)")
      }
    }
  }

  /// Two channels of an image hold each pixel's own place: what a view shows is where it looked.
  @Test func samplingIsAtTheMapsPlaces() {
    let size = Self.size
    let pixels = (0..<size.height * size.width).flatMap { pixel -> [UInt8] in
      [UInt8(pixel % size.width), UInt8(pixel / size.width), 255]
    }
    var compared = 0
    for var view in Self.views {
      // Places alone.
      view.colorOrder = []
      let map = view.sourceMap(of: size, outputSize: 16)
      var output = [Float](repeating: .nan, count: 16 * 16 * 3)
      output.withUnsafeMutableBufferPointer { output in
        pixels.withUnsafeBufferPointer {
          ImageSampler.render(
            pixels: $0.baseAddress!, size: size, view: view, outputSize: 16,
            into: output.baseAddress!)
        }
      }
      // A crop's outermost places are moved into it, and beyond the image is no place.
      for y in 1..<15 {
        for x in 1..<15 {
          let source = map(x: Double(x), y: Double(y))
          let isInside =
            source.x >= 0 && source.y >= 0 && source.x <= Double(size.width - 1)
            && source.y <= Double(size.height - 1)
          guard isInside else { continue }
          let value = (y * 16 + x) * 3
          let foundX = Double(output[value]) * 255
          let foundY = Double(output[value + 1]) * 255
          let error = max(abs(foundX - source.x), abs(foundY - source.y))
          #expect(error <= 1e-3, "\(view) \(x) \(y)")
          compared += 1
        }
      }
    }
    #expect(compared > 20_000)
  }

  @Test func aViewAsItIsIsItsCrop() {
    let map = DrawnView(left: 3, top: 7, size: 16).sourceMap(of: Self.size, outputSize: 16)
    #expect(map == AffineMap(xx: 1, xy: 0, x0: 3, yx: 0, yy: 1, y0: 7))
    var flipped = DrawnView(left: 3, top: 7, size: 16)
    flipped.isFlipped = true
    let mirror = flipped.sourceMap(of: Self.size, outputSize: 16)
    #expect(mirror == AffineMap(xx: -1, xy: 0, x0: 18, yx: 0, yy: 1, y0: 7))
  }

  @Test(arguments: [1, 3, 4])
  func aCutoutIsBlackOnAllChannels(channels: Int) {
    var view = DrawnView(left: 0, top: 0, size: 6)
    view.contrast = 0.5
    let pixels = [UInt8](repeating: 200, count: 36 * channels)
    func render() -> [Float] {
      var output = [Float](repeating: .nan, count: 36 * channels)
      output.withUnsafeMutableBufferPointer { output in
        pixels.withUnsafeBufferPointer {
          ImageSampler.render(
            pixels: $0.baseAddress!,
            size: ImageSize(height: 6, width: 6, channels: channels), view: view, outputSize: 6,
            into: output.baseAddress!)
        }
      }
      return output
    }
    let whole = render()
    for cutout in [
      Cutout(left: 1, top: 2, size: 3), Cutout(left: 5, top: 5, size: 1),
      Cutout(left: 0, top: 0, size: 6),
    ] {
      view.cutout = cutout
      let found = render()
      for place in 0..<36 * channels {
        let (x, y) = (place / channels % 6, place / channels / 6)
        let isCut =
          (cutout.left..<cutout.left + cutout.size).contains(x)
          && (cutout.top..<cutout.top + cutout.size).contains(y)
        #expect(found[place] == (isCut ? 0 : whole[place]), "\(cutout) \(x) \(y)")
      }
    }
    #expect(whole.allSatisfy { $0 > 0.7 })
  }
}
