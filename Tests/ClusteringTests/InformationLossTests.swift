import Foundation
import TestSupport
import Testing

@testable import Clustering

private struct ReferenceCase: Decodable {
  let name: String
  let n: Int
  let k: Int
  let lambda: Double
  let loss: Double
}

@Suite struct InformationLossTests {
  private static func referenceFile(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: "Reference", withExtension: nil))
      .appendingPathComponent(name)
  }

  @Test func matchesTheReference() throws {
    let cases = try JSONDecoder().decode(
      [ReferenceCase].self, from: Data(contentsOf: Self.referenceFile("losses.json")))
    let reference = try ReferenceTensors(url: Self.referenceFile("losses.safetensors"))
    let imageCases = cases.filter { $0.name.hasPrefix("iic") }
    #expect(imageCases.count == 6)
    for item in imageCases {
      let x = try reference.tensor("\(item.name).logits_x")
      let y = try reference.tensor("\(item.name).logits_y")
      #expect(x.shape == [item.n, item.k])
      let fixture = PairFixture(
        pairs: item.n, clusters: item.k, firstViewLogits: x.values, secondViewLogits: y.values)
      let lossError = abs(fixture.loss(lambda: item.lambda) - item.loss)
      #expect(lossError <= 1e-5 * abs(item.loss), "\(item.name)")
      let gradient = fixture.gradient(lambda: item.lambda)
      for (side, logits, values) in [
        ("x", x.values, gradient.firstView), ("y", y.values, gradient.secondView),
      ] {
        let expected = try reference.tensor("\(item.name).grad_logits_\(side)").values
        let found = softmaxBackward(logits: logits, gradient: values, clusters: item.k)
        let largest = expected.reduce(0) { max($0, abs($1)) }
        let errors = zip(found, expected).map { abs($0 - $1) }
        #expect(errors.allSatisfy { $0 <= 1e-4 * largest }, "\(item.name) \(side)")
      }
    }
  }

  @Test(arguments: [1.0, 1.5]) func gradientMatchesFiniteDifferences(lambda: Double) {
    for clusters in [1, 2, 3, 4, 5, 9] {
      let fixture = PairFixture(pairs: 7, clusters: clusters, seed: 3)
      let gradient = fixture.gradient(lambda: lambda, scale: 0.2)
      for index in fixture.firstView.indices {
        for side in 0..<2 {
          // A power of two, so that the step is exact in Float except at the far end of a binade.
          var (above, below) = (fixture, fixture)
          let step: Float = 0x1p-12
          if side == 0 {
            above.firstView[index] += step
            below.firstView[index] -= step
          } else {
            above.secondView[index] += step
            below.secondView[index] -= step
          }
          let width =
            side == 0
            ? above.firstView[index] - below.firstView[index]
            : above.secondView[index] - below.secondView[index]
          let slope = (above.loss(lambda: lambda) - below.loss(lambda: lambda)) / Double(width)
          let found = Double(side == 0 ? gradient.firstView[index] : gradient.secondView[index])
          let error = abs(found - 0.2 * slope)
          #expect(error <= 2e-4 * max(1, abs(found)))
        }
      }
    }
  }

  @Test func clampedEntriesHaveNoDerivativeOfTheirOwn() {
    // All mass on cluster 0: the other entries and marginals lie below the clamp, so only
    // ∂/∂P_00 = −ln 1 + 2λ ln 1 − 1 + 2λ is left, and the rest is λ of one marginal or 0.
    var fixture = PairFixture(pairs: 4, clusters: 2, seed: 1)
    fixture.firstView = [1, 0, 1, 0, 1, 0, 1, 0]
    fixture.secondView = fixture.firstView
    let loss = InformationLoss(JointDistribution(fixture.sum()))
    let expected = [0.0, 0.0, 0.0, -1.0].map { $0 / 4 }
    let errors = zip(loss.jointGradient, expected).map { abs($0 - $1) }
    #expect(errors[0] <= 1e-9 && errors[1] <= 1e-9 && errors[2] <= 1e-9 && errors[3] <= 1e-9)
  }

  @Test func gradientMayReplaceTheProbabilities() {
    let fixture = PairFixture(pairs: 9, clusters: 5, seed: 8)
    let expected = fixture.gradient(lambda: 1)
    let loss = InformationLoss(JointDistribution(fixture.sum()))
    // Both sides in one buffer, rows 7 floats apart.
    var memory = [Float](repeating: 0, count: 2 * 9 * 7)
    for pair in 0..<9 {
      for cluster in 0..<5 {
        memory[pair * 7 + cluster] = fixture.firstView[pair * 5 + cluster]
        memory[(9 + pair) * 7 + cluster] = fixture.secondView[pair * 5 + cluster]
      }
    }
    memory.withUnsafeMutableBufferPointer { buffer in
      let (x, y) = (buffer.baseAddress!, buffer.baseAddress! + 9 * 7)
      loss.writeGradient(
        firstView: ProbabilityRows(base: x, rowStride: 7, count: 9, clusters: 5),
        secondView: ProbabilityRows(base: y, rowStride: 7, count: 9, clusters: 5),
        firstViewGradient: GradientRows(base: x, rowStride: 7, count: 9, clusters: 5),
        secondViewGradient: GradientRows(base: y, rowStride: 7, count: 9, clusters: 5))
    }
    for pair in 0..<9 {
      let row = pair * 5..<pair * 5 + 5
      let (first, second) = (pair * 7, (9 + pair) * 7)
      #expect(Array(memory[first..<first + 5]) == Array(expected.firstView[row]))
      #expect(Array(memory[second..<second + 5]) == Array(expected.secondView[row]))
      #expect(memory[first + 5] == 0 && memory[first + 6] == 0)
    }
  }

  @Test func notANumberIsNotHidden() {
    var fixture = PairFixture(pairs: 4, clusters: 3, seed: 1)
    fixture.firstView[2] = .nan
    #expect(fixture.loss(lambda: 1).isNaN)
    #expect(fixture.gradient(lambda: 1).secondView.contains { $0.isNaN })
  }
}
