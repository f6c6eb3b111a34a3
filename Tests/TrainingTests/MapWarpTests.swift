import Datasets
import Kernels
import TestSupport
import Testing

@testable import Methods

/// g⁻¹ on maps of pixels against its definition, and its gradient against finite differences.
@Suite struct MapWarpTests {
  private static let side = 7

  private static let maps: [(name: String, map: AffineMap)] = [
    ("identity", AffineMap(xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0)),
    ("mirrored", AffineMap(xx: -1, xy: 0, x0: 6, yx: 0, yy: 1, y0: 0)),
    ("shifted", AffineMap(xx: 1, xy: 0, x0: 2, yx: 0, yy: 1, y0: -1)),
    ("rotated", AffineMap(xx: 0.9, xy: -0.4, x0: 1.7, yx: 0.4, yy: 0.9, y0: -0.9)),
    ("all outside", AffineMap(xx: 1, xy: 0, x0: 90, yx: 0, yy: 1, y0: 0)),
  ]

  /// Bilinear sampling as it is defined, in Double.
  private func naive(_ plane: [Float], _ map: AffineMap) -> [(value: Double, isInside: Bool)] {
    let side = Self.side
    return (0..<side * side).map { pixel in
      let moved = map(x: Double(pixel % side), y: Double(pixel / side))
      let last = Double(side - 1)
      guard moved.x >= -1e-9, moved.x <= last + 1e-9, moved.y >= -1e-9, moved.y <= last + 1e-9
      else { return (0, false) }
      var sum = 0.0
      for y in 0..<side {
        for x in 0..<side {
          let weight =
            max(0, 1 - abs(moved.x - Double(x))) * max(0, 1 - abs(moved.y - Double(y)))
          sum += weight * Double(plane[y * side + x])
        }
      }
      return (sum, true)
    }
  }

  private func forward(_ warp: MapWarp, _ plane: [Float]) -> [Float] {
    var (plane, scratch) = (plane, plane)
    plane.withUnsafeMutableBufferPointer { plane in
      scratch.withUnsafeMutableBufferPointer {
        warp.forward(plane.baseAddress!, scratch: $0.baseAddress!)
      }
    }
    return plane
  }

  @Test(arguments: maps.indices) func isBilinearSamplingWithZerosOutside(index: Int) {
    let (name, map) = Self.maps[index]
    let warp = MapWarp(map, side: Self.side)
    let plane = randomValues(49, seed: 4).map { Float($0) }
    let found = forward(warp, plane)
    let expected = naive(plane, map)
    var mask = [Float](repeating: 1, count: 49)
    mask.withUnsafeMutableBufferPointer { warp.clearOutside($0.baseAddress!) }
    for pixel in 0..<49 {
      #expect(abs(Double(found[pixel]) - expected[pixel].value) < 1e-6, "\(name) \(pixel)")
      #expect((mask[pixel] == 1) == expected[pixel].isInside, "\(name) \(pixel)")
    }
  }

  @Test func mirroringIsExactAndItsOwnInverse() {
    let warp = MapWarp(Self.maps[1].map, side: Self.side)
    let plane = randomValues(49, seed: 5).map { Float($0) }
    let once = forward(warp, plane)
    for pixel in 0..<49 { #expect(once[pixel] == plane[pixel / 7 * 7 + 6 - pixel % 7]) }
    #expect(forward(warp, once) == plane)
  }

  @Test(arguments: maps.indices) func theGradientIsTheTranspose(index: Int) {
    let warp = MapWarp(Self.maps[index].map, side: Self.side)
    let weights = randomValues(49, seed: 6)
    func weighted(_ plane: [Float]) -> Double {
      zip(forward(warp, plane), weights).reduce(0) { $0 + Double($1.0) * $1.1 }
    }
    var gradient = weights.map { Float($0) }
    var scratch = gradient
    gradient.withUnsafeMutableBufferPointer { gradient in
      scratch.withUnsafeMutableBufferPointer {
        warp.backward(gradient.baseAddress!, scratch: $0.baseAddress!)
      }
    }
    let plane = randomValues(49, seed: 7).map { Float($0) }
    let slopes = finiteDifferenceGradient(at: plane, step: 0.25, of: weighted)
    for (found, slope) in zip(gradient, slopes) { #expect(abs(Double(found) - slope) < 1e-5) }
  }

  /// A view drawn with all that can move it, and the map that leads from the square to it.
  @Test func theDrawnViewIsWhereTheMapSays() {
    var augmentation = PixelPairAugmentation(cropSize: 16)
    augmentation.affineProbability = 1
    augmentation.rotationDegrees = 30
    augmentation.scales = 0.8...1.2
    augmentation.shearDegrees = 10
    for sample in 0..<20 {
      var random = RandomStream(seed: 1, sample: sample, purpose: .secondView)
      let view = augmentation.drawSecond(from: &random)
      let map = augmentation.map(to: view)
      let back = view.sourceMap(
        of: ImageSize(height: 16, width: 16, channels: 1), outputSize: 16)
      let place = map(x: 3, y: 11)
      let found = back(x: place.x, y: place.y)
      #expect(abs(found.x - 3) < 1e-9 && abs(found.y - 11) < 1e-9)
    }
  }
}
