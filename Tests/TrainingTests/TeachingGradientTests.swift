import Foundation
import Kernels
import NeuralNet
import TestSupport
import Testing

@testable import Methods

/// The gradient of what restarted sub-heads learn, against finite differences of its definition.
@Suite struct TeachingGradientTests {
  /// Two sub-heads, of which the second learns: groups 1, 0, none and 1 of the auxiliary head's
  /// first sub-head.
  private let takeovers = [nil, Takeover(source: 0, groups: [1, 0, -1, 1])]

  @Test func ofMaps() {
    let context = ComputeContext(threads: 2)
    let head = PixelHead(
      name: "head_B", features: Shape(images: 1, height: 2, width: 2, channels: 3), clusters: 2,
      subHeads: 2, outputHeight: 3, outputWidth: 4, context: context)
    func maps(_ channels: Int, seed: UInt64) -> PlanarMaps {
      let maps = PlanarMaps(images: 2, channels: channels, height: 3, width: 4)
      for (index, value) in randomValues(maps.count, seed: seed).enumerated() {
        maps.buffer[index] = Float(0.5 + 0.4 * value)
      }
      return maps
    }
    let (own, taught) = (maps(4, seed: 1), maps(8, seed: 2))
    let gradient = maps(4, seed: 3)
    head.writeGradient(
      ofLearning: takeovers, from: taught, taughtClusters: 4, mask: nil, own, into: gradient,
      in: context)
    func loss(_ values: [Float]) -> Double {
      var sum = 0.0
      for image in 0..<2 {
        for pixel in 0..<12 {
          for (cluster, group) in [1, 0, -1, 1].enumerated() where group >= 0 {
            let target = Double(taught.plane(image, cluster)[pixel])
            sum -= target * log(Double(values[(image * 4 + 2 + group) * 12 + pixel]))
          }
        }
      }
      return sum / 24
    }
    let point = (0..<own.count).map { own.buffer[$0] }
    let slopes = finiteDifferenceGradient(at: point, step: 1e-3, of: loss)
    for (index, slope) in slopes.enumerated() {
      #expect(abs(Double(gradient.buffer[index]) - slope) < 1e-3, "\(index)")
    }
    // Of the first image alone, without its first pixel: twice the weight, and nothing elsewhere.
    let mask = FloatBuffer(count: 12)
    for pixel in 1..<12 { mask[pixel] = 1 }
    let masked = maps(4, seed: 3)
    head.writeGradient(
      ofLearning: takeovers, from: taught, taughtClusters: 4,
      mask: PixelMask(values: mask, images: 1), own, into: masked, in: context)
    for index in 0..<own.count {
      let counts = index < 48 && index % 12 != 0
      #expect(masked.buffer[index] == (counts ? 2 * gradient.buffer[index] : 0), "\(index)")
    }
  }
}
