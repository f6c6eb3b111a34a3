import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

private struct ReferenceCase: Decodable {
  let name: String
  let n: Int
  let k: Int
  let size: Int?
  let halfSide: Int?
  let lambda: Double
  let loss: Double
}

@Suite struct SegmentationLossTests {
  @Test(arguments: InstructionSet.available)
  func matchesTheReference(_ instructionSet: InstructionSet) throws {
    let folder = try #require(Bundle.module.url(forResource: "Reference", withExtension: nil))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let cases = try decoder.decode(
      [ReferenceCase].self,
      from: Data(contentsOf: folder.appendingPathComponent("losses.json")))
    let reference = try ReferenceTensors(url: folder.appendingPathComponent("losses.safetensors"))
    let mapCases = cases.filter { $0.name.hasPrefix("seg") }
    #expect(mapCases.count == 3)
    for item in mapCases {
      let size = try #require(item.size)
      let x = try reference.tensor("\(item.name).logits_x").values
      let y = try reference.tensor("\(item.name).logits_y").values
      let fixture = try SegmentationFixture(
        images: item.n, clusters: item.k, height: size, width: size, firstViewLogits: x,
        secondViewLogits: y, mask: reference.tensor("\(item.name).mask").values,
        maximumDisplacement: #require(item.halfSide), lambda: item.lambda)
      let outcome = fixture.outcome(instructionSet)
      #expect(abs(outcome.loss - item.loss) <= 1e-5 * abs(item.loss), "\(item.name)")
      for (side, logits, gradient) in [
        ("x", x, outcome.firstViewGradient), ("y", y, outcome.secondViewGradient),
      ] {
        let expected = try reference.tensor("\(item.name).grad_logits_\(side)").values
        let found = fixture.layout.softmaxBackward(logits: logits, gradient: gradient)
        #expect(relativeError(found, expected) <= 1e-4, "\(item.name) \(side)")
      }
    }
  }

  /// Sizes around the vectors' and tiles' own, and displacements up to the whole map.
  @Test(arguments: InstructionSet.available)
  func matchesTheNaiveTwin(_ instructionSet: InstructionSet) {
    var seed: UInt64 = 0
    for (height, width) in [(1, 1), (2, 5), (7, 16), (5, 17), (3, 70), (40, 33)] {
      for clusters in [1, 2, 3, 4, 7] {
        for maximumDisplacement in [0, 1, 4] where maximumDisplacement < min(height, width) {
          seed += 10
          let fixture = SegmentationFixture(
            images: 1 + Int(seed) % 3, clusters: clusters, height: height, width: width,
            maximumDisplacement: maximumDisplacement, lambda: 1.3, seed: seed)
          if fixture.mask.allSatisfy({ $0 == 0 }) { continue }
          let expected = naiveSegmentationLoss(
            fixture.firstView.map(Double.init), fixture.secondView.map(Double.init),
            mask: fixture.mask.map(Double.init), images: fixture.layout.images,
            clusters: clusters, height: height, width: width,
            maximumDisplacement: maximumDisplacement, lambda: 1.3)
          let outcome = fixture.outcome(instructionSet, scale: 0.5)
          let comment: Comment =
            "\(height) × \(width), \(clusters) clusters, ±\(maximumDisplacement)"
          #expect(abs(outcome.loss - expected.loss) <= 1e-6 * max(1, abs(expected.loss)), comment)
          // With one cluster all gradients are zero but for rounding.
          let largest = max(
            1e-3, expected.xGradient.map(abs).max() ?? 0, expected.yGradient.map(abs).max() ?? 0)
          for (found, wanted) in [
            (outcome.firstViewGradient, expected.xGradient),
            (outcome.secondViewGradient, expected.yGradient),
          ] {
            let isClose = zip(found, wanted).allSatisfy {
              abs(2 * Double($0) - $1) <= 2e-5 * largest
            }
            #expect(isClose, comment)
          }
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func gradientMatchesFiniteDifferences(_ instructionSet: InstructionSet) {
    let fixture = SegmentationFixture(
      images: 2, clusters: 4, height: 9, width: 11, maximumDisplacement: 3, lambda: 1.5, seed: 5)
    let outcome = fixture.outcome(instructionSet)
    let gradient = (outcome.firstViewGradient + outcome.secondViewGradient).map(Double.init)
    for direction in checkDirections(gradient, seed: 6) {
      let difference = CentralDifference(
        at: fixture.firstView + fixture.secondView, along: direction, step: 0x1p-6
      ) { values in
        var moved = fixture
        moved.firstView = Array(values.prefix(fixture.firstView.count))
        moved.secondView = Array(values.dropFirst(fixture.firstView.count))
        return moved.outcome(instructionSet).loss
      }
      #expect(difference.relativeError(gradient) <= 2e-3)
    }
  }

  @Test(arguments: InstructionSet.available)
  func sameBitsAtAnyThreadCount(_ instructionSet: InstructionSet) {
    let fixture = SegmentationFixture(
      images: 5, clusters: 4, height: 12, width: 20, maximumDisplacement: 3, lambda: 1, seed: 7)
    let expected = fixture.outcome(instructionSet, threads: 1)
    for threads in [2, 3, 5] {
      let isSame = fixture.outcome(instructionSet, threads: threads) == expected
      #expect(isSame, "\(threads) threads")
    }
  }

  @Test func maskedPixelsDoNotCount() {
    var fixture = SegmentationFixture(
      images: 2, clusters: 3, height: 8, width: 8, maximumDisplacement: 2, lambda: 1, seed: 8)
    let expected = fixture.outcome(.portable)
    for image in 0..<2 {
      for pixel in 0..<64 where fixture.mask[image * 64 + pixel] == 0 {
        fixture.firstView[fixture.layout.offset(image: image, cluster: 1) + pixel] = 100
        #expect(
          expected.firstViewGradient[fixture.layout.offset(image: image, cluster: 1) + pixel] == 0)
      }
    }
    let isSame = fixture.outcome(.portable) == expected
    #expect(isSame)
  }

  /// Nothing to compare is no NaN; NaN in what is compared is not hidden.
  @Test func emptyMaskAndNotANumber() {
    var fixture = SegmentationFixture(
      images: 1, clusters: 3, height: 8, width: 8, maximumDisplacement: 2, lambda: 1, seed: 9)
    fixture.mask = fixture.mask.map { _ in 0 }
    let outcome = fixture.outcome(.portable)
    #expect(outcome.loss == 0 && outcome.firstViewGradient.allSatisfy { $0 == 0 })
    fixture.mask = fixture.mask.map { _ in 1 }
    fixture.firstView[70] = .nan
    let damaged = fixture.outcome(.portable)
    #expect(damaged.loss.isNaN && damaged.secondViewGradient.contains { $0.isNaN })
  }
}
